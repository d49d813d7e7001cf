"""Nodes that get lost make proofs vanish, never appear: two classes, many classes, processes."""

import heapq
from types import SimpleNamespace

import numpy as np
import pytest
from labelcert.engines.branch_and_bound import Search
from labelcert.engines.enumeration import enumerate_flips
from labelcert.engines.relaxation import tightening
from labelcert.engines.relaxation.program import Relaxation
from labelcert.engines.relaxation.shared import SharedHulls

from labelcert.engines import branch_and_bound, search_points
from labelcert.engines.attacker import FlipSpace
from labelcert.engines.bounds.functional import Functional
from labelcert.engines.bounds.hulls import ClassHulls
from labelcert.engines.branching import leaf as pair_leaf
from labelcert.engines.branching import search as pair_search
from labelcert.engines.branching.search import PairSearch, Tree
from labelcert.engines.knowledge.evidence import CleanFit
from labelcert.engines.knowledge.ledger import Ledger
from labelcert.engines.knowledge.search_account import SearchAccount
from labelcert.engines.machines.clean import clean_fit
from labelcert.engines.machines.machine import Problem
from labelcert.engines.work.clock import Clock
from labelcert.learners.gram import check_gram
from oracles.brute_force import brute_force, trained_by_flips
from oracles.pair_truth import pair_truth
from oracles.relabelings import random_problem


def test_an_account_is_complete_only_if_all_of_it_was_closed():
    account = SearchAccount(8)
    assert not account.complete
    first, second = account.split(account.root, [4, 4])
    account.close(first)
    assert account.waits_in([second])
    assert not account.waits_in([])
    account.shrink(second, 1)
    assert not account.complete
    account.close(second)
    assert account.complete


@pytest.mark.parametrize(
    "fault",
    [
        lambda a: a.split(a.root, [4]),  # a child is missing
        lambda a: a.split(a.root, [4, 5]),
        lambda a: a.shrink(a.root, 9),
        lambda a: a.shrink(a.root, -1),
        lambda a: a.close(77),
        lambda a: a.close(a.split(a.root, [4, 4])[0]),  # the other one is never closed
        lambda a: (a.close(a.root), a.close(a.root)),
    ],
)
def test_an_entry_that_does_not_fit_voids_it(fault):
    account = SearchAccount(8)
    fault(account)
    if account.root in account._open:
        account.close(account.root)
    assert not account.complete
    assert not account.waits_in(account._open) or account._open


def make(seed, n=7, m=3, budget=None):
    rng = np.random.default_rng(seed)
    points, tests = rng.standard_normal((n, 4)), rng.standard_normal((m, 4))
    y = np.where(points[:, 0] > 0, 1.0, -1.0)
    C = float(10.0 ** rng.uniform(-1, 1))
    budget = 2 if budget is None else budget
    gram = check_gram(points @ points.T)
    return Problem(gram, tests @ points.T, y, C, FlipSpace.unrestricted(n), budget)


def searched(problem, sign):
    ledger = Ledger(problem.m, problem.ladder)
    for t in range(problem.m):
        ledger.prove(t, 0, "training", CleanFit())
    search_points.search_points(problem, sign, ledger, SharedHulls(problem, rounds=0), Clock(30.0))
    return ledger


class Losses:
    """Loses things at random, and counts them."""

    def __init__(self, seed, share=0.3):
        self.rng, self.share, self.count = np.random.default_rng(seed), share, 0

    @property
    def now(self):
        lost = bool(self.rng.random() < self.share)
        self.count += lost
        return lost


def lose_pushed(losses, patch):
    """Nodes that never reach the heap."""
    for module in (branch_and_bound, pair_search):
        patch.setattr(
            module, "heapq",
            SimpleNamespace(
                heappop=heapq.heappop,
                heappush=lambda heap, item: None if losses.now else heapq.heappush(heap, item),
            ),
        )  # fmt: skip


