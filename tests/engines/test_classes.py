"""Flip sets of single classes, joined: exact radii of many classes, and sound worst cases."""

import numpy as np
import pytest

from conformance import Case, EngineConformance
from labelcert.engines import by_classes
from labelcert.engines.by_classes import Classes, ClassSearch
from labelcert.engines.task import Wishes
from labelcert.engines.work.clock import Clock
from oracles.relabelings import random_problem


class TestConformance(EngineConformance):
    engine = Classes()

    def test_two_classes_have_nothing_to_join(self):
        two = [case for case in map(self.cases, range(40)) if case.problem.classes == 2]
        assert two
        assert not any(self.engine.accepts(case.task()) for case in two)


def many(seed):
    """A case of more than two classes."""
    while True:
        problem = random_problem(seed, 6)
        if problem.classes > 2:
            return Case(problem)
        seed += 1000


@pytest.mark.parametrize("size", [1, 64])
@pytest.mark.parametrize("seed", range(40))
def test_lists_of_any_length(seed, size, monkeypatch):
    monkeypatch.setattr(by_classes, "FIRST_SIZE", size)
    case = many(seed)
    task = case.task(Wishes(jobs=1 + seed % 2))
    assert Classes().run(task, case.problem.max_budget, Clock())
    case.check(task.ledger)


@pytest.mark.parametrize("seed", range(40))
def test_independent_worst_cases_are_sound(seed):
    case = many(seed)
    relaxed, exact = case.task(Wishes(exactness="relaxed")), case.task()
    assert Classes().run(relaxed, case.problem.max_budget, Clock())
    case.check(relaxed.ledger, exact=False)
    ClassSearch(exact, Clock()).run(case.problem.max_budget)
    assert (relaxed.ledger.robust <= exact.ledger.robust).all()
    assert (np.maximum(relaxed.ledger.relaxed, 0) == relaxed.ledger.robust).all()
