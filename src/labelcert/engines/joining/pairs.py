"""Decide a test point against a rival by joining the extreme flip sets of the two classes.

What it decides: the smallest cost at which p_a − p_b ≤ 0 can be reached, exactly, up to the budget
that the flip sets were enumerated to. A relabeling is a pair of flip sets that agree on who moves
from a to b; the lead is the sum of their oriented logits. Pairs that need a flip set which is not
listed are bounded by the lists' ends; where that bound does not suffice the pair stays open.
Cost: the pairs with a sum ≤ 0, mostly few. When to prefer it: wherever all flip sets of single
classes can be enumerated, though not all relabelings.
Source: our own note; ``math.md`` 6.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from labelcert.engines.attacker import RelabelSpace, indices_of
from labelcert.engines.joining.cells import Cells
from labelcert.engines.joining.join_loop import join
from labelcert.engines.knowledge.lead import lead_bar
from labelcert.engines.machines.svm_trainer import SvmTrainer

if TYPE_CHECKING:
    from labelcert.engines.joining.extremes import Extremes

MOST_PAIRS = 20_000_000
"""Pairs looked at for one test point and rival, about a second."""

UNCLEAR = 200
"""Leads inside their error bar that are settled in exact arithmetic, for one pair of classes."""


@dataclass(frozen=True)
class PairVerdict:
    """proven: no relabeling of this budget lets the rival catch up, −1 if not even the clean one is
    known. broken: smallest cost of a relabeling known to do so (None), with its changes; exactly:
    that took exact arithmetic. relaxed: proven by independent worst cases alone."""

    proven: int
    broken: int | None
    changes: np.ndarray | None
    relaxed: int
    exactly: bool = False


class PairRules:
    """Which points may be in both flip sets, or in one only, for two classes of a space."""

    def __init__(self, space: RelabelSpace, a: int, b: int):
        self.space, self.a, self.b = space, a, b
        in_a, in_b = space.labels == a, space.labels == b
        elsewhere = space.alternatives.copy()
        elsewhere[:, [a, b]] = False
        others = elsewhere.any(axis=1)
        self._other_label = elsewhere.argmax(axis=1)
        to_a, to_b = space.alternatives[:, a], space.alternatives[:, b]
        outside = ~in_a & ~in_b
        self.both = _as_mask((in_a & to_b) | (in_b & to_a))
        self.first = _as_mask((in_a & others) | (outside & to_a))
        self.second = _as_mask((in_b & others) | (outside & to_b))

    def changes(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """The changes that two flip sets (masks) make together."""
        in_first = set(indices_of(first).tolist())
        in_second = set(indices_of(second).tolist())
        found = []
        for i in sorted(in_first | in_second):
            joins_a = i in in_first and self.space.labels[i] != self.a
            joins_b = i in in_second and self.space.labels[i] != self.b
            label = self.a if joins_a else self.b if joins_b else int(self._other_label[i])
            found.append(i * self.space.classes + label)
        return np.array(found, dtype=np.int64)


def _as_mask(points: np.ndarray) -> np.ndarray:
    mask = np.zeros((len(points) + 63) // 64, dtype=np.uint64)
    for i in np.flatnonzero(points):
        mask[i // 64] |= np.uint64(1) << np.uint64(i % 64)
    return mask


def relaxed_budget(own: Extremes, rival: Extremes, cells: Cells) -> int:
    """The largest budget that independent worst cases of the two classes prove; −1 if none."""
    steps, where = np.unique(cells.cost, return_inverse=True)
    low, high = np.full(len(steps), np.inf), np.full(len(steps), np.inf)
    np.minimum.at(low, where, own.best)
    np.minimum.at(high, where, rival.best)
    lead = np.minimum.accumulate(low) + np.minimum.accumulate(high)
    robust = (lead > lists_bar(own, rival)) & (steps < min(own.missed, rival.missed))
    return cells.budget if robust.all() else int(steps[np.argmin(robust)]) - 1


def lists_bar(own: Extremes, rival: Extremes) -> float:
    """Error bar of every lead that two flip sets of the lists make."""
    size = max((float(np.abs(x.value[np.isfinite(x.value)]).max(initial=0.0))
                for x in (own, rival)), default=0.0)  # fmt: skip
    return lead_bar(own.bar, rival.bar, size, size)


def decide_pair(
    rules: PairRules,
    own: Extremes,
    rival: Extremes,
    cells: Cells,
    union: np.ndarray,
    budget: int,
    exact: SvmTrainer,
    t: int,
) -> PairVerdict:
    """Decide test point t against one rival up to a budget (within the cells').

    own, rival: lists of the predicted class and of the rival; union: `Cells.smallest_union`.
    """
    bar = lists_bar(own, rival)
    relaxed = relaxed_budget(own, rival, cells)
    if relaxed >= budget:
        return PairVerdict(budget, None, None, relaxed)
    missed = min(own.missed, rival.missed)
    sure = _first_at_most(own.best[:, None] + rival.best[None, :], union, bar, budget)
    sure = min(sure, missed)
    if sure > budget:
        return PairVerdict(budget, None, None, relaxed)
    missing = np.minimum(own.cut[:, None] + rival.best[None, :],
                         own.best[:, None] + rival.cut[None, :])  # fmt: skip
    complete = min(_first_at_most(missing, union, bar, budget), missed) - 1
    levels = cells.levels[cells.levels <= budget]
    best = np.full(len(levels), np.inf)
    chosen = np.zeros((len(levels), 2), dtype=np.int64)
    unclear = np.zeros((UNCLEAR, 3), dtype=np.int64)
    used = np.zeros(1, dtype=np.int64)
    space = rules.space
    seen_all = join(
        own.value, own.mask, rival.value, rival.mask, rules.both, rules.first, rules.second,
        space.cost, space.group, space.group_budget, levels, bar, best, chosen, unclear, used,
        np.int64(MOST_PAIRS),
    )  # fmt: skip
    proven = complete if seen_all else min(complete, sure - 1)
    broken, changes, sure_at = None, None, None
    surely = np.flatnonzero(best <= -bar)
    if len(surely):
        broken = sure_at = int(levels[surely[0]])
        first, second = chosen[surely[0]]
        changes = rules.changes(own.mask[first], rival.mask[second])
    if used[0] > 0:
        broken, changes, proven = _settle(
            rules, own, rival, unclear[: min(int(used[0]), UNCLEAR)], int(used[0]), exact, t,
            broken, changes, proven,
        )  # fmt: skip
    if broken is not None:
        proven = min(proven, broken - 1)
    return PairVerdict(min(proven, budget), broken, changes, relaxed, exactly=broken != sure_at)


def _first_at_most(value: np.ndarray, union: np.ndarray, bar: float, budget: int) -> int:
    """The smallest union cost of two cells with a value ≤ bar; budget + 1 if there is none."""
    reached = union[~(value > bar)]  # what is no number is not known to lie above
    return int(min(reached.min(initial=budget + 1), budget + 1))


def _settle(
    rules: PairRules,
    own: Extremes,
    rival: Extremes,
    unclear: np.ndarray,
    number: int,
    exact: SvmTrainer,
    t: int,
    broken: int | None,
    changes: np.ndarray | None,
    proven: int,
) -> tuple[int | None, np.ndarray | None, int]:
    """Settle leads inside their error bar; what stays open ends the proof below its cost."""
    if number > len(unclear):
        proven = min(proven, 0)
    for first, second, cost in unclear[np.argsort(unclear[:, 2], kind="stable")]:
        if broken is not None and cost >= broken:
            break
        trial = rules.changes(own.mask[first], rival.mask[second])
        sign = exact.sign(rules.space.apply(trial), t, rules.a, rules.b)
        if sign is None:
            proven = min(proven, int(cost) - 1)
        elif sign <= 0:
            broken, changes = int(cost), trial
    return broken, changes, proven
