"""Branch and bound on the states of the points, for one test point and rival class.

What it decides: whether a relabeling of cost ≤ budget makes p_a − p_b ≤ 0. A region fixes some
points to one state (member of a, of b, of neither); its functional bounds p_a − p_b for every
relabeling in it at once. A region that leaves few flip sets of either SVM open is finished by
retraining on just those; any other has its hulls narrowed under the assumption that it holds a
relabeling that breaks, which often refutes it, and is then split at the point that the functional
fears most.
Cost: a convex program a region, some hundred where hulls are narrowed (1 ms each at n = 20, 10 ms
at n = 70). When to prefer it: budgets beyond the enumeration of the flip sets of single classes.
Source: our own note, ``math.md`` 4.3, 4.4, 6 and 8. "Robust" rests on proven functionals and on
retrained flip sets with their error bars, "broken" on retrained flip sets. It needs an account in
which every relabeling was closed by one of the two (`labelcert.engines.knowledge.search_account`).
"""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass, replace

import numpy as np

from labelcert.engines.bounds.hulls import ClassHulls
from labelcert.engines.bounds.region import PairRelaxation, Region
from labelcert.engines.bounds.state_functional import (
    PairFunctional,
    best_states,
    most_feared,
    surviving_states,
)
from labelcert.engines.bounds.states import PairStates
from labelcert.engines.branching.leaf import BROKEN, CLOSED, ClassSvm, PairLeaf
from labelcert.engines.joining.pairs import PairRules
from labelcert.engines.knowledge.search_account import SearchAccount
from labelcert.engines.machines.comparison import OneVsAll
from labelcert.engines.machines.machines import MulticlassProblem
from labelcert.engines.work.clock import Clock

NAME = "branch and bound"

PROVEN, OPEN = "proven", "open"

NARROWINGS = 3
"""A region's hulls are narrowed so often at most before it is split."""

WORTH = 0.9
"""Narrowing goes on while it brings the bound below this share of its distance from 0."""


@dataclass(frozen=True)
class PairFinding:
    """proven: no relabeling of the budget makes p_a − p_b ≤ 0; broken: `changes` does; open.

    bound: proven lower bound on p_a − p_b at the root, before anything else was done.
    """

    status: str
    changes: np.ndarray | None
    bound: float
    nodes: int


@dataclass(frozen=True, eq=False)
class Node:
    """A region that may hold a relabeling that breaks, with its functional and its ticket in the
    account of the search."""

    region: Region
    bound: float
    functional: PairFunctional
    ticket: int
    narrowings: int = 0


class PairSearch:
    """Searches for the test points of one problem; one object a process."""

    def __init__(self, problem: MulticlassProblem, hulls: ClassHulls, clock: Clock | None = None):
        self.problem, self.hulls = problem, hulls
        self._svms: dict[int, ClassSvm] = {}
        self._exact = OneVsAll(problem.gram, problem.cross, problem.C, clock)

    def decide(self, t: int, a: int, b: int, budget: int, clock: Clock) -> PairFinding:
        """Decide test point t of predicted class a against b, as far as the clock allows."""
        states = PairStates.of(self.problem.space, a, b)
        svms = (self._svm(a), self._svm(b))
        rules = PairRules(self.problem.space, a, b)
        leaf = PairLeaf(states, rules, svms, self._exact, t, budget)
        hulls = (self.hulls.hull(a, budget, clock), self.hulls.hull(b, budget, clock))
        core = svms[0].core
        relaxation = PairRelaxation(
            core.gram, np.ascontiguousarray(core.cross[:, t]), states, hulls, budget,
            float(core.doubt[t]),
        )  # fmt: skip
        return Tree(relaxation, leaf, clock).search(Region(states.allowed, hulls))

    def _svm(self, k: int) -> ClassSvm:
        if k not in self._svms:
            self._svms[k] = ClassSvm(
                self.problem, k, min(self.problem.max_budget, self.problem.n) + 3
            )
        return self._svms[k]


