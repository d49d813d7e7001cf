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
It needs an account in which every flip set was closed by one of the two
(`labelcert.engines.knowledge.search_account`): a node that gets lost leaves an interval.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from labelcert.engines.bounds.functional import Functional, best_over
from labelcert.engines.knowledge.lead import bars_of
from labelcert.engines.knowledge.recording import NEVER, Record, new_record
from labelcert.engines.knowledge.search_account import SearchAccount
from labelcert.engines.machines.machine import Problem
from labelcert.engines.machines.retraining import Core, Stack, new_stack, start
from labelcert.engines.relaxation.program import Relaxation
from labelcert.engines.relaxation.shared import SharedHulls
from labelcert.engines.relaxation.walk import count_sets, visit_set, walk_sets
from labelcert.engines.work.clock import Clock

NAME = "branch and bound"

LEAF = 4000
"""A node with no more open flip sets than this is finished by retraining."""

MOST_NODES = 200_000
"""Open nodes a search may hold, about 0.2 GB; beyond it ends with what is proven."""

MARGIN_PRECISION = 1e-10
"""Worst margins are searched to this share of C ‖q_t‖₁, far below what any report shows."""

TRIVIAL = -1e300
"""Stands for the base of a functional that knows nothing; sums of it stay finite."""

UNCLEAR = 500
"""How many label vectors with a margin inside its error bar are kept for exact arithmetic."""


@dataclass(frozen=True, eq=False)
class Node:
    """Labels fixed so far (+1 kept, −1 flipped, 0 open), the bound for everything below, and the
    ticket in the account of the search."""

    states: np.ndarray  # (n,) int8
    bound: float
    functional: Functional
    ticket: int = 0


