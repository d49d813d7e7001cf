"""The figures that the shell prints of a certificate, as plain data."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from labelcert._errors import InputError
from labelcert.certificates import Certificate, RelaxationGap
from labelcert.data.no_label import is_labeled
from labelcert.report.curves import told_budgets
from labelcert.report.radii import MANY, RadiusBin, median_certified, radius_bins

_EVERY_BUDGET_UP_TO = 10
_MOST_ROWS = 15


@dataclass(frozen=True)
class Survivors:
    """How many test predictions survive a budget, as proven intervals (lowest, highest).

    flips: the budget, in the unit of the summary. share_of_labels: NaN where that unit is cost.
    sample_wise: each prediction has an attacker of its own. collective: one attacker against all
    at once, None where the certificate does not have it. right: of sample_wise those that are
    right, None without true labels.
    """

    flips: int
    share_of_labels: float
    sample_wise: tuple[int, int]
    collective: tuple[int, int] | None
    right: tuple[int, int] | None = None


@dataclass(frozen=True)
class PredictionRow:
    """One test prediction; nodes are numbers of the graph, or positions where none were given.

    witness: (node, new label) of each flip of the smallest known set that breaks it, or None.
    """

    node: int
    true_label: Any
    prediction: Any
    radius: int
    radius_upper: int
    witness: tuple[tuple[int, Any], ...] | None


@dataclass(frozen=True)
class Summary:
    """What a certificate says in a few figures.

    unit: what budgets and radii count, "flips" or "cost". bad_groups: how many groups may be bad
    besides, or what bad_what names. correct: right clean predictions of the known ones
    whose true label there is, None
    without true labels. survivors: budgets 0 … max_flips.
    weakest, strongest: no prediction is in both. proven_by, broken_by: how many predictions each
    engine decided, most first. open_radii: predictions whose radius is an interval. open_budgets:
    budgets whose collective count is one. relaxation: how far independent worst cases alone fall
    short, None where they were not computed (two classes). bins: how radii are distributed, where
    there are more than `MANY` test points, else none; median: of radii, a wrong prediction counted
    as −1, None without true labels.
    """

    num_test: int
    num_labeled: int
    max_flips: int
    unit: str
    bad_groups: int
    bad_what: str
    correct: int | None
    known: int
    survivors: tuple[Survivors, ...]
    weakest: tuple[PredictionRow, ...]
    strongest: tuple[PredictionRow, ...]
    proven_by: dict[str, int]
    broken_by: dict[str, int]
    open_radii: int
    open_budgets: int
    relaxation: RelaxationGap | None
    bins: tuple[RadiusBin, ...] = ()
    median: float | None = None


def summarize(
    certificate: Certificate,
    *,
    nodes: Sequence[int] | np.ndarray | None = None,
    labeled: Sequence[int] | np.ndarray | None = None,
    y_true: Any = None,
    extremes: int = 3,
) -> Summary:
    """Summarize a certificate of m test points and n labels.

    nodes (m,), labeled (n,): node numbers of test and labeled points, positions by default.
    y_true (m,): true labels of the test points. extremes: how many of the weakest and of the
    strongest predictions to list. Raises InputError for columns of another length.
    """
    c = certificate
    test_nodes = column(nodes, c.num_test, "nodes")
    labeled_nodes = column(labeled, c.num_labeled, "labeled")
    truth = None if y_true is None else column(y_true, c.num_test, "y_true")
    right = None  # a prediction whose truth nobody knows is neither right nor wrong
    if truth is not None and bool(is_labeled(truth).all()):
        right = np.asarray(c.prediction == truth)
    strength = c.margin
    order = np.lexsort((strength, c.radius, c.radius_upper))
    weakest = order[:extremes].tolist()
    descending = np.lexsort((-strength, -c.radius_upper, -c.radius)).tolist()
    strongest = [t for t in descending if t not in weakest][:extremes]
    collective = c.collective
    return Summary(
        num_test=c.num_test,
        num_labeled=c.num_labeled,
        max_flips=c.max_flips,
        unit=c.unit,
        bad_groups=c.bad_groups,
        bad_what=c.bad_what,
        correct=None if truth is None else int((c.prediction == truth).sum()),
        known=0 if truth is None else int(is_labeled(truth).sum()),
        survivors=tuple(_survivors(c, r, right) for r in told_budgets(c).tolist()),
        weakest=tuple(_prediction_row(c, t, test_nodes, labeled_nodes, truth) for t in weakest),
        strongest=tuple(_prediction_row(c, t, test_nodes, labeled_nodes, truth) for t in strongest),
        proven_by=_counts(c.proven_by),
        broken_by=_counts(c.broken_by),
        open_radii=int((~c.exact).sum()),
        open_budgets=0
        if collective is None
        else int((collective.broken_lower < collective.broken_upper).sum()),
        relaxation=c.relaxation_gap,
        bins=()
        if c.num_test <= MANY
        else tuple(radius_bins(c.radius, np.ones(c.num_test, bool) if right is None else right)),
        median=None if right is None else median_certified(c.radius, right),
    )


def telling(survivors: Sequence[Survivors], least: int = 1) -> list[Survivors]:
    """The rows worth printing: from a budget to the first that nothing survives, thinned.

    least: 1, or 0 where bad groups may break predictions without a flip besides. Up to 15 rows are
    kept as they are; of more, the first ten, then round numbers, and the last.
    """
    rows = [row for row in survivors if row.flips >= least]
    dead = [i for i, row in enumerate(rows) if _nothing_survives(row)]
    if dead:
        rows = rows[: dead[0] + 1]
    if len(rows) <= _MOST_ROWS:
        return rows
    step = 5
    while (rows[-1].flips - _EVERY_BUDGET_UP_TO) / step > _MOST_ROWS - _EVERY_BUDGET_UP_TO:
        step *= 2
    return [
        row
        for row in rows
        if row.flips <= _EVERY_BUDGET_UP_TO or row.flips % step == 0 or row is rows[-1]
    ]


def radius_told(radius: int, radius_upper: int, max_flips: int, below: str = "tie") -> str:
    """A radius in words: "3", "10+" where it is capped, "2 to 5" where it is open.

    below: what −1 is, "tie", or "broken" by bad groups alone. "open to 5" where not even the clean
    prediction is settled.
    """
    if radius == radius_upper:
        if radius < 0:
            return below
        return f"{radius}+" if radius == max_flips else str(radius)
    highest = f"{radius_upper}+" if radius_upper == max_flips else str(radius_upper)
    return f"{'open' if radius < 0 else radius} to {highest}"


def column(values: Any, length: int, name: str) -> np.ndarray:
    """A column of the right length, 0 … length − 1 for None; InputError for another length."""
    if values is None:
        return np.arange(length)
    array = np.asarray(values)
    if array.shape != (length,):
        raise InputError(f"{name} has shape {array.shape}: pass one entry for each of {length}.")
    return array


def _survivors(c: Certificate, r: int, right: np.ndarray | None) -> Survivors:
    collective = c.collective
    together = None
    if collective is not None:
        m = collective.num_test
        row = collective.row(r)
        together = m - int(collective.broken_upper[row]), m - int(collective.broken_lower[row])
    alone = int((c.radius >= r).sum()), int((c.radius_upper >= r).sum())
    share = r / c.num_labeled if c.unit == "flips" else math.nan
    good = None
    if right is not None:
        good = int((right & (c.radius >= r)).sum()), int((right & (c.radius_upper >= r)).sum())
    return Survivors(r, share, alone, together, good)


def _nothing_survives(row: Survivors) -> bool:
    return row.sample_wise[1] == 0 and (row.collective is None or row.collective[1] == 0)


def _prediction_row(
    c: Certificate, t: int, nodes: np.ndarray, labeled: np.ndarray, truth: np.ndarray | None
) -> PredictionRow:
    found = c.witness(t)
    witness = None
    if found is not None:
        witness = tuple(zip(labeled[found.indices].tolist(), found.labels.tolist(), strict=True))
    return PredictionRow(
        node=int(nodes[t]),
        true_label=None if truth is None or not is_labeled(truth)[t] else truth[t].item(),
        prediction=c.prediction[t].item(),
        radius=int(c.radius[t]),
        radius_upper=int(c.radius_upper[t]),
        witness=witness,
    )


def _counts(engines: Sequence[str]) -> dict[str, int]:
    return dict(Counter(engine for engine in engines if engine).most_common())
