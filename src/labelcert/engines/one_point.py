"""Close the radius interval of one test point by branch and bound, and say what is proven of it.

A budget is proven only where the search accounts for every flip set
(`labelcert.engines.knowledge.search_account`) and the point was noted robust under each that was retrained
on (`labelcert.engines.knowledge.account`).
Source: our own note.
"""

from __future__ import annotations

from labelcert.engines.branch_and_bound import NAME, Search
from labelcert.engines.knowledge.evidence import Searched
from labelcert.engines.knowledge.ledger import Ledger
from labelcert.engines.knowledge.settle import add_witnesses, settle
from labelcert.engines.machines.judge import ExactJudge


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
        budget = ledger.ladder.at_most(min(int(ledger.broken[t]) - 1, problem.max_budget))
        if search.clock.expired or search.clock.elapsed - begin > time_limit:
            return False
        finding = search.decide(t, budget)
        add_witnesses(ledger, [search.record], NAME)
        noted = settle(problem, search.sign, ledger, [search.record], NAME, judge, search.clock)
        if ledger.broken[t] <= budget:
            continue
        # Nothing but a complete account proves; a witness that was seen and is gone does not.
        if not (finding.proven and noted.all_robust(t, problem.ladder.row(budget))):
            return False
        found = Searched(finding.nodes, finding.bound, finding.retrained)
        ledger.prove(t, budget, NAME, found)
    return True
