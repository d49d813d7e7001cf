"""How many predictions one attack can break, from above, beyond enumeration; two classes.

What it decides: upper ends of the collective count. If M_t bounds the margin of t from above over a
budget's label vectors, then each broken prediction lacks its whole share m_t / M_t ≤ 1 of the sum
over the open test points T, so

    #broken ≤ |T| − min over label vectors of Σ_T m_t / M_t,

and the minimum is bounded by one functional of the energy-cut relaxation, for all of T at once; a
relaxation of each point on its own cannot see that one label vector must serve them all. Points
proven robust at the budget are left out of T.
Cost: |T| + 1 convex programs a budget, after bound tightening, or where labels are too many for
that over the ranges that the root bound has come to. When to prefer it: collective intervals at
budgets that enumeration cannot reach.
Source: our own note; a Lagrangian of the counting relaxation with one weight a test point.
"""

from __future__ import annotations

import numpy as np

from labelcert.engines.bounds.bound import Bound, Lead, Region
from labelcert.engines.bounds.hull import Hull
from labelcert.engines.bounds.hulls import tightening_seconds
from labelcert.engines.bounds.lead_relaxation import LeadRelaxation
from labelcert.engines.bounds.states import States
from labelcert.engines.by_branching import hulls_of, relaxable
from labelcert.engines.by_root import RootBound, ranges_of
from labelcert.engines.engine import Role
from labelcert.engines.knowledge.lead import rounding
from labelcert.engines.task import Question, Task
from labelcert.engines.work.clock import Clock

NAME = "collective bound"

SMALLEST = float(np.finfo(float).tiny)


class CountBound:
    """Bounds how many predictions break at once."""

    name = NAME
    role = Role.BOUND
    decides = frozenset({Question.COUNTS})
    retrains = True

    def accepts(self, task: Task) -> bool:
        """Two classes, where counts are asked for."""
        known = relaxable(task) or RootBound().accepts(task)
        return task.two_classes and task.wishes.collective and known

    def seconds(self, task: Task, budget: int) -> float:
        """The hull of every open budget, and a program for each prediction."""
        ledger = task.ledger
        tight = tightening_seconds(task.n) if relaxable(task) else 0.0
        program = tightening_seconds(task.n) / (6 * task.n) if tight else 1e-4 * task.n
        rows = slice(ledger.ladder.row(budget) + 1)
        waiting = int((ledger.broken_lower < ledger.broken_upper)[rows].sum())
        return waiting * (tight + task.m * program)

    def run(self, task: Task, budget: int, clock: Clock) -> bool:
        """Lower the upper ends of all open collective intervals as far as the clock allows."""
        ledger, machines = task.ledger, task.svms
        core = machines.oriented(ledger.predicted).core()
        states = States.of(machines, 1, 0)
        waiting = np.flatnonzero(ledger.broken_lower < ledger.broken_upper)
        waiting = waiting[waiting <= ledger.ladder.row(budget)]
        for number, row in enumerate(waiting):
            level = int(ledger.ladder.levels[row])
            if clock.expired:
                return False
            stage = clock.within(clock.remaining / (len(waiting) - number))
            hull, nominal = _known(task, level, stage)
            relaxation = LeadRelaxation(core.gram, states, (hull,), level, nominal)
            region = Region(states.reachable(level), (hull,))
            count = largest_count(
                relaxation, region, core.cross.T, core.C, core.doubt, ledger.robust < level, stage
            )
            ledger.bound_count(level, max(count, int(ledger.broken_lower[row])))
            clock.report(NAME, (number + 1) / len(waiting))
        return not clock.expired


def _known(task: Task, level: int, clock: Clock) -> tuple[Hull, np.ndarray | None]:
    """The hull of a budget, and β (1, n) of the clean fit where programs are made of few labels."""
    if relaxable(task):
        return hulls_of(task).sharp(0, level, clock.within(0.5 * clock.remaining)), None
    (ranges,) = ranges_of(task)
    return ranges.hull(level, clock), ranges.solution[None]


def largest_count(
    bound: Bound,
    region: Region,
    cross: np.ndarray,
    C: float,
    doubt: np.ndarray,
    open_points: np.ndarray,
    clock: Clock,
) -> int:
    """A proven upper bound on how many of the open points (bool (m,)) break at once.

    cross (m, n): rows oriented so that the margin is cross·β, scaled like the region's kernel and
    C. doubt (m,): a margin up to this may be broken for the kernel without its shift.
    """
    points = np.flatnonzero(open_points)
    total = len(points)
    if total == 0:
        return 0
    weights = np.zeros(total)
    for row, t in enumerate(points):
        if clock.expired:
            return total
        most = -bound.lower(region, Lead(-cross[t][None]))[0]
        # A margin that can never be positive is broken always: it keeps its 1 and no weight.
        # Below the smallest normal number its inverse would be none.
        weights[row] = 1.0 / most if np.isfinite(most) and most > SMALLEST else 0.0
    used = weights > 0.0
    least = bound.lower(region, Lead((weights @ cross[points])[None]))[0]
    # Rounding of the weighted sum of rows, in units of the count.
    n = cross.shape[1]
    size = C * float((weights @ np.abs(cross[points])).sum())
    slack = rounding(4 * (n + total), size + total)
    slack += float(weights @ doubt[points])
    count = total - least + slack
    if not (np.isfinite(count) and used.any()):
        return total
    return min(total, max(int(np.floor(count)), 0))
