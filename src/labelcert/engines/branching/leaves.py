"""Finish a region of relabelings by retraining: each machine on its own flip sets, then joined.

The functional leaves few flip sets of each machine open, however many relabelings they make
together. What the machines really say is compared with their error bars, and in exact arithmetic
inside them. With one machine its flip sets are the relabelings, and its values the leads.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from labelcert.engines.bounds.state_functional import StateFunctional
from labelcert.engines.bounds.states import States
from labelcert.engines.branching.goal import Goal
from labelcert.engines.branching.moves import Moves
from labelcert.engines.branching.set_loop import retrain_sets
from labelcert.engines.joining.join_loop import join
from labelcert.engines.joining.pairs import MOST_PAIRS, UNCLEAR, PairRules
from labelcert.engines.knowledge.lead import bars_of, rounding, sum_bar
from labelcert.engines.machines.machines import Machines
from labelcert.engines.machines.retraining import Core, Stack, new_stack, start
from labelcert.engines.machines.svm_trainer import SvmTrainer

LEAF = 4000
"""A region with no more open flip sets of some machine than this is finished by retraining."""

CLOSED, BROKEN, UNSETTLED = "closed", "broken", "unsettled"


@dataclass(frozen=True)
class Outcome:
    """closed: no relabeling of the region matters any more; broken: this one breaks, exactly if
    that took exact arithmetic; unsettled: none does for sure, but some are level as far as floats
    can tell and exact arithmetic is out of reach, or some were not retrained on, or came out as no
    number."""

    status: str
    changes: np.ndarray | None = None
    exactly: bool = False


@dataclass(frozen=True, eq=False)
class Listed:
    """Retrained flip sets of one machine: oriented values (N,) ascending, masks, an error bar."""

    value: np.ndarray
    mask: np.ndarray
    bar: float

    @property
    def complete(self) -> bool:
        """Whether every flip set was retrained on: one that was not has the value NaN."""
        return bool(np.isfinite(self.value).all()) and np.isfinite(self.bar)


class Retrainer:
    """One machine, retrained from its clean fit on flip sets of cost ≤ budget; not for two threads.

    Takes 8 n² bytes a flip that it has seen on the way.
    """

    def __init__(self, machines: Machines, number: int, budget: int):
        self.core: Core = machines.each[number].core()
        groups = len(machines.space.group_budget)
        # A flip set on top of nothing, the flips that are fixed at level 1.
        levels = machines.space.points.most_flips(budget) + 3
        self._stack: Stack = new_stack(levels, machines.n, machines.m, groups)
        start(self.core, self._stack)

    def values(
        self,
        t: int,
        fixed: np.ndarray,
        points: np.ndarray,
        sets: np.ndarray,
        sizes: np.ndarray,
    ) -> tuple[np.ndarray, np.ndarray, float]:
        """Values (N,) of test point t after flip sets (places in `points`) on top of `fixed`,
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


