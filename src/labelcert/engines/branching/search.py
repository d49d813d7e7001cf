"""Branch and bound on the states of the points, for one test point, two classes and a budget.

What it decides: whether a relabeling of cost ≤ budget makes the lead of one class over another ≤ 0,
or how small the lead can get. "Robust" rests on proven functionals and on retrained flip sets with
their error bars, "broken" on retrained flip sets. Both need an account in which every relabeling
was closed by one of the two (`labelcert.engines.knowledge.search_account`): a region that gets lost
leaves an interval. Regions and what they are split on: `region_tree`.
Cost: a convex program a region, some hundred where hulls are narrowed (with one machine 0.3 ms each
at n = 20 and 2 ms at n = 70, with two three to five times that). When to prefer it: budgets beyond
the enumeration of flip sets; close leads favour enumeration.
Source: our own note, ``math.md`` 4.3, 4.4, 6 and 8.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from labelcert.engines.bounds.bound import Lead, Region
from labelcert.engines.bounds.hull import Hull
from labelcert.engines.bounds.lead_relaxation import LeadRelaxation
from labelcert.engines.bounds.states import States
from labelcert.engines.branching.goal import Breaking, Goal, Smallest
from labelcert.engines.branching.leaves import BROKEN, Leaf, Retrainer
from labelcert.engines.branching.region_tree import NARROWINGS, RegionTree
from labelcert.engines.knowledge.evidence import Searched
from labelcert.engines.machines.machines import Machines
from labelcert.engines.machines.svm_trainer import SvmTrainer
from labelcert.engines.work.clock import Clock

PROVEN, OPEN = "proven", "open"

MARGIN_PRECISION = 1e-10
"""Smallest leads are searched to this share of C ‖q_t‖₁, far below what any report shows."""


@dataclass(frozen=True)
class Finding:
    """proven: no relabeling of the budget makes the lead ≤ 0; broken: `changes` does; open.

    exactly: it took exact arithmetic to see that they do. searched: what was done; its bound is a
    proven lower bound on the lead at the root, before anything else was done.
    """

    status: str
    changes: np.ndarray | None
    exactly: bool
    searched: Searched


@dataclass(frozen=True)
class Worst:
    """The smallest lead as a proven interval; changes that reach its upper end, their cost, and the
    error bar of what was retrained."""

    low: float
    high: float
    changes: np.ndarray
    cost: int
    bar: float


class HullSource(Protocol):
    """What has the hulls that searches begin with."""

    def hull(self, machine: int, budget: int, clock: Clock) -> Hull:
        """A hull that holds for all flip sets of a machine of cost ≤ budget."""
        ...


class LeadSearch:
    """Searches for the test points of one problem; one object a process.

    nominal: β (n,) of the clean fits by machine, for programs of many labels; their regions are
    split, not narrowed, which would take 4n programs. largest: the largest budget to decide.
    """

    def __init__(
        self,
        machines: Machines,
        hulls: HullSource,
        clock: Clock | None = None,
        nominal: dict[int, np.ndarray] | None = None,
        largest: int | None = None,
    ):
        self.machines, self.hulls, self.nominal = machines, hulls, nominal
        self.largest = machines.max_budget if largest is None else largest
        self.comparison = SvmTrainer(machines, clock)
        self._retrainers: dict[int, Retrainer] = {}

    def decide(self, t: int, a: int, b: int, budget: int, clock: Clock) -> Finding:
        """Decide test point t of predicted class a against b, as far as the clock allows."""
        tree, region = self._tree(t, a, b, budget, Breaking(), clock)
        outcome = tree.search(region)
        searched = Searched(tree.nodes, tree.bound, tree.leaf.retrained)
        if outcome is not None:
            return Finding(BROKEN, outcome.changes, outcome.exactly, searched)
        return Finding(PROVEN if tree.complete else OPEN, None, False, searched)

    def worst_lead(self, t: int, a: int, b: int, budget: int, clock: Clock) -> Worst:
        """The smallest lead of a over b over all relabelings of cost ≤ budget; one machine.

        Every relabeling that the bounds cannot rule out is retrained on, so the interval closes to
        the error bar of retraining unless the clock expires before.
        """
        core = self._retrainer(self.machines.lead(a, b)[0].machine).core
        precision = MARGIN_PRECISION * core.C * float(np.abs(core.cross[:, t]).sum())
        goal = Smallest(precision)
        tree, region = self._tree(t, a, b, budget, goal, clock)
        tree.leaf.try_states(tree.states.home, goal)
        if np.isfinite(goal.lead):
            tree.search(region)
        high = goal.lead
        low = min(tree.lowest, high - max(goal.bar, precision))
        # What is no number bounds nothing.
        return Worst(low if low <= high else -np.inf, high, goal.changes, goal.cost, goal.bar)

    def _tree(
        self, t: int, a: int, b: int, budget: int, goal: Goal, clock: Clock
    ) -> tuple[RegionTree, Region]:
        """The search for one lead, and the region that it starts with."""
        states = States.of(self.machines, a, b)
        retrainers = tuple(self._retrainer(part.machine) for part in states.parts)
        leaf = Leaf(states, retrainers, self.comparison, t, (a, b), budget)
        hulls = tuple(self.hulls.hull(part.machine, budget, clock) for part in states.parts)
        core = retrainers[0].core
        rows = np.stack([part.sign * core.cross[:, t] for part in states.parts])
        nominal = None
        if self.nominal is not None:
            nominal = np.stack([self.nominal[part.machine] for part in states.parts])
        relaxation = LeadRelaxation(core.gram, states, hulls, budget, nominal)
        lead = Lead(rows, float(core.doubt[t]))
        narrowings = NARROWINGS if nominal is None else 0
        return (
            RegionTree(relaxation, lead, leaf, goal, clock, narrowings),
            Region(states.reachable(budget), hulls),
        )

    def _retrainer(self, number: int) -> Retrainer:
        if number not in self._retrainers:
            self._retrainers[number] = Retrainer(self.machines, number, self.largest)
        return self._retrainers[number]
