"""Branch and bound on the labels alone: exact, anytime, for budgets beyond enumeration.

What it decides: the radius of one test point, or its worst margin at a budget. A node fixes some
labels as kept or flipped; its functional (`labelcert.engines.relaxation`) bounds the margin for
every flip set below it at once. A node whose functional leaves few flip sets open is finished by
retraining on just those; any other branches on the flip that the functional fears most.
Cost: a linear program a node (milliseconds to tenths of a second) after bound tightening, which all
test points of a budget share. When to prefer it: margins well away from 0 at budgets where the
number of label vectors is out of reach; close margins favour enumeration.
Source: our own note, ``math.md`` 4.3, 4.4 and 8. "Robust" rests on proven functionals and on
retrained flip sets with their error bars, never on a solver's status; "broken" on retrained flips.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from labelcert.engines.clock import Clock
from labelcert.engines.judge import ExactJudge
from labelcert.engines.ledger import Ledger
from labelcert.engines.problem import Problem
from labelcert.engines.recording import NEVER, Record, new_record
from labelcert.engines.relaxation.functional import Functional, best_over
from labelcert.engines.relaxation.program import Relaxation
from labelcert.engines.relaxation.shared import SharedHulls
from labelcert.engines.relaxation.walk import count_sets, visit_set, walk_sets
from labelcert.engines.retraining import Core, Stack, new_stack, start
from labelcert.engines.settle import add_witnesses, settle

NAME = "branch and bound"

LEAF = 4000
"""A node with no more open flip sets than this is finished by retraining."""

MOST_NODES = 200_000
"""Open nodes a search may hold, about 0.2 GB; beyond it ends with what is proven."""

MARGIN_PRECISION = 1e-10
"""Worst margins are searched to this share of C ‖q_t‖₁, far below what any report shows."""

UNCLEAR = 500
"""How many label vectors with a margin inside its error bar are kept for exact arithmetic."""


@dataclass(frozen=True, eq=False)
class Node:
    """Labels fixed so far (+1 kept, −1 flipped, 0 open) and the bound for everything below."""

    states: np.ndarray  # (n,) int8
    bound: float
    functional: Functional


@dataclass(frozen=True)
class Finding:
    """What a search of one test point knows at its end.

    bound: proven lower bound on the margin at the budget; decided: whether no flip set of the
    budget is left open, except those inside an error bar that only exact arithmetic can settle.
    """

    bound: float
    decided: bool
    nodes: int
    retrained: int


class Search:
    """Branch and bound for the test points of one problem; one object a thread."""

    def __init__(self, problem: Problem, sign: np.ndarray, hulls: SharedHulls, clock: Clock):
        self.problem, self.sign, self.hulls, self.clock = problem, sign, hulls, clock
        self.core: Core = problem.core(sign)
        self._stack: Stack = new_stack(
            problem.max_budget + 3, problem.n, problem.m, len(self.core.group_budget)
        )
        self.record: Record = new_record(
            problem.ladder.levels, problem.n, problem.m, capacity=UNCLEAR
        )
        start(self.core, self._stack)
        self._relaxations: dict[int, Relaxation] = {}

    def decide(self, t: int, budget: int, limit: float = 0.0) -> Finding:
        """Search all flip sets of cost ≤ budget for one with a margin of t of `limit` or below.

        Every flip set retrained on is recorded for all test points. Ends early when the clock
        expires, or once t is surely broken (with limit 0).
        """
        return self._search(t, budget, lambda: limit, until_broken=limit <= 0.0)

    def worst_margin(self, t: int, budget: int) -> tuple[float, float]:
        """The smallest margin of t over all flip sets of cost ≤ budget, as a proven interval.

        Every flip set that the bounds cannot rule out is retrained on, so the interval closes to
        the retrained margin's error bar unless the clock expires before. The record holds the
        flip set of the upper end.
        """
        precision = MARGIN_PRECISION * self.core.C * float(np.abs(self.core.cross[:, t]).sum())
        visit_set(self.core, self._stack, self.record, np.zeros(0, dtype=np.int64))

        def limit() -> float:
            return float(self.record.worst[: budget + 1, t].min()) - precision

        finding = self._search(t, budget, limit, until_broken=False)
        high = float(self.record.worst[: budget + 1, t].min())
        gap = float(self.record.largest_gap[0])
        bar = np.sqrt(2 * gap) * float(self.core.bar_slope[t]) + float(self.core.bar_floor[t])
        return min(finding.bound, high - max(bar, precision)), high

    def _search(
        self, t: int, budget: int, limit_now: Callable[[], float], until_broken: bool
    ) -> Finding:
        relaxation = self._relaxation(budget)
        q = np.ascontiguousarray(self.core.cross[:, t])
        limit = limit_now()
        root = self._node(relaxation, q, np.zeros(self.problem.n, dtype=np.int8), limit)
        heap = [(root.bound, 0, root)]
        nodes, retrained = 1, 0
        while heap:
            bound, _, node = heap[0]
            limit = limit_now()
            if bound > limit:
                return Finding(bound, True, nodes, retrained)
            if until_broken and self.record.broken_at[t] <= budget:
                return Finding(bound, True, nodes, retrained)
            if self.clock.expired or len(heap) > MOST_NODES:
                return Finding(bound, False, nodes, retrained)
            heapq.heappop(heap)
            if not until_broken:
                self._round(node, t, budget)
                limit = limit_now()
            finished = self._finish(node, t, budget, limit)
            if finished >= 0:
                retrained += finished
                continue
            for child in self._branch(relaxation, q, node, limit, budget):
                nodes += 1
                heapq.heappush(heap, (child.bound, nodes, child))
            self.clock.report(NAME, min(nodes / (nodes + 50.0), 0.99))
        return Finding(limit_now(), True, nodes, retrained)

    def _round(self, node: Node, t: int, budget: int) -> None:
        """Retrain on the flip set that the functional fears most, for a smaller margin seen."""
        space, step = self.problem.space, node.functional.step
        free = self._affordable(node, budget)
        free = free[step[free] < 0.0]
        flips = np.flatnonzero(node.states < 0)
        for i in free[np.argsort(step[free] / space.cost[free], kind="stable")]:
            more = np.append(flips, i)
            if space.contains(more, budget):
                flips = more
        visit_set(self.core, self._stack, self.record, flips.astype(np.int64))

    def _relaxation(self, budget: int) -> Relaxation:
        if budget not in self._relaxations:
            self._relaxations[budget] = self.hulls.relaxation(budget, self.clock)
        return self._relaxations[budget]

    def _node(
        self, relaxation: Relaxation, q: np.ndarray, states: np.ndarray, limit: float
    ) -> Node:
        relaxation.fix(states)
        bound, functional, _ = relaxation.bound(
            q, enough=limit, time_limit=max(self.clock.remaining, 0.05)
        )
        return Node(states, bound, functional)

    def _finish(self, node: Node, t: int, budget: int, limit: float) -> int:
        """Retrain on every open flip set below a node if they are few; −1 if they are not."""
        step = node.functional.step
        flipped = np.flatnonzero(node.states < 0)
        free = self._affordable(node, budget)
        order = free[np.argsort(step[free], kind="stable")].astype(np.int64)
        cost = self.problem.space.cost
        left = budget - int(cost[flipped].sum())
        cheapest = int(cost[order].min()) if len(order) else 1
        flips = min(max(left // cheapest, 0), len(order))
        inside = step[flipped]
        finite = step[np.isfinite(step)]
        # The trivial functional rules nothing out.
        start_value = max(node.functional.base, -1e300)
        base = start_value + float(inside.sum())
        # Sums of the walk round; sets that close to the limit are retrained on as well.
        slack = (
            8
            * self.problem.n
            * np.finfo(float).eps
            * (abs(start_value) + float(np.abs(finite).sum()))
        )
        many = count_sets(base, step, order, flips, limit + slack, LEAF) >= LEAF
        if many and flips > 0:
            return -1
        done = walk_sets(
            self.core, self._stack, self.record, t, base, step, order,
            flipped.astype(np.int64), budget, flips, limit + slack, NEVER,
        )  # fmt: skip
        return 0 if done < 0 else int(done)

    def _affordable(self, node: Node, budget: int) -> np.ndarray:
        """Points that may still be flipped on top of a node's flips."""
        space = self.problem.space
        flipped = np.flatnonzero(node.states < 0)
        purse = space.group_budget - np.bincount(
            space.group[flipped], weights=space.cost[flipped], minlength=len(space.group_budget)
        )
        left = np.minimum(purse[space.group], budget - space.cost_of(flipped))
        may = (node.states == 0) & np.isfinite(node.functional.step) & (space.cost <= left)
        return np.flatnonzero(may)

    def _branch(
        self, relaxation: Relaxation, q: np.ndarray, node: Node, limit: float, budget: int
    ) -> list[Node]:
        step = node.functional.step
        cost = self.problem.space.cost
        free = self._affordable(node, budget)
        i = int(free[np.argmin(step[free])])
        children = []
        for state in (-1, 1):
            states = node.states.copy()
            states[i] = state
            child = self._node(relaxation, q, states, limit)
            fixed = states != 0
            # The parent's functional holds below as well: keep the better one.
            inherited = best_over(node.functional, budget, cost, states < 0, fixed)
            if inherited > child.bound:
                child = Node(states, inherited, node.functional)
            if child.bound <= limit:
                children.append(child)
        return children


def decide_one(
    search: Search, t: int, ledger: Ledger, judge: ExactJudge, time_limit: float = float("inf")
) -> bool:
    """Close the radius interval of test point t as far as time allows; True if it is exact.

    Works downwards from the smallest known witness: proving the budget just below it closes the
    interval at once, and a new witness lowers it.
    """
    problem = search.problem
    begin = search.clock.elapsed
    while ledger.robust[t] < min(int(ledger.broken[t]) - 1, problem.max_budget):
        budget = min(int(ledger.broken[t]) - 1, problem.max_budget)
        if search.clock.expired or search.clock.elapsed - begin > time_limit:
            return False
        finding = search.decide(t, budget)
        add_witnesses(ledger, [search.record], NAME)
        open_after = _settle(search, ledger, judge)
        if not finding.decided:
            return False
        if ledger.broken[t] <= budget:
            continue
        if open_after[t] <= budget:
            return False
        ledger.prove(t, budget, NAME)
    return True


def _settle(search: Search, ledger: Ledger, judge: ExactJudge) -> np.ndarray:
    """Settle unclear margins exactly; returns the cheapest unsettled cost of each test point."""
    return settle(
        search.problem, search.sign, ledger, [search.record], NAME, judge, search.clock,
    )  # fmt: skip
