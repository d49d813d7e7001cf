"""A table of mails as users have them: labels, who gave them, and what flipping one costs."""

from __future__ import annotations

import numpy as np
import pandas as pd


def mails_table() -> pd.DataFrame:
    """40 mails with an annotator and a price beside two features."""
    rng = np.random.default_rng(1)
    spam = np.repeat(["ham", "spam"], 20)
    return pd.DataFrame(
        {
            "links": np.where(spam == "spam", 1.0, 0.0) + rng.normal(size=40),
            "who": rng.choice(["007", "ann", "bob"], 40),
            "price": rng.integers(1, 4, 40),
            "capitals": rng.normal(size=40),
            "class": spam,
        }
    )
