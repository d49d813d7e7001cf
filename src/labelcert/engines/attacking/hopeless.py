"""Which rivals no attack is likely to help: what single flips do, added up, falls far short.

What it decides: nothing; a guess that saves attacks where K − 1 rivals a test point would each cost
one. With one machine there is one rival, and every look helps all test points: it asks nothing.
Cost: K n retrainings and 8 K n m bytes, once for all test points.
Source: our own note; ``math.md`` 5.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from labelcert.engines.attacker import RelabelSpace
from labelcert.engines.machines.machines import Machines
from labelcert.engines.machines.retraining import (
    Core,
    look_at_flip,
    measure,
    new_stack,
    solve_level,
    start,
)
from labelcert.engines.work.clock import Clock
from labelcert.engines.work.threads import work_off

HOPELESS = 1.5
"""A rival is not attacked where the best single changes, added up, times this fall short."""


class SingleFlips:
    """Values (K, m) of all machines, and those after each flip alone (K, n, m)."""

    def __init__(self, machines: Machines, cores: list[Core], clock: Clock, jobs: int):
        self.space = machines.space
        self.value = np.zeros((machines.count, machines.m))
        self.after = np.zeros((machines.count, machines.n, machines.m))

        def begin() -> tuple[Callable[[int], None], None]:
            groups = len(machines.space.group_budget)
            stack = new_stack(2, machines.n, machines.m, groups)

            def do(k: int) -> None:
                core = cores[k]
                start(core, stack)
                solve_level(core, stack, 0)
                measure(core, stack)
                self.value[k] = stack.margin
                for i in machines.each[k].space.candidates:
                    if core.stop[0] == 0:
                        look_at_flip(core, stack, i)
                        self.after[k, i] = stack.margin

            return do, None

        numbers = range(machines.count)
        work_off(numbers, begin, clock, jobs, cores[0].stop, lambda share: None)

    def nearest(self, t: int, rivals: list[int]) -> list[int]:
        """Rivals of test point t in the order of their clean values."""
        return sorted(rivals, key=lambda b: -self.value[b, t])

    def may_reach(self, t: int, a: int, b: int, budget: int) -> bool:
        """Whether class b may catch up with class a at test point t."""
        own, rival = self.value[a, t], self.value[b, t]
        falls, rises = own - self.after[a, :, t], self.after[b, :, t] - rival
        fall = fall_of(self.space, falls, rises, a, b)
        most = self.space.points.most_flips(budget)
        return bool(HOPELESS * np.sort(fall)[::-1][:most].sum() >= own - rival)


def fall_of(
    space: RelabelSpace, leaving: np.ndarray, joining: np.ndarray, a: int, b: int
) -> np.ndarray:
    """(n,) how far the best change of each point, alone, lowers the lead of a over b.

    leaving (n,): how far the value of a falls if the point joins or leaves it; joining (n,): how
    far the value of b rises if it does.
    """
    in_a, in_b = space.labels == a, space.labels == b
    to = space.alternatives
    elsewhere = to.sum(axis=1) > to[:, a].astype(int) + to[:, b]
    between = (in_a & to[:, b]) | (in_b & to[:, a])
    fall = np.where(between, leaving + joining, 0.0)
    only_a = (in_a & elsewhere) | (~in_a & ~in_b & to[:, a])
    only_b = (in_b & elsewhere) | (~in_a & ~in_b & to[:, b])
    fall = np.maximum(fall, np.where(only_a, leaving, 0.0))
    return np.maximum(fall, np.where(only_b, joining, 0.0))
