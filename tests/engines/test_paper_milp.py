"""The paper's program against brute force: every budget, restrictions, worst margins, a golden."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from conformance import EngineConformance
from labelcert.engines.attacker import RelabelSpace
from labelcert.engines.by_paper_milp import PaperMilp
from labelcert.engines.engine import Role
from labelcert.engines.knowledge.evidence import Believed, CleanFit, Retrained
from labelcert.engines.knowledge.ledger import NEVER
from labelcert.engines.machines.svm_trainer import SvmTrainer
from labelcert.engines.paper_milp.choice import add_choice
from labelcert.engines.paper_milp.kkt import Program, add_svm
from labelcert.engines.paper_milp.lead_model import lead_model
from labelcert.engines.paper_milp.sample_wise import LeadDecider, decide
from labelcert.engines.solvers import milp_solver
from labelcert.engines.solvers.milp import Watch
from labelcert.engines.task import Task, Wishes
from labelcert.engines.work.clock import Clock
from oracles.paper_milp_cases import hand_made, make_case, without_ties
from shared_files import GOLDENS, needs_goldens

HIGHS = milp_solver("highs")


def run(task, budget=None, seconds=None):
    """Let the engine decide a task; returns what it knows then."""
    PaperMilp().run(task, task.ledger.max_budget if budget is None else budget, Clock(seconds))
    return task.ledger


def check_ledger(ledger, case):
    for t in range(case.m):
        for r in range(case.budget + 1):
            if case.worst[t, r] > case.tolerance[t]:
                assert ledger.robust[t] >= r, f"not proven: point {t}, budget {r}"
            elif case.worst[t, r] < -case.tolerance[t]:
                assert ledger.broken[t] <= r, f"not broken: point {t}, budget {r}"
        changes = ledger.witness[t]
        if changes is not None:
            assert case.machines.space.contains(changes, int(ledger.broken[t]))
            row = next(row for row in case.table if np.array_equal(row.changes, changes))
            assert row.margin[t] <= case.tolerance[t]


def small(classes):
    """How large the problems of the tests may be."""
    return {"max_n": 6, "m": 3} if classes == 2 else {"max_n": 4 if classes == 3 else 3, "m": 2}


CASES = [(2, seed) for seed in range(35)] + [(3, seed) for seed in range(20)] + [(4, 0), (4, 3)]
RESTRICTED = [(2, seed) for seed in range(100, 121)] + [(3, seed) for seed in range(100, 112)]


@pytest.mark.parametrize(("classes", "seed"), CASES)
def test_every_budget_against_brute_force(classes, seed):
    case = make_case(seed, classes=classes, **small(classes))
    check_ledger(run(case.task()), case)


@pytest.mark.parametrize(("classes", "seed"), RESTRICTED)
def test_restricted_attackers_against_brute_force(classes, seed):
    case = make_case(seed, restrict=True, classes=classes, **small(classes))
    check_ledger(run(case.task()), case)


@pytest.mark.parametrize("seed", range(4))
def test_a_few_changes_of_five_labels_of_three_classes(seed):
    case = make_case(2 * seed, max_n=5, m=1, classes=3)
    for t in range(case.m):
        for r in {0, 1, 2, case.budget} & set(range(case.budget + 1)):
            found = decide(case.machines, case.predicted, t, r, Clock(), HIGHS)
            if abs(case.worst[t, r]) <= case.tolerance[t]:
                continue
            assert found.verdict == ("robust" if case.worst[t, r] > 0 else "broken")
            assert found.bound <= case.worst[t, r]
            assert (found.verdict == "broken") == (found.margin <= 0)


@pytest.mark.parametrize("classes", [2, 3])
def test_robust_and_broken_both_occur(classes):
    cases = [make_case(seed, classes=classes, **small(classes)) for seed in range(0, 8, 2)]
    found = [run(case.task(), budget=1) for case in cases if case.m and case.budget]
    assert any((ledger.robust >= 1).any() for ledger in found)
    assert any((ledger.broken <= 1).any() for ledger in found)


@pytest.mark.parametrize(
    ("classes", "seed"), [(2, seed) for seed in (0, 3, 7, 10, 14, 17)] + [(3, 0), (3, 1), (3, 2)]
)
def test_worst_margin_lies_between_bound_and_replayed_margin(classes, seed):
    sizes = {"max_n": 5 if classes == 2 else 3, "m": 3 if classes == 2 else 2}
    case = make_case(seed, log_c=0, classes=classes, **sizes)
    for t in range(case.m):
        for r in range(case.budget + 1):
            found = decide(case.machines, case.predicted, t, r, Clock(), HIGHS, exact_margin=True)
            assert found.status == "Optimal"
            assert found.bound <= case.worst[t, r] + 1e-9
            assert found.margin >= case.worst[t, r] - 1e-9
            assert found.margin - found.bound <= case.tolerance[t]


@pytest.mark.parametrize("classes", [2, 3])
def test_a_proof_against_one_rival_names_the_solver(classes):
    case = make_case(4, classes=classes, **small(classes))
    ledger = run(case.task())
    proofs = [proof for proof in ledger.proofs.values() if not isinstance(proof, CleanFit)]
    assert proofs
    assert all(isinstance(proof, Believed) for proof in proofs)
    assert all(proof.solver == "highs" and proof.bound > 0 for proof in proofs)
    found = [kind for kind in ledger.refutation if kind is not None]
    assert all(isinstance(kind, Retrained) for kind in found)


@pytest.mark.parametrize("classes", [2, 3])
def test_points_are_decided_side_by_side_as_one_by_one(classes):
    case = make_case(6, max_n=6 if classes == 2 else 3, m=6, classes=classes)
    alone, together = run(case.task()), run(case.task(jobs=3))
    assert alone.robust.tolist() == together.robust.tolist()
    assert alone.broken.tolist() == together.broken.tolist()


@pytest.mark.parametrize("classes", [2, 3])
def test_known_budgets_are_not_solved_again(classes):
    case = make_case(0, classes=classes, **small(classes))
    task = case.task()
    for t in range(case.m):
        r = int((case.worst[t] > 0).sum()) - 1
        task.ledger.prove_all(t, r, "enumeration", CleanFit())
        if r < case.budget:
            task.ledger.break_(t, r + 1, np.array([0]), "enumeration", Retrained(exactly=False))
    run(task)
    assert set(task.ledger.proven_by) <= {"enumeration", "training"}
    assert "paper_milp" not in task.ledger.broken_by


def test_a_rival_that_is_proven_is_not_solved_again(monkeypatch):
    case = make_case(0, classes=3, **small(3))
    asked = []

    def solver(model, watch):
        asked.append(model)
        return watch.answer("stopped", -1.0, None, "Time limit reached")

    monkeypatch.setattr("labelcert.engines.paper_milp.radii.milp_solver", lambda backend: solver)
    task = case.task()
    task.ledger.prove(0, task.ledger.rivals(0)[0], case.budget, "enumeration", CleanFit())
    for t in range(1, case.m):
        task.ledger.prove_all(t, case.budget, "enumeration", CleanFit())
    run(task)
    assert len(asked) == case.budget


@pytest.mark.parametrize("classes", [2, 3])
def test_nothing_beyond_the_budget_is_decided(classes):
    case = make_case(2, classes=classes, **small(classes))
    ledger = run(case.task(), budget=1)
    assert (ledger.robust <= 1).all()
    assert ((ledger.broken <= 1) | (ledger.broken == NEVER)).all()


def test_only_radii_or_only_counts_are_decided_as_asked_for():
    case = make_case(4, max_n=5)
    ledger = run(case.task())
    assert ledger.broken_upper[0] > 0
    ledger = run(case.task(sample_wise=False, collective=True))
    assert ledger.broken_upper[0] == 0
    assert set(ledger.proven_by) == {"training"}


@pytest.mark.parametrize("classes", [2, 3])
def test_a_tie_after_relabeling_is_broken(classes):
    # C = 0.5 keeps every α at C on orthogonal points: p_k = 0.5 Σ ±q_i, exact in floating point.
    machines, predicted = hand_made(np.eye(4), np.ones((1, 4)), [0, 0, 0, 1], 0.5, 1, classes)
    verdicts = [decide(machines, predicted, 0, r, Clock(), HIGHS).verdict for r in (0, 1)]
    assert verdicts == ["robust", "broken"]


@pytest.mark.parametrize("seed", range(5))
def test_two_mirrored_machines_have_twice_the_lead_of_one(seed):
    """Three classes of which nobody may use the third are two, in a machine each."""
    two = make_case(seed, max_n=4, m=2, log_c=0)
    machines, n = two.machines, two.machines.n
    allowed = np.arange(3) < np.full((n, 1), 2)
    three = replace(machines, space=replace(machines.space, allowed=allowed))
    for t in range(two.m):
        rival = 1 - int(two.predicted[t])
        for r in range(n + 1):
            bounds = [
                LeadDecider(p, two.predicted, HIGHS, SvmTrainer(p))
                .against(t, rival, r, Clock(), exact_margin=True)
                .bound
                for p in (machines, three)
            ]
            assert bounds[1] == pytest.approx(2 * bounds[0], abs=two.tolerance[t])


@pytest.mark.parametrize("classes", [3, 4])
def test_machines_outside_the_lead_change_nothing(classes):
    """All K machines in one program, as the paper has them, have the same optimum as two."""
    case = make_case(2, classes=classes, max_n=3, m=1)
    machines, n, row = case.machines, case.machines.n, case.machines.cross[0]
    a, gram, C = int(case.predicted[0]), machines.gram.matrix, machines.C
    b = (a + 1) % classes
    lead = lead_model(machines, 0, a, b, 1)
    assert len(lead.model.objective) == 2 * n**2 + (12 + classes) * n
    program = Program()
    choice = add_choice(program, machines, 1)
    z = [add_svm(program, gram, C, choice.seen_by(k)) for k in range(classes)]
    assert program.columns == classes * (n**2 + 7 * n)
    weights = np.concatenate([row, -row]) / (2 * np.abs(row).sum())
    whole = program.model(np.concatenate([z[a], z[b]]), weights, maximise=False)
    bounds = [HIGHS(model, Watch()).bound for model in (lead.model, whole)]
    assert bounds[0] == pytest.approx(bounds[1], abs=1e-7)


def test_the_planner_learns_what_the_engine_is():
    engine, case = PaperMilp(), make_case(0)
    assert (engine.name, engine.role) == ("paper_milp", Role.REFERENCE)
    assert engine.accepts(case.task())
    assert engine.seconds(case.task(), 1) > 0


def test_no_solver_is_imported_by_who_never_asks():
    code = (
        "import sys, labelcert.engines.by_paper_milp as e; e.PaperMilp();"
        "sys.exit(any(m in sys.modules for m in ('highspy', 'gurobipy')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@needs_goldens
def test_golden_karate_case_at_every_budget():
    with np.load(GOLDENS / "karate_GCN.npz", allow_pickle=False) as case:
        gram, cross, worst = case["gram"], case["cross_gram"], case["worst_margin"]
        labels, C = case["labels"].astype(int), float(case["C"])
    n = len(labels)
    space = RelabelSpace.unrestricted(labels, 2)
    machines, predicted = without_ties(gram, cross, C, space, n)
    ledger = run(Task.of_machines(machines, predicted, Wishes(jobs=2)))
    assert ledger.robust.tolist() == ((worst > 0).sum(axis=1) - 1).tolist()
    assert np.minimum(ledger.broken - 1, n).tolist() == ledger.robust.tolist()
    tolerance = 1e-5 * C * np.abs(cross).sum(axis=1)
    for r in range(n + 1):
        t = (5 * r) % machines.m
        found = decide(machines, predicted, t, r, Clock(), HIGHS, exact_margin=True)
        assert found.bound <= worst[t, r] + 1e-9
        assert found.margin == pytest.approx(worst[t, r], abs=1e-7)
        assert found.margin - found.bound <= tolerance[t]


class TestConformance(EngineConformance):
    """Small problems only: a program for each point, rival and budget."""

    engine = PaperMilp()
    exact = False
    counts = "interval"
    largest = 3
    longest = 20.0