def lose_popped(losses, patch):
    """Nodes that are taken from the heap with another one, unseen."""

    def pop(heap):
        if len(heap) > 1 and losses.now:
            heapq.heappop(heap)
        return heapq.heappop(heap)

    for module in (branch_and_bound, pair_search):
        patch.setattr(module, "heapq", SimpleNamespace(heappop=pop, heappush=heapq.heappush))


def lose_children(losses, patch):
    """Children that a branching does not hand on, or calls closed without an entry."""
    branch, open_ = Search._branch, Tree._open

    def some(self, *arguments):
        return [child for child in branch(self, *arguments) if not losses.now]

    def none(self, region, parent, ticket):
        return None if losses.now else open_(self, region, parent, ticket)

    patch.setattr(Search, "_branch", some)
    patch.setattr(Tree, "_open", none)


def lose_sets(losses, patch):
    """Flip sets that a leaf does not retrain on."""
    walk, retrain = branch_and_bound.walk_sets, pair_leaf.retrain_sets

    def walk_less(core, stack, record, t, base, step, order, *rest):
        if len(order) and losses.now:
            order = order[1:]
        return walk(core, stack, record, t, base, step, order, *rest)

    def retrain_less(*arguments):
        count = arguments[7]
        if count and losses.now:
            arguments = (*arguments[:7], count - 1, *arguments[8:])
        return retrain(*arguments)

    patch.setattr(branch_and_bound, "walk_sets", walk_less)
    patch.setattr(pair_leaf, "retrain_sets", retrain_less)


def stop_walks(losses, patch):
    """Walks that are stopped before their end."""
    walk = branch_and_bound.walk_sets
    patch.setattr(
        branch_and_bound, "walk_sets",
        lambda *arguments: -1 if losses.now else walk(*arguments),
    )  # fmt: skip


def nonsense_bounds(losses, patch):
    """Bounds that are no numbers."""
    bound = Relaxation.bound

    def nan(self, *arguments, **options):
        found = bound(self, *arguments, **options)
        if not losses.now:
            return found
        n = len(self.gram)
        return np.nan, Functional(-np.inf, np.zeros(n)), np.zeros(n)

    patch.setattr(Relaxation, "bound", nan)


FAULTS = [lose_pushed, lose_popped, lose_children, lose_sets, stop_walks, nonsense_bounds]


@pytest.mark.parametrize("fault", FAULTS)
def test_two_classes(fault, monkeypatch):
    honest, lossy, lost = 0, 0, 0
    for seed in range(10):
        monkeypatch.setattr(branch_and_bound, "LEAF", 1 + 7 * (seed % 2))
        problem = make(seed, n=6, m=5)
        sign = clean_fit(problem).sign
        truth = Ledger(problem.m, problem.ladder)
        enumerate_flips(problem, sign, truth, problem.max_budget, Clock())
        honest += int(searched(problem, sign).robust.sum())
        losses = Losses(seed)
        with monkeypatch.context() as patch:
            fault(losses, patch)
            found = searched(problem, sign)
        assert (found.robust <= truth.robust).all(), "a proof appeared"
        assert (found.broken >= truth.broken).all()
        lossy, lost = lossy + int(found.robust.sum()), lost + losses.count
    assert lossy <= honest
    if lost and fault is not nonsense_bounds:  # a bound that is none is only a bound less
        assert lossy < honest, "losses went unnoticed"
    assert lost


@pytest.mark.parametrize("fault", FAULTS)
def test_worst_margins(fault, monkeypatch):
    monkeypatch.setattr(branch_and_bound, "LEAF", 2)
    for seed in range(5):
        problem = make(seed, n=5)
        sign = clean_fit(problem).sign
        _, worst, _ = brute_force(
            problem.gram.matrix, problem.cross, problem.y, problem.C, problem.max_budget
        )
        with monkeypatch.context() as patch:
            fault(Losses(seed), patch)
            search = Search(problem, sign, SharedHulls(problem, rounds=0), Clock(20.0))
            for t in range(problem.m):
                low, high = search.worst_margin(t, problem.max_budget)
                truth = worst[t, -1]
                assert low <= truth + 1e-6 * (1 + abs(truth))
                assert high >= truth - 1e-6 * (1 + abs(truth))


