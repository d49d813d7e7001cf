"""What the other labels say of each label, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from labelcert.certificates.array_types import FloatArray, LabelArray

if TYPE_CHECKING:
    import pandas as pd  # pyright: ignore[reportMissingTypeStubs]


@dataclass(frozen=True, eq=False, repr=False)
class Suspicion:
    """For each of n labels, whether a model trained on the other labels would disagree.

    labels (n,) as given; prediction (n,): what the others predict in its place, as far as it is
    known. disagreement, disagreement_upper (n,): proven bounds on how far the class that leads
    among the others leads the label: above 0 the label is not what the others say, below 0 it is,
    by that margin. In units of `Certificate.margin`.
    how (n,): "closed form" (ridge regression), "refit" (retrained without the label), "clean fit"
    (an SVM that the label does not bear on) or "bound" (of an SVM, from the fit with all labels).
    stopped: "", or "time limit" or "interrupted" where labels were left with their bound.
    A suspicious label need not be wrong, nor a wrong one suspicious: it is a reason to look.
    """

    labels: LabelArray
    prediction: LabelArray
    disagreement: FloatArray
    disagreement_upper: FloatArray
    how: tuple[str, ...]
    stopped: str = ""

    @property
    def status(self) -> tuple[str, ...]:
        """(n,) "disagrees", "agrees", or "open" where the bounds tell neither (a tie, too)."""
        return tuple(
            "disagrees" if low > 0 else "agrees" if high < 0 else "open"
            for low, high in zip(
                self.disagreement.tolist(), self.disagreement_upper.tolist(), strict=True
            )
        )

    @property
    def order(self) -> np.ndarray:
        """(n,) positions, the most suspicious label first; ties go to the lower position."""
        with np.errstate(invalid="ignore"):  # of bounds that are both infinite nothing is known
            middle = (self.disagreement + self.disagreement_upper) / 2
        middle = np.where(np.isnan(middle), 0.0, middle)
        surely = np.array([status == "disagrees" for status in self.status], dtype=bool)
        return np.lexsort((np.arange(len(middle)), -middle, ~surely))

    def to_frame(self) -> pd.DataFrame:
        """One row a label, the most suspicious first.

        Columns: index (into the labeled points), label, prediction, status, disagreement,
        disagreement_upper, how.
        """
        import pandas as pd  # pyright: ignore[reportMissingTypeStubs]

        at = self.order
        return pd.DataFrame(
            {
                "index": at,
                "label": self.labels[at],
                "prediction": self.prediction[at],
                "status": _taken(self.status, at),
                "disagreement": self.disagreement[at],
                "disagreement_upper": self.disagreement_upper[at],
                "how": _taken(self.how, at),
            }
        )

    def document(self) -> dict[str, Any]:
        """Everything as plain data for JSON; bounds that are not finite are null."""
        return {
            "prediction": self.prediction.tolist(),
            "status": list(self.status),
            "disagreement": _finite(self.disagreement),
            "disagreement_upper": _finite(self.disagreement_upper),
            "how": list(self.how),
            "stopped": self.stopped,
        }

    def __repr__(self) -> str:
        count = {name: self.status.count(name) for name in ("disagrees", "open")}
        left = f", {count['open']} open" if count["open"] else ""
        return f"Suspicion({count['disagrees']} of {len(self.labels)} labels disagree{left})"


def _taken(words: tuple[str, ...], at: np.ndarray) -> list[str]:
    return [words[i] for i in at.tolist()]


def _finite(values: FloatArray) -> list[float | None]:
    return [value if np.isfinite(value) else None for value in values.tolist()]
