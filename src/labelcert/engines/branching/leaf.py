"""Finish a region of relabelings by retraining: each SVM on its own flip sets, then both joined.

The functional leaves few flip sets of each SVM open, however many relabelings they make together.
What the SVMs really say is compared with their error bars, and in exact arithmetic inside them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from labelcert.engines.bounds.functional import UNIT, Functional
from labelcert.engines.bounds.state_functional import PairFunctional
from labelcert.engines.bounds.states import PairStates
from labelcert.engines.branching.moves import Moves
from labelcert.engines.branching.set_loop import retrain_sets
from labelcert.engines.joining.join_loop import join
from labelcert.engines.joining.pairs import MOST_PAIRS, UNCLEAR, PairRules
from labelcert.engines.knowledge.lead import bars_of, lead_bar
from labelcert.engines.machines.comparison import OneVsAll
from labelcert.engines.machines.machines import MulticlassProblem
from labelcert.engines.machines.retraining import Core, Stack, new_stack, start

LEAF = 4000
"""A region with no more open flip sets of either SVM than this is finished by retraining."""

CLOSED, BROKEN, UNSETTLED = "closed", "broken", "unsettled"


@dataclass(frozen=True)
class Outcome:
    """closed: no relabeling of the region breaks; broken: this one does; unsettled: none does for
    sure, but some are level as far as floats can tell and exact arithmetic is out of reach, or some
    were not retrained on, or came out as no number."""

    status: str
    changes: np.ndarray | None = None


@dataclass(frozen=True, eq=False)
class Listed:
    """Retrained flip sets of one SVM: oriented logits (N,) ascending, masks, and an error bar."""

    value: np.ndarray
    mask: np.ndarray
    bar: float

    @property
    def complete(self) -> bool:
        """Whether every flip set was retrained on: one that was not has the logit NaN."""
        return bool(np.isfinite(self.value).all()) and np.isfinite(self.bar)


class ClassSvm:
    """The SVM of one class, retrained from its clean fit."""

    def __init__(self, problem: MulticlassProblem, k: int, levels: int):
        self.core: Core = problem.class_problems[k].core(np.ones(problem.m))
        groups = len(problem.space.group_budget)
        self._stack: Stack = new_stack(levels, problem.n, problem.m, groups)
        start(self.core, self._stack)

    def logits(
        self,
        t: int,
        fixed: np.ndarray,
        points: np.ndarray,
        sets: np.ndarray,
        sizes: np.ndarray,
    ) -> tuple[np.ndarray, np.ndarray, float]:
        """Logits (N,) of test point t after flip sets (places in `points`) on top of `fixed`,
        their masks, and an error bar for all; NaN for what was not reached."""
        count = len(sizes)
        words = self._stack.mask.shape[1]
        values, gaps = np.full(count, np.nan), np.zeros(count)
        masks = np.zeros((count, words), dtype=np.uint64)
        q = np.ascontiguousarray(self.core.cross[:, t])
        retrain_sets(
            self.core, self._stack, q, fixed.astype(np.int64), points.astype(np.int64), sets,
            sizes, count, values, gaps, masks,
        )  # fmt: skip
        gap = float(gaps.max(initial=0.0))
        bar = float(bars_of(self.core, gap)[t])
        return values, masks, bar


class PairLeaf:
    """Finishes regions for one test point and pair of classes."""

    def __init__(
        self,
        states: PairStates,
        rules: PairRules,
        svms: tuple[ClassSvm, ClassSvm],
        exact: OneVsAll,
        t: int,
        budget: int,
    ):
        self.states, self.rules, self.svms = states, rules, svms
        self.exact, self.t, self.budget = exact, t, budget
        self.levels = states.space.points.ladder(budget).levels

    def try_states(self, chosen: np.ndarray) -> np.ndarray | None:
        """The changes into states (n,) if they surely break the prediction."""
        n = len(chosen)
        none, empty = np.zeros((1, 1), dtype=np.int64), np.zeros(1, dtype=np.int64)
        values, bars = [], []
        for c, svm in enumerate(self.svms):
            flips = np.flatnonzero(self.states.side[np.arange(n), chosen, c] == 1)
            value, _, bar = svm.logits(self.t, flips, flips, none, empty)
            values.append(float(value[0]))
            bars.append(bar)
        lead, bar = values[0] - values[1], lead_bar(*bars, *values)
        changes = self.states.changes(chosen)
        within = self.states.space.contains(changes, self.budget)
        return changes if lead <= -bar and within else None

    def finish(self, functional: PairFunctional, allowed: np.ndarray) -> Outcome | None:
        """Decide the region of allowed (n, 3) states; None if it holds too many flip sets."""
        moves = [Moves.of(functional, self.states, allowed, self.budget, c) for c in (0, 1)]
        found = [part.open_sets(LEAF) for part in moves]
        sizes = [LEAF + 1 if sets is None else len(sets[1]) for sets in found]
        first = int(np.argmin(sizes))
        sets = found[first]
        if sets is None:
            return None
        listed, gained = self._retrain(functional, moves[first], sets, first)
        if len(listed.value) == 0:
            return Outcome(CLOSED)
        if not listed.complete:
            return Outcome(UNSETTLED)
        rest = moves[1 - first].open_sets(LEAF, gained)
        if rest is None:
            return None
        other, _ = self._retrain(functional, moves[1 - first], rest, 1 - first)
        if len(other.value) == 0:
            return Outcome(CLOSED)
        if not other.complete:
            return Outcome(UNSETTLED)
        return self._join(*((listed, other) if first == 0 else (other, listed)))

    def _retrain(
        self,
        functional: PairFunctional,
        moves: Moves,
        sets: tuple[np.ndarray, np.ndarray],
        c: int,
    ) -> tuple[Listed, float]:
        """Retrain the SVM c; also how much better than its functional it does at least."""
        places, sizes = sets
        values, masks, bar = self.svms[c].logits(self.t, moves.fixed, moves.point, places, sizes)
        values = values if c == 0 else -values
        part: Functional = (functional.first, functional.second)[c]
        sure = float(part.base) + float(part.step[moves.fixed].sum())
        term = np.concatenate([part.step[moves.point], [0.0]])
        inside = np.arange(places.shape[1]) < sizes[:, None]
        promised = sure + term[np.where(inside, places, len(moves.point))].sum(axis=1)
        size = abs(sure) + float(np.abs(term).sum()) + float(np.abs(values).max(initial=0.0))
        gained = 0.0
        if len(values) and np.isfinite(size):  # else the functional knows nothing
            gained = float((values - promised).min()) - bar - 8 * len(term) * UNIT * size
        order = np.argsort(values, kind="stable")
        return Listed(values[order], masks[order], bar), max(gained, 0.0)

    def _join(self, own: Listed, rival: Listed) -> Outcome | None:
        """Look at all relabelings that the listed flip sets make and that reach a tie or less."""
        ends = [float(np.abs(x.value).max()) for x in (own, rival)]
        bar = lead_bar(own.bar, rival.bar, *ends)
        best = np.full(len(self.levels), np.inf)
        chosen = np.zeros((len(self.levels), 2), dtype=np.int64)
        unclear = np.zeros((UNCLEAR, 3), dtype=np.int64)
        used = np.zeros(1, dtype=np.int64)
        rules, space = self.rules, self.states.space
        seen_all = join(
            own.value, own.mask, rival.value, rival.mask, rules.both, rules.first, rules.second,
            space.cost, space.group, space.group_budget, self.levels, bar, best, chosen,
            unclear, used, np.int64(MOST_PAIRS),
        )  # fmt: skip
        broken = np.flatnonzero(best <= -bar)
        if len(broken):
            i, j = chosen[broken[0]]
            return Outcome(BROKEN, rules.changes(own.mask[i], rival.mask[j]))
        if not seen_all or used[0] > UNCLEAR:
            return None
        settled = True
        for i, j, _ in unclear[: int(used[0])]:
            changes = rules.changes(own.mask[i], rival.mask[j])
            sign = self.exact.sign(space.apply(changes), self.t, rules.a, rules.b)
            if sign is not None and sign <= 0:
                return Outcome(BROKEN, changes)
            settled = settled and sign is not None
        return Outcome(CLOSED if settled else UNSETTLED)
