"""A flip without the tableau ends where the flip on the tableau ends."""

import numpy as np
from hypothesis import given, settings

from labelcert.engines.attacker import FlipSpace
from labelcert.engines.machines.machine import Machine
from labelcert.engines.machines.retraining import (
    flip_at,
    look_at_flip,
    measure,
    new_stack,
    solve_level,
    start,
)
from labelcert.learners.gram import check_gram
from oracles.problems import problems


@settings(max_examples=120)
@given(problems(max_n=12))
def test_leaf_equals_tableau(problem):
    p = problem
    n, m = len(p.y), len(p.cross)
    task = Machine(
        check_gram(p.gram), np.asarray(p.cross, float), p.y.astype(float), p.C,
        FlipSpace.unrestricted(n), n,
    )  # fmt: skip
    core = task.core()
    aside, full = new_stack(n + 2, n, m, 1), new_stack(n + 2, n, m, 1)
    start(core, aside)
    start(core, full)
    for i in range(n):
        gap = look_at_flip(core, aside, i)
        start(core, full)
        for k in range(i):
            flip_at(core, full, 0, k)
        flip_at(core, full, 0, i)
        reference = solve_level(core, full, 0)
        measure(core, full)
        bar = (np.sqrt(2 * gap) + np.sqrt(2 * reference)) * core.bar_slope + 2 * core.bar_floor
        assert (np.abs(aside.margin - full.margin) <= bar + 1e-300).all()
        flip_at(core, aside, 0, i)  # the tableau was left alone, so it can be built upon