@dataclass(frozen=True)
class Finding:
    """What a search of one test point knows at its end.

    bound: proven lower bound on the margin at the budget, −inf if something got lost. proven: every
    flip set of the budget lies above the limit by a proof, or was retrained on and noted in the
    record, where only those inside an error bar are left to settle. broken: the record holds one
    that surely breaks.
    """

    bound: float
    proven: bool
    broken: bool
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
        space = problem.space
        self._prices_bind = not space.unit_cost or space.groups_bind

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
        rows = self.problem.ladder.row(budget) + 1

        def limit() -> float:
            return float(self.record.worst[:rows, t].min()) - precision

        finding = self._search(t, budget, limit, until_broken=False)
        high = float(self.record.worst[:rows, t].min())
        gap = float(self.record.largest_gap[0])
        bar = float(bars_of(self.core, gap)[t])
        low = min(finding.bound, high - max(bar, precision))
        return (low if low <= high else -np.inf), high

    def _search(
        self, t: int, budget: int, limit_now: Callable[[], float], until_broken: bool
    ) -> Finding:
        relaxation = self._relaxation(budget)
        q = np.ascontiguousarray(self.core.cross[:, t])
        account = SearchAccount(1 << self.problem.n)
        doubt = float(self.core.doubt[t])
        nothing_fixed = np.zeros(self.problem.n, dtype=np.int8)
        root = self._node(relaxation, q, doubt, nothing_fixed, limit_now())
        heap = [(root.bound, 0, root)]
        nodes, retrained, lost = 1, 0, False
        while heap:
            if until_broken and self.record.broken_at[t] <= budget:
                break
            if heap[0][0] > limit_now() or self.clock.expired or len(heap) > MOST_NODES or lost:
                break
            _, _, node = heapq.heappop(heap)
            if not until_broken:
                self._round(node, t, budget)
            limit = limit_now()
            finished = self._finish(node, t, budget, limit)
            if finished is None:
                for child in self._branch(relaxation, q, doubt, node, limit, budget, account):
                    nodes += 1
                    heapq.heappush(heap, (child.bound, nodes, child))
                self.clock.report(NAME, min(nodes / (nodes + 50.0), 0.99))
                continue
            retrained += abs(finished)
            lost = finished < 0
            if not lost:
                account.close(node.ticket)
        if until_broken and self.record.broken_at[t] <= budget:
            return Finding(-np.inf, False, True, nodes, retrained)
        bound, proven = self._sum_up(account, [node for _, _, node in heap], limit_now())
        return Finding(bound, proven, False, nodes, retrained)

    def _sum_up(
        self, account: SearchAccount, waiting: list[Node], limit: float
    ) -> tuple[float, bool]:
        """The bound that holds for all flip sets, and whether all of them are accounted for.

        Closed ones lie above the limit of their time, which was no smaller, or were retrained on.
        """
        if not account.waits_in(node.ticket for node in waiting):
            return -np.inf, False
        for node in waiting:
            if node.bound > limit:
                account.close(node.ticket)
        bound = min([limit, *(node.bound for node in waiting)])
        return (bound if np.isfinite(bound) else -np.inf), account.complete

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
        self,
        relaxation: Relaxation,
        q: np.ndarray,
        doubt: float,
        states: np.ndarray,
        limit: float,
    ) -> Node:
        """The node of some labels; doubt: taken off its bound for a shift of the diagonal."""
        relaxation.fix(states)
        bound, functional, _ = relaxation.bound(
            q, enough=limit + doubt, time_limit=max(self.clock.remaining, 0.05)
        )
        return Node(states, bound - doubt, functional._replace(base=functional.base - doubt))

    def _finish(self, node: Node, t: int, budget: int, limit: float) -> int | None:
        """Retrain on every open flip set below a node if they are few; None if they are not.

        Returns how many there were; −1 if some were not reached, so that the node is not done.
        """
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
        start_value = max(node.functional.base, TRIVIAL)
        base = start_value + float(inside.sum())
        # Sums of the walk round; sets that close to the limit are retrained on as well.
        slack = (
            8
            * self.problem.n
            * np.finfo(float).eps
            * (abs(start_value) + float(np.abs(finite).sum()))
        )
        if not np.isfinite(base + slack):
            base, step, slack = TRIVIAL, np.where(np.isposinf(step), np.inf, 0.0), 0.0
        counted = count_sets(base, step, order, flips, limit + slack, LEAF)
        if counted >= LEAF and flips > 0:
            return None
        before = int(self.record.visited.sum())
        done = walk_sets(
            self.core, self._stack, self.record, t, base, step, order,
            flipped.astype(np.int64), budget, flips, limit + slack, NEVER,
        )  # fmt: skip
        # Where every set can be paid for, the walk has to meet all that were counted.
        whole = done == counted or (done < counted <= LEAF and self._prices_bind)
        noted = int(self.record.visited.sum()) - before
        return int(done) if done >= 0 and whole and noted == done else -1

    def _affordable(self, node: Node, budget: int) -> np.ndarray:
        """Points that may still be flipped on top of a node's flips."""
        space = self.problem.space
        flipped = np.flatnonzero(node.states < 0)
        purse = space.purses_after(flipped)
        left = np.minimum(purse[space.group], budget - space.cost_of(flipped))
        may = (node.states == 0) & (node.functional.step < np.inf) & (space.cost <= left)
        return np.flatnonzero(may)

    def _branch(
        self,
        relaxation: Relaxation,
        q: np.ndarray,
        doubt: float,
        node: Node,
        limit: float,
        budget: int,
        account: SearchAccount,
    ) -> list[Node]:
        """Split a node at the flip that its functional fears most; the children that stay open."""
        step = node.functional.step
        cost = self.problem.space.cost
        free = self._affordable(node, budget)
        i = int(free[np.argmin(step[free])])
        parts = [node.states.copy(), node.states.copy()]
        parts[0][i], parts[1][i] = -1, 1
        tickets = account.split(node.ticket, [_sets_below(states) for states in parts])
        children = []
        for states, ticket in zip(parts, tickets, strict=True):
            child = self._node(relaxation, q, doubt, states, limit)
            # The parent's functional holds below as well: keep the better one.
            inherited = best_over(node.functional, budget, cost, states < 0, states != 0)
            if inherited > child.bound:
                child = Node(states, inherited, node.functional)
            if child.bound > limit:
                account.close(ticket)
            else:
                children.append(replace(child, ticket=ticket))
        return children


def _sets_below(states: np.ndarray) -> int:
    """How many sets of labels a node leaves to be chosen, affordable or not."""
    return 1 << int((states == 0).sum())