class Leaf:
    """Finishes regions for the lead of class a over b at one test point and budget.

    machines: one for each part of the lead. retrained: label vectors that it has trained on.
    """

    def __init__(
        self,
        states: States,
        machines: tuple[Retrainer, ...],
        comparison: SvmTrainer,
        t: int,
        pair: tuple[int, int],
        budget: int,
    ):
        self.states, self.machines, self.comparison = states, machines, comparison
        self.t, self.pair, self.budget = t, pair, budget
        self.signs = [part.sign for part in states.parts]
        self.levels = states.space.points.ladder(budget).levels
        self.retrained = 0

    def try_states(self, chosen: np.ndarray, goal: Goal) -> np.ndarray | None:
        """Retrain on states (n,); the changes into them if the search can end with those."""
        changes = self.states.changes(chosen)
        if not self.states.space.contains(changes, self.budget):
            return None
        none, empty = np.zeros((1, 1), dtype=np.int64), np.zeros(1, dtype=np.int64)
        values, bars = [], []
        for c, machine in enumerate(self.machines):
            flips = self.states.flips(chosen, c)
            value, _, bar = machine.values(self.t, flips, flips, none, empty)
            values.append(self.signs[c] * float(value[0]))
            bars.append(bar)
        self.retrained += 1
        lead, bar = float(sum(values)), sum_bar(bars, values)
        cost = self.states.space.cost_of(changes)
        return changes if goal.take(lead, bar, changes, cost) else None

    def finish(
        self, functional: StateFunctional, allowed: np.ndarray, goal: Goal
    ) -> Outcome | None:
        """Decide the region of allowed (n, S) states; None if it holds too many flip sets."""
        limit = goal.limit
        moves = [
            Moves.of(functional, self.states, allowed, self.budget, c)
            for c in range(len(self.machines))
        ]
        found = [part.open_sets(LEAF, limit) for part in moves]
        sizes = [LEAF + 1 if sets is None else len(sets[1]) for sets in found]
        listed: dict[int, Listed] = {}
        gained = 0.0
        for c in np.argsort(sizes, kind="stable").tolist():
            # What one machine does better than promised rules out flip sets of the next.
            sets = moves[c].open_sets(LEAF, limit, gained) if gained > 0.0 else found[c]
            if sets is None:
                return None
            listed[c], gained = self._retrain(functional, moves[c], sets, c)
            if len(listed[c].value) == 0:
                return Outcome(CLOSED)
            if not listed[c].complete:
                return Outcome(UNSETTLED)
        if len(listed) == 1:
            return self._look_at(listed[0], goal)
        return self._join(listed[0], listed[1], goal)

    def _retrain(
        self,
        functional: StateFunctional,
        moves: Moves,
        sets: tuple[np.ndarray, np.ndarray],
        c: int,
    ) -> tuple[Listed, float]:
        """Retrain part c; also how much better than its functional it does at least."""
        places, sizes = sets
        values, masks, bar = self.machines[c].values(
            self.t, moves.fixed, moves.point, places, sizes
        )
        self.retrained += len(values)
        values = self.signs[c] * values
        part = functional.parts[c]
        sure = float(part.base) + float(part.step[moves.fixed].sum())
        term = np.concatenate([part.step[moves.point], [0.0]])
        inside = np.arange(places.shape[1]) < sizes[:, None]
        promised = sure + term[np.where(inside, places, len(moves.point))].sum(axis=1)
        size = abs(sure) + float(np.abs(term).sum()) + float(np.abs(values).max(initial=0.0))
        gained = 0.0
        if len(values) and np.isfinite(size):  # else the functional knows nothing
            gained = float((values - promised).min()) - bar - rounding(8 * len(term), size)
        order = np.argsort(values, kind="stable")
        return Listed(values[order], masks[order], bar), max(gained, 0.0)

    def _look_at(self, listed: Listed, goal: Goal) -> Outcome | None:
        """Look at the relabelings that the flip sets of the only machine are."""
        space = self.states.space
        bar = sum_bar([listed.bar], [float(np.abs(listed.value).max())])
        cost = self._costs(listed.mask)
        best = goal.best(listed.value, cost, bar)
        changes = space.changes_of(listed.mask[best])
        if goal.take(float(listed.value[best]), bar, changes, int(cost[best])):
            return Outcome(BROKEN, changes)
        unclear = goal.unclear(listed.value, bar)
        if len(unclear) > UNCLEAR:
            return None
        return self._settle([space.changes_of(listed.mask[i]) for i in unclear])

    def _costs(self, masks: np.ndarray) -> np.ndarray:
        """(N,) int64 what flip sets of points cost, as masks (N, words)."""
        n = self.states.space.n
        bits = np.unpackbits(masks.astype("<u8").view(np.uint8), axis=1, bitorder="little")
        return np.where(bits[:, :n] == 1, self.states.space.cost, 0).sum(axis=1)

    def _join(self, own: Listed, rival: Listed, goal: Goal) -> Outcome | None:
        """Look at all relabelings that the listed flip sets make and that reach a tie or less."""
        if goal.limit != 0.0:
            raise AssertionError("leads of two machines are not searched for their smallest")
        ends = [float(np.abs(x.value).max()) for x in (own, rival)]
        bar = sum_bar([own.bar, rival.bar], ends)
        best = np.full(len(self.levels), np.inf)
        chosen = np.zeros((len(self.levels), 2), dtype=np.int64)
        unclear = np.zeros((UNCLEAR, 3), dtype=np.int64)
        used = np.zeros(1, dtype=np.int64)
        space = self.states.space
        rules = PairRules(space, *self.pair)
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
        pairs = unclear[: int(used[0])]
        return self._settle([rules.changes(own.mask[i], rival.mask[j]) for i, j, _ in pairs])

    def _settle(self, unclear: list[np.ndarray]) -> Outcome:
        """Compare exactly what floats cannot tell."""
        settled = True
        for changes in unclear:
            labels = self.states.space.apply(changes)
            sign = self.comparison.sign(labels, self.t, *self.pair)
            if sign is not None and sign <= 0:
                return Outcome(BROKEN, changes, exactly=True)
            settled = settled and sign is not None
        return Outcome(CLOSED if settled else UNSETTLED)
