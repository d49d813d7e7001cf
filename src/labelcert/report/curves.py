"""Certified ratio against the attacker's budget, as plain data: what the chart draws."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypedDict

import numpy as np

from labelcert.certificates import Certificate

if TYPE_CHECKING:
    import pandas as pd

MOST_BUDGETS = 4096
"""Up to so many budgets each is told of."""

SAMPLE_WISE = "sample-wise"
COLLECTIVE = "collective"


class CurvePoint(TypedDict):
    """One budget of one curve; ratios in [0, 1], lower is proven, upper is not yet broken.

    flips: the budget, in the certificate's unit. share_of_labels: NaN where that unit is cost.
    """

    flips: int
    share_of_labels: float
    kind: str
    lower: float
    upper: float


def curve_records(certificate: Certificate) -> list[CurvePoint]:
    """The curves of a certificate, one record for each of its budgets and kind.

    kind "sample-wise": each prediction has an attacker of its own. kind "collective", only where
    the certificate has it: one attacker against all predictions at once. Ratios are NaN where there
    are no test points. Source: certified ratios of arXiv 2412.00537, sections 2 and 3.
    """
    budgets = told_budgets(certificate).tolist()
    n = certificate.num_labeled if certificate.unit == "flips" else math.nan
    curves = [(SAMPLE_WISE, [certificate.certified_ratio_bounds(r) for r in budgets])]
    collective = certificate.collective
    if collective is not None:
        curves.append((COLLECTIVE, [collective.certified_ratio(r) for r in budgets]))
    return [
        CurvePoint(flips=r, share_of_labels=r / n, kind=kind, lower=lower, upper=upper)
        for kind, ratios in curves
        for r, (lower, upper) in zip(budgets, ratios, strict=True)
    ]


def told_budgets(certificate: Certificate) -> np.ndarray:
    """The budgets of a certificate, ascending; of thousands, those at which a ratio changes."""
    c = certificate
    if c.max_flips < MOST_BUDGETS:
        return c.budgets
    ends = np.concatenate([c.radius, c.radius_upper])
    steps = np.unique(np.clip(np.concatenate([ends, ends + 1, [0, c.max_flips]]), 0, c.max_flips))
    if c.collective is not None:
        steps = np.union1d(steps, c.budgets)
    return steps


def curve_frame(certificate: Certificate) -> pd.DataFrame:
    """`curve_records` as a frame: flips, share_of_labels, kind, lower, upper."""
    import pandas as pd

    return pd.DataFrame.from_records(
        [dict(record) for record in curve_records(certificate)],
        columns=list(CurvePoint.__annotations__),
    )
