"""One certificate trains its clean model once: one set of error bars, one ridge factorization."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import labelcert as lc

N, M = 9, 6


def problem(classes: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(5)
    points, tests = rng.standard_normal((N, 4)), rng.standard_normal((M, 4))
    return points @ points.T, tests @ points.T, np.arange(N) % classes


@pytest.fixture
def rows_given_to(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], list[int]]:
    """Test points of each call of a function (gram, cross, …), whoever imported it by name."""

    for learner in ({"C": 1.0}, {"ridge": 1.0}):  # imports whatever has the function
        lc.certify(*problem(3), max_flips=1, **learner)

    def watch(name: str) -> list[int]:
        seen: list[int] = []
        modules = [m for k, m in sys.modules.items() if k.startswith("labelcert.")]
        # A package may hold a module of that name.
        holders = [module for module in modules if callable(vars(module).get(name))]
        original = vars(holders[0])[name]

        def noting(gram: Any, cross: np.ndarray, *rest: Any) -> Any:
            seen.append(len(cross))
            return original(gram, cross, *rest)

        for module in holders:
            monkeypatch.setattr(module, name, noting)
        return seen

    return watch


OPTIONS = [{}, {"collective": True}, {"engine": "enumeration"}, {"engine": "branch_and_bound"}]


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("collective", [False, True])
def test_one_ridge_factorization(rows_given_to, classes, collective):
    seen = rows_given_to("ridge_weights")
    lc.certify(*problem(classes), ridge=1.0, max_flips=3, collective=collective)
    assert seen == [M]


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("options", [*OPTIONS, {"exactness": "relaxed"}], ids=str)
def test_one_set_of_error_bars(rows_given_to, classes, options):
    seen = rows_given_to("cross_bars")
    lc.certify(*problem(classes), C=1.0, max_flips=3, **options)
    assert seen == [M]


def test_one_set_of_error_bars_with_worst_margins_too(rows_given_to):
    seen = rows_given_to("cross_bars")
    lc.certify(*problem(2), C=1.0, max_flips=3, worst_margins=True)
    assert seen == [M]


@pytest.mark.parametrize("learner", [{"C": 1.0}, {"ridge": 1.0}], ids=["svm", "ridge"])
def test_a_tie_leaves_what_is_computed_of_the_others(rows_given_to, learner):
    gram, cross, labels = problem(2)
    cross[2] = 0.0
    bars, weights = rows_given_to("cross_bars"), rows_given_to("ridge_weights")
    assert lc.certify(gram, cross, labels, max_flips=3, **learner).status[2] == "tie"
    assert bars + weights == [M]
