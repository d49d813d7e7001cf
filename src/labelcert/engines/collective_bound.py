"""How many predictions one attack can break, from above, beyond enumeration.

What it decides: upper ends of the collective count. If M_t bounds the margin of t from above over a
budget's label vectors, then each broken prediction lacks its whole share m_t / M_t ≤ 1 of the sum
over the open test points T, so

    #broken ≤ |T| − min over label vectors of Σ_T m_t / M_t,

and the minimum is bounded by one functional of the energy-cut relaxation, for all of T at once; a
relaxation of each point on its own cannot see that one label vector must serve them all. Points
proven robust at the budget are left out of T.
Cost: |T| + 1 linear programs a budget, after bound tightening. When to prefer it: collective
intervals at budgets that enumeration cannot reach.
Source: our own note; a Lagrangian of the counting relaxation with one weight a test point.
"""

from __future__ import annotations

import numpy as np

from labelcert.engines.knowledge.ledger import Ledger
from labelcert.engines.machines.machine import Problem
from labelcert.engines.relaxation.program import Relaxation
from labelcert.engines.relaxation.shared import SharedHulls
from labelcert.engines.work.clock import Clock

NAME = "collective bound"

SMALLEST = float(np.finfo(float).tiny)


def bound_counts(
    problem: Problem, sign: np.ndarray, ledger: Ledger, hulls: SharedHulls, clock: Clock
) -> None:
    """Lower the upper ends of all open collective intervals as far as the clock allows."""
    cross = problem.cross * sign[:, None] / problem.scale
    waiting = np.flatnonzero(ledger.broken_lower < ledger.broken_upper)
    doubt = problem.core(sign).doubt
    for number, row in enumerate(waiting):
        budget = int(ledger.ladder.levels[row])
        if clock.expired:
            return
        stage = clock.within(clock.remaining / (len(waiting) - number))
        relaxation = hulls.relaxation(budget, stage.within(0.5 * stage.remaining))
        count = largest_count(relaxation, cross, doubt, ledger.robust < budget, stage)
        ledger.bound_count(budget, max(count, int(ledger.broken_lower[row])))
        clock.report(NAME, (number + 1) / len(waiting))


def largest_count(
    relaxation: Relaxation,
    cross: np.ndarray,
    doubt: np.ndarray,
    open_points: np.ndarray,
    clock: Clock,
) -> int:
    """A proven upper bound on how many of the open points (bool (m,)) break at once.

    cross (m, n): rows oriented so that the margin is cross·β, scaled like the relaxation's kernel.
    doubt (m,): a margin up to this may be broken for the kernel without its shift.
    """
    points = np.flatnonzero(open_points)
    total = len(points)
    if total == 0:
        return 0
    weights = np.zeros(total)
    for row, t in enumerate(points):
        if clock.expired:
            return total
        most = -relaxation.bound(-cross[t], 4, 0.05, time_limit=max(clock.remaining, 0.05))[0]
        # A margin that can never be positive is broken always: it keeps its 1 and no weight.
        # Below the smallest normal number its inverse would be none.
        weights[row] = 1.0 / most if np.isfinite(most) and most > SMALLEST else 0.0
    used = weights > 0.0
    least = relaxation.bound(
        weights @ cross[points], 20, 1e-3, time_limit=max(clock.remaining, 0.05)
    )[0]
    # Rounding of the weighted sum of rows, in units of the count.
    n = cross.shape[1]
    size = relaxation.hull.C * float((weights @ np.abs(cross[points])).sum())
    slack = (n + total) * 4 * np.finfo(float).eps * (size + total)
    slack += float(weights @ doubt[points])
    count = total - least + slack
    if not (np.isfinite(count) and used.any()):
        return total
    return min(total, max(int(np.floor(count)), 0))