@pytest.mark.parametrize("fault", FAULTS[:4])
def test_many_classes(fault, monkeypatch):
    counts = {"honest": 0, "lossy": 0}
    lost = 0
    for seed in range(8):
        monkeypatch.setattr(pair_leaf, "LEAF", 1 + 5 * (seed % 2))
        problem = random_problem(seed, 5)
        truth = pair_truth(problem)
        for name in counts:
            losses = Losses(seed)
            with monkeypatch.context() as patch:
                if name == "lossy":
                    fault(losses, patch)
                search = PairSearch(problem, ClassHulls(problem, rounds=0))
                for t, a, b in truth.clear_pairs():
                    for budget in range(problem.max_budget + 1):
                        found = search.decide(t, a, b, budget, Clock(20.0))
                        counts[name] += found.status == "proven"
                        if found.status == "proven":
                            least = truth.worst(t, a, b, budget)
                            assert least > -truth.tolerance, "a proof appeared"
            lost += losses.count
    assert counts["lossy"] <= counts["honest"]
    assert counts["lossy"] < counts["honest"] or lost == 0


def test_results_lost_on_their_way_from_the_workers(monkeypatch):
    run = search_points.run_pieces
    less = 0
    for seed in range(6):
        problem = make(seed, n=6)
        sign = clean_fit(problem).sign
        whole = searched(problem, sign)
        losses = Losses(seed, 0.5)

        def lossy(work, pieces, clock, jobs, losses=losses):
            for number, result in run(work, pieces, clock, jobs):
                if not losses.now:
                    yield number, result

        with monkeypatch.context() as patch:
            patch.setattr(search_points, "run_pieces", lossy)
            found = searched(problem, sign)
        assert (found.robust <= whole.robust).all()
        less += int((found.robust < whole.robust).any())
    assert less > 0


def test_a_witness_that_is_forgotten_proves_nothing(monkeypatch):
    from labelcert.engines import one_point

    monkeypatch.setattr(one_point, "add_witnesses", lambda *arguments: None)
    forgotten = 0
    for seed in range(8):
        problem = make(seed, n=6)
        sign = clean_fit(problem).sign
        truth = Ledger(problem.m, problem.ladder)
        enumerate_flips(problem, sign, truth, problem.max_budget, Clock())
        for t in range(problem.m):
            search = Search(problem, sign, SharedHulls(problem, rounds=0), Clock(20.0))
            known = Ledger(problem.m, problem.ladder)
            exact = one_point.decide_one(search, t, known, one_point.ExactJudge(problem))
            assert known.robust[t] <= truth.robust[t]
            forgotten += not exact
    assert forgotten > 0


def test_ranges_hold_where_tightening_loses_its_pieces(monkeypatch):
    run = tightening.run_pieces
    for seed in range(4):
        problem = make(seed, n=5, budget=2)
        gram, C = problem.gram.matrix / problem.scale, problem.C * problem.scale
        losses = Losses(seed, 0.5)

        def lossy(work, pieces, clock, jobs, losses=losses):
            for number, result in run(work, pieces, clock, jobs):
                if not losses.now:
                    yield number, result

        monkeypatch.setattr(tightening, "run_pieces", lossy)
        hull, _ = SharedHulls(problem, rounds=2).hull(2, Clock())
        assert (hull.low <= hull.high).all()
        for flips, _, f in trained_by_flips(gram, problem.y, C, 2):
            state = np.isin(np.arange(5), flips).astype(int)
            assert (f >= hull.low[np.arange(5), state] - 1e-6 * (1 + C)).all()
            assert (f <= hull.high[np.arange(5), state] + 1e-6 * (1 + C)).all()
