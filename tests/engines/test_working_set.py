"""Programs of some points prove what programs of all do, and nothing that is not so."""

import numpy as np
import pytest

from labelcert.engines.bounds import conic, working_set
from labelcert.engines.bounds.conic import Aim, ConicRelaxation
from labelcert.engines.bounds.functional import best_over
from labelcert.engines.bounds.hull import Hull
from labelcert.learners.gram import check_gram
from oracles.brute_force import solve_dual, trained_by_flips
from oracles.problems import KINDS, make_problem


def relaxation(gram, y, C, budget, nominal):
    n = len(y)
    hull = Hull.widest(gram, y, C, np.ones(n, bool), budget)
    side = np.repeat(np.array([[[0], [1]]]), n, axis=0)
    cost = np.repeat(np.array([[0.0, 1.0]]), n, axis=0)
    return ConicRelaxation(gram, [hull], side, cost, budget, nominal)


def value_of(found, budget, n):
    return best_over(found[0], budget, np.ones(n), np.zeros(0, int), np.zeros(n, bool))


@pytest.mark.parametrize("seed", range(30))
@pytest.mark.parametrize("kind", KINDS)
def test_bounds_hold_whatever_solution_is_counted_on(kind, seed, monkeypatch):
    """The clean solution, none, one of other labels, and nonsense: no lead lies below a bound."""
    monkeypatch.setattr(conic, "WHOLE", 0)
    monkeypatch.setattr(working_set, "FIRST", 1)
    rng = np.random.default_rng(seed)
    n, budget = 7, int(rng.integers(0, 4))
    problem = make_problem(kind, n, 2, float(rng.uniform(-3, 3)), budget, seed)
    gram = check_gram(problem.gram).matrix
    y, C = problem.y.astype(float), problem.C
    q = np.asarray(problem.cross[0], float)
    truth = min(float(q @ beta) for _, beta, _ in trained_by_flips(gram, y, C, budget))
    clean = solve_dual(gram, y, C)
    nonsense = C * rng.standard_normal(n) * 10.0 ** rng.integers(-3, 4)
    for nominal in (clean, np.zeros(n), solve_dual(gram, -y, C), nonsense):
        solver = relaxation(gram, y, C, budget, nominal[None])
        for goal in (np.inf, truth - 1.0, truth + 1.0):
            aim = Aim(lambda found: value_of(found, budget, n), goal)
            found = solver.functionals(q[None], np.ones((n, 2), bool), 1e-6, aim)
            tolerance = 1e-6 * (1 + C * np.abs(q).sum())
            assert value_of(found, budget, n) <= truth + tolerance


@pytest.mark.parametrize("seed", range(6))
def test_they_prove_what_whole_programs_prove(seed):
    """With many points, most of them at 0 or C, the bound is that of one program of all."""
    rng = np.random.default_rng(seed)
    n, C, budget = 200, 0.1, 3
    points = rng.standard_normal((n + 1, 6))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    kernel = (1 + points @ points.T) ** 2
    gram, q = kernel[:n, :n], kernel[n, :n]
    y = np.where(points[:n, 0] + 0.3 * rng.standard_normal(n) > 0, 1.0, -1.0)
    clean = solve_dual(gram, y, C)
    q = q * np.sign(q @ clean)
    tolerance = 1e-3 * C * float(np.abs(q).max())
    aim = Aim(lambda found: value_of(found, budget, n))
    bounds, sizes = [], []
    for nominal in (None, clean[None]):
        solver = relaxation(gram, y, C, budget, nominal)
        found = solver.functionals(q[None], np.ones((n, 2), bool), tolerance, aim)
        bounds.append(value_of(found, budget, n))
        sizes.append(len(solver.needed))
    assert bounds[1] >= bounds[0] - 0.05 * abs(bounds[0]) - 10 * tolerance
    assert 0 < sizes[1] < 0.8 * n