class Tree:
    """The search for one test point, pair of classes and budget."""

    def __init__(self, relaxation: PairRelaxation, leaf: PairLeaf, clock: Clock):
        self.relaxation, self.leaf, self.clock = relaxation, leaf, clock
        self.states, self.budget = relaxation.states, relaxation.budget
        self.nodes = 0
        self._account = SearchAccount(1)
        self._heap: list[tuple[float, int, Node]] = []
        self._pushed = 0

    def search(self, region: Region) -> PairFinding:
        """Search a region, best bound first."""
        self._account = SearchAccount(_choices(region.allowed))
        root = self._open(region, None, self._account.root)
        self._push(root)
        bound = root.bound if root is not None else 0.0
        while self._heap:
            if self.clock.expired:
                return PairFinding(OPEN, None, bound, self.nodes)
            _, _, node = heapq.heappop(self._heap)
            allowed = node.region.allowed
            feared = most_feared(node.functional, self.states, allowed, self.budget)
            changes = self.leaf.try_states(feared)
            if changes is not None:
                return PairFinding(BROKEN, changes, bound, self.nodes)
            outcome = self.leaf.finish(node.functional, allowed)
            if outcome is None:
                self._narrow_or_split(node)
            elif outcome.status == BROKEN:
                return PairFinding(BROKEN, outcome.changes, bound, self.nodes)
            elif outcome.status == CLOSED:
                self._account.close(node.ticket)
            # An unsettled region stays open in the account, and the others may still break.
        return PairFinding(PROVEN if self._account.complete else OPEN, None, bound, self.nodes)

    def _push(self, node: Node | None) -> None:
        if node is not None:
            self._pushed += 1
            heapq.heappush(self._heap, (node.bound, self._pushed, node))

    def _open(self, region: Region, parent: Node | None, ticket: int) -> Node | None:
        """The node of a region; None, and its ticket closed, if nothing in it can break."""
        inherited = -np.inf
        if not region.allowed.any(axis=1).all():
            self._account.close(ticket)  # it holds no relabeling at all
            return None
        if parent is not None:
            inherited = best_states(parent.functional, self.states, region.allowed, self.budget)
            if inherited > 0.0:
                self._account.close(ticket)
                return None
        self.nodes += 1
        bound, functional = self.relaxation.bound(region)
        if parent is not None and inherited > bound:
            bound, functional = inherited, parent.functional
        if bound > 0.0:
            self._account.close(ticket)
            return None
        allowed = surviving_states(functional, self.states, region.allowed, self.budget)
        self._account.shrink(ticket, _choices(allowed))
        if not allowed.any(axis=1).all():
            self._account.close(ticket)
            return None
        return Node(Region(allowed, region.hulls), bound, functional, ticket)

    def _narrow_or_split(self, node: Node) -> None:
        if node.narrowings < NARROWINGS:
            region = self.relaxation.narrow(node.region, self.clock)
            self._account.shrink(node.ticket, _choices(region.allowed))
            narrowed = self._open(region, node, node.ticket)
            if narrowed is None:
                return
            if narrowed.bound >= WORTH * node.bound:
                self._push(replace(narrowed, narrowings=node.narrowings + 1))
                return
            node = narrowed
        self._split(node)

    def _split(self, node: Node) -> None:
        """Split a node at the point whose worst state costs the bound most."""
        allowed = node.region.allowed
        several = np.flatnonzero(allowed.sum(axis=1) > 1)
        if len(several) == 0:
            return  # a single relabeling that retraining could not decide: it stays open
        step = np.where(allowed, node.functional.step, np.inf).min(axis=1)
        i = int(several[np.argmin(step[several])])
        parts = []
        for s in np.flatnonzero(allowed[i]):
            child = allowed.copy()
            child[i] = np.arange(3) == s
            parts.append(child)
        tickets = self._account.split(node.ticket, [_choices(part) for part in parts])
        for part, ticket in zip(parts, tickets, strict=True):
            self._push(self._open(Region(part, node.region.hulls), node, ticket))


def _choices(allowed: np.ndarray) -> int:
    """How many choices of states a region has, affordable or not; allowed (n, 3)."""
    return math.prod(allowed.sum(axis=1).tolist())
