"""Hulls of single classes at a budget, shared by all test points and rivals; made when needed.

The flips of one class in any relabeling of cost ≤ budget are a flip set of that class of cost ≤
budget, so one hull serves every pair that the class is part of.
Cost: seconds a class and budget at n = 70 (`labelcert.engines.bounds.tightening_conic`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from labelcert.engines.bounds.hull import Hull
from labelcert.engines.bounds.tightening_conic import tighten_conic
from labelcert.engines.flips import FlipSpace
from labelcert.engines.machines.machine import Problem
from labelcert.engines.machines.machines import MulticlassProblem
from labelcert.engines.work.clock import Clock, clock_until
from labelcert.engines.work.workers import run_pieces

ROUNDS = 4
"""Rounds of tightening; the last one seldom gains a tenth."""


@dataclass(eq=False)
class ClassHulls:
    """Hulls by class and budget; the gram and C are those of `Problem.core`."""

    problem: MulticlassProblem
    rounds: int = ROUNDS
    _hulls: dict[tuple[int, int], Hull] = field(default_factory=dict)

    def hull(self, k: int, budget: int, clock: Clock) -> Hull:
        """The hull of class k valid for all flip sets of cost ≤ budget."""
        if (k, budget) not in self._hulls:
            self._hulls[k, budget] = _tightened(
                self.problem.class_problems[k], self._start(k, budget), budget, clock, self.rounds
            )
        return self._hulls[k, budget]

    def prepare(self, wanted: list[tuple[int, int]], clock: Clock, jobs: int) -> None:
        """Make the hulls of some (class, budget), on several processes."""
        missing = sorted({pair for pair in wanted if pair not in self._hulls}, reverse=True)
        deadline = clock.deadline
        pieces = [
            (self.problem.class_problems[k], self._start(k, budget), budget, deadline, self.rounds)
            for k, budget in missing
        ]
        for done, (number, hull) in enumerate(run_pieces(_until, pieces, clock, jobs), 1):
            self._hulls[missing[number]] = hull
            clock.report("bound tightening", done / len(pieces))
        for k, budget in missing:
            # What there was no time for stays as wide as it is.
            self._hulls.setdefault((k, budget), self._start(k, budget))

    def only(self, wanted: list[tuple[int, int]]) -> ClassHulls:
        """The same with no more than the hulls of some (class, budget)."""
        part = ClassHulls(self.problem, self.rounds)
        part._hulls = {pair: self._hulls[pair] for pair in wanted if pair in self._hulls}
        return part

    def _start(self, k: int, budget: int) -> Hull:
        """What is known before tightening: the widest hull, or that of a larger budget."""
        problem = self.problem.class_problems[k]
        hull = widest(problem, budget)
        larger = [b for c, b in self._hulls if c == k and b > budget]
        if larger:
            known = self._hulls[k, min(larger)]
            hull = hull.narrowed(known.low, known.high)
        return hull


def widest(problem: Problem, budget: int) -> Hull:
    """The hull of a class's problem that needs no program."""
    space: FlipSpace = problem.space
    candidates = space.candidates
    may = np.zeros(problem.n, dtype=bool)
    may[candidates[space.cost[candidates] <= budget]] = True
    cheapest = int(space.cost[candidates].min()) if len(candidates) else 1
    flips = min(budget // cheapest, len(candidates))
    gram = problem.gram.matrix / problem.scale
    return Hull.widest(gram, problem.y, problem.C * problem.scale, may, flips)


def _until(problem: Problem, hull: Hull, budget: int, deadline: float, rounds: int) -> Hull:
    """`_tightened`, with one deadline for pieces that run one after another."""
    return _tightened(problem, hull, budget, clock_until(deadline), rounds)


def _tightened(problem: Problem, hull: Hull, budget: int, clock: Clock, rounds: int) -> Hull:
    if budget <= 0:
        return hull
    gram = problem.gram.matrix / problem.scale
    return tighten_conic(gram, hull, problem.space, budget, clock, rounds)
