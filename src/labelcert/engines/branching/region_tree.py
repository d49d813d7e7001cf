"""Best-first search over regions of relabelings, for one lead and budget, with an account.

A region fixes some points to one state; its functional bounds the lead for every relabeling in it
at once. A region that leaves few flip sets open is finished by retraining on just those; any other
has its hulls narrowed under the assumption that it holds a relabeling that matters, which often
refutes it, and is then split at the point that the functional fears most.
Source: our own note, ``math.md`` 4.3, 4.4, 6 and 8.
"""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass, replace

import numpy as np

from labelcert.engines.bounds.bound import Lead, Region
from labelcert.engines.bounds.lead_relaxation import LeadRelaxation
from labelcert.engines.bounds.state_functional import (
    StateFunctional,
    best_states,
    most_feared,
    surviving_states,
)
from labelcert.engines.branching.goal import Goal
from labelcert.engines.branching.leaves import BROKEN, CLOSED, Leaf, Outcome
from labelcert.engines.knowledge.search_account import SearchAccount
from labelcert.engines.work.clock import Clock

NARROWINGS = 3
"""A region's hulls are narrowed so often at most before it is split."""

WORTH = 0.9
"""Narrowing goes on while it brings the bound below this share of its distance from the limit."""

MOST_NODES = 50_000
"""Regions that a search may have waiting; beyond it ends with what is proven."""


@dataclass(frozen=True, eq=False)
class Node:
    """A region that may hold a relabeling that matters, with its functional and its ticket in the
    account of the search."""

    region: Region
    bound: float
    functional: StateFunctional
    ticket: int
    narrowings: int = 0


class RegionTree:
    """The search for one lead, budget and goal.

    nodes: regions bounded so far; bound: proven lower bound on the lead at the root.
    """

    def __init__(
        self,
        relaxation: LeadRelaxation,
        lead: Lead,
        leaf: Leaf,
        goal: Goal,
        clock: Clock,
        narrowings: int = NARROWINGS,
    ):
        self.narrowings = narrowings
        self.relaxation, self.lead, self.leaf, self.goal = relaxation, lead, leaf, goal
        self.clock, self.states, self.budget = clock, relaxation.states, relaxation.budget
        self.nodes, self.bound = 0, 0.0
        self._account = SearchAccount(1)
        self._heap: list[tuple[float, int, Node]] = []
        self._pushed = 0

    def search(self, region: Region) -> Outcome | None:
        """Search a region, best bound first; what ended it early, None if nothing did."""
        self._account = SearchAccount(_choices(region.allowed))
        root = self._open(region, None, self._account.root)
        self._push(root)
        self.bound = root.bound if root is not None else self.goal.limit
        while self._heap and not self.clock.expired and len(self._heap) <= MOST_NODES:
            _, _, node = heapq.heappop(self._heap)
            if node.bound > self.goal.limit:
                self._account.close(node.ticket)
                continue
            allowed = node.region.allowed
            feared = most_feared(node.functional, self.states, allowed, self.budget)
            changes = self.leaf.try_states(feared, self.goal)
            if changes is not None:
                return Outcome(BROKEN, self._cheaper(node, changes))
            outcome = self.leaf.finish(node.functional, allowed, self.goal)
            if outcome is None:
                self._narrow_or_split(node)
            elif outcome.status == BROKEN:
                return outcome
            elif outcome.status == CLOSED:
                self._account.close(node.ticket)
            # An unsettled region stays open in the account, and the others may still break.
        return None

    @property
    def complete(self) -> bool:
        """Whether every relabeling was closed for a reason."""
        return self._account.complete

    @property
    def lowest(self) -> float:
        """No lead lies below this or below the smallest one retrained; −inf if something is lost.

        Closed regions lie above the limit of their time, which was no smaller, or were retrained.
        """
        waiting = [node for _, _, node in self._heap]
        if not self._account.waits_in(node.ticket for node in waiting):
            return -np.inf
        return min([self.goal.limit, *(node.bound for node in waiting)])

    def _cheaper(self, node: Node, changes: np.ndarray) -> np.ndarray:
        """What the node's functional fears most at smaller budgets, as long as that breaks too."""
        space, levels = self.states.space, self.leaf.levels
        while True:
            row = int(np.searchsorted(levels, space.cost_of(changes))) - 1
            if row < 0:
                return changes
            feared = most_feared(
                node.functional, self.states, node.region.allowed, int(levels[row])
            )
            found = self.leaf.try_states(feared, self.goal)
            if found is None or space.cost_of(found) >= space.cost_of(changes):
                return changes
            changes = found

    def _push(self, node: Node | None) -> None:
        if node is not None:
            self._pushed += 1
            heapq.heappush(self._heap, (node.bound, self._pushed, node))

    def _open(self, region: Region, parent: Node | None, ticket: int) -> Node | None:
        """The node of a region; None, and its ticket closed, if nothing in it matters."""
        limit = self.goal.limit
        inherited = -np.inf
        if not region.allowed.any(axis=1).all():
            self._account.close(ticket)  # it holds no relabeling at all
            return None
        if parent is not None:
            inherited = best_states(parent.functional, self.states, region.allowed, self.budget)
            if inherited > limit:
                self._account.close(ticket)
                return None
        self.nodes += 1
        bound, functional = self.relaxation.lower(region, self.lead)
        if np.isnan(bound):
            bound = -np.inf  # what is no number bounds nothing
        if parent is not None and inherited > bound:
            bound, functional = inherited, parent.functional
        if bound > limit:
            self._account.close(ticket)
            return None
        allowed = surviving_states(functional, self.states, region.allowed, self.budget, limit)
        self._account.shrink(ticket, _choices(allowed))
        if not allowed.any(axis=1).all():
            self._account.close(ticket)
            return None
        return Node(Region(allowed, region.hulls), bound, functional, ticket)

    def _narrow_or_split(self, node: Node) -> None:
        if node.narrowings < self.narrowings:
            limit = self.goal.limit
            region = self.relaxation.narrow(node.region, self.lead, limit, self.clock)
            self._account.shrink(node.ticket, _choices(region.allowed))
            narrowed = self._open(region, node, node.ticket)
            if narrowed is None:
                return
            # What is left may be few flip sets, or a single one: it is looked at again either way.
            gains = narrowed.bound - limit >= WORTH * (node.bound - limit)
            done = node.narrowings + 1 if gains else self.narrowings
            self._push(replace(narrowed, narrowings=done))
            return
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
            child[i] = np.arange(self.states.count) == s
            parts.append(child)
        tickets = self._account.split(node.ticket, [_choices(part) for part in parts])
        for part, ticket in zip(parts, tickets, strict=True):
            self._push(self._open(Region(part, node.region.hulls), node, ticket))


def _choices(allowed: np.ndarray) -> int:
    """How many choices of states a region has, affordable or not; allowed (n, S)."""
    return math.prod(allowed.sum(axis=1).tolist())
