"""Golden cases: their arguments, their truth as a certificate, the paper's program on a point.

Golden figures are explained in the README next to them.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

import labelcert as lc
from labelcert.engines.attacker import RelabelSpace
from labelcert.engines.knowledge.evidence import Believed, Retrained
from labelcert.engines.knowledge.ledger import Ledger
from labelcert.engines.machines.clean import clean_fit
from labelcert.engines.machines.machines import Machines
from labelcert.engines.paper_milp.sample_wise import decide
from labelcert.engines.solvers import milp_solver
from labelcert.engines.work.clock import Clock
from labelcert.learners.gram import check_gram

GOLDENS = Path(__file__).resolve().parents[2] / "shared" / "goldens"
ACCURACY = 1e-7
"""How far a golden margin may be off."""


def paths() -> list[Path]:
    """The files of all golden cases; ends the program where there are none."""
    return sorted(GOLDENS.glob("*.npz")) or sys.exit(f"no golden cases in {GOLDENS}")


def read(path: Path) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """The arguments of `certify` for a golden case at all budgets, and all its arrays."""
    with np.load(path, allow_pickle=False) as file:
        case = {key: file[key] for key in file.files}
    arguments = {
        "gram": case["gram"],
        "cross": case["cross_gram"],
        "labels": case["labels"],
        "C": float(case["C"]),
        "max_flips": len(case["labels"]),
    }
    return arguments, case


def truth(case: dict[str, np.ndarray], like: lc.Certificate) -> lc.Certificate:
    """What the golden figures say, in the form of another certificate of the case."""
    worst, broken = case["worst_margin"], case["collective_broken"]
    radius = (worst > 0).sum(axis=1) - 1
    assert like.collective is not None
    return replace(
        like,
        radius=radius,
        radius_upper=radius,
        worst_margin=worst,
        worst_margin_bound=worst - ACCURACY,
        collective=replace(like.collective, broken_lower=broken, broken_upper=broken),
    )


def by_paper(
    case: dict[str, np.ndarray], t: int, like: lc.Certificate, solver: str, limit: float
) -> tuple[lc.Certificate, int, int]:
    """What the paper's program knows of test point t, given `limit` seconds for each budget.

    Budgets come from both ends, as the middle ones take longest; those that follow from others are
    skipped. Returns a certificate of this point alone, in the form of another of the case, and how
    many programs were solved and how many decided.
    """
    n = len(case["labels"])
    machines = Machines(
        check_gram(case["gram"]), case["cross_gram"][t : t + 1], float(case["C"]),
        RelabelSpace.unrestricted(case["labels"], 2), n,
    )  # fmt: skip
    predicted, solve = clean_fit(machines).predicted, milp_solver(solver)
    ledger = Ledger(machines.ladder, predicted, 2)
    solved = decided = 0
    for r in sorted(range(1, n + 1), key=lambda r: min(r, n + 1 - r)):
        if ledger.robust[0] < r < ledger.broken[0]:
            found = decide(machines, predicted, 0, r, Clock(limit), solve)
            solved += 1
            decided += found.verdict != "undecided"
            if found.verdict == "robust":
                ledger.prove_all(0, r, "paper_milp", Believed(found.bound, solver))
            elif found.verdict == "broken" and found.changes is not None:
                ledger.break_(
                    0, len(found.changes), found.changes, "paper_milp", Retrained(exactly=False)
                )
    radius, upper = np.full(like.num_test, -1), np.full(like.num_test, n)
    radius[t], upper[t] = ledger.robust[0], min(int(ledger.broken[0]) - 1, n)
    nothing = np.full_like(like.worst_margin, np.nan)
    cert = replace(like, radius=radius, radius_upper=upper, worst_margin=nothing,
                   worst_margin_bound=-np.inf * np.ones_like(nothing), collective=None)  # fmt: skip
    return cert, solved, decided
