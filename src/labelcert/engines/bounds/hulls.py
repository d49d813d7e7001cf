"""Hulls of single machines at a budget, shared by all test points and rivals; made when needed.

The flips that a machine sees of a relabeling of cost ≤ budget are a flip set of that machine of
cost ≤ budget, so one hull serves every lead that the machine is part of.
Cost: see `tightening_seconds`, a machine and budget.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from labelcert.engines.bounds.hull import Hull
from labelcert.engines.bounds.tightening import tighten
from labelcert.engines.machines.machine import Machine
from labelcert.engines.machines.machines import Machines
from labelcert.engines.work.clock import Clock, clock_until
from labelcert.engines.work.workers import run_pieces

ROUNDS = 4
"""Rounds of tightening; the last one seldom gains a tenth."""

Key = tuple[int, int]
"""The number of a machine, and a budget."""


@dataclass(eq=False)
class Hulls:
    """Hulls by machine and budget; the gram and C are those of `Machine.core`."""

    machines: Machines
    rounds: int = ROUNDS
    _hulls: dict[Key, Hull] = field(default_factory=dict)

    def hull(self, machine: int, budget: int, clock: Clock) -> Hull:
        """The hull of a machine valid for all flip sets of cost ≤ budget."""
        key = (machine, budget)
        if key not in self._hulls:
            own, start = self.machines.each[machine], self._start(machine, budget)
            self._hulls[key] = _tightened(own, start, budget, clock, self.rounds)
        return self._hulls[key]

    def prepare(self, wanted: list[Key], clock: Clock, jobs: int) -> None:
        """Make the hulls of some (machine, budget), on several processes."""
        missing = sorted({key for key in wanted if key not in self._hulls}, reverse=True)
        deadline = clock.deadline
        pieces = [
            (self.machines.each[k], self._start(k, budget), budget, deadline, self.rounds)
            for k, budget in missing
        ]
        for done, (number, hull) in enumerate(run_pieces(_until, pieces, clock, jobs), 1):
            self._hulls[missing[number]] = hull
            clock.report("bound tightening", done / len(pieces))
        for k, budget in missing:
            # What there was no time for stays as wide as it is.
            self._hulls.setdefault((k, budget), self._start(k, budget))

    def only(self, wanted: list[Key]) -> Hulls:
        """The same with no more than the hulls of some (machine, budget)."""
        part = Hulls(self.machines, self.rounds)
        part._hulls = {key: self._hulls[key] for key in wanted if key in self._hulls}
        return part

    def _start(self, machine: int, budget: int) -> Hull:
        """What is known before tightening: the widest hull, or that of a larger budget."""
        hull = widest(self.machines.each[machine], budget)
        larger = [b for k, b in self._hulls if k == machine and b > budget]
        if larger:
            known = self._hulls[machine, min(larger)]
            hull = hull.narrowed(known.low, known.high)
        return hull


def widest(machine: Machine, budget: int) -> Hull:
    """The hull of a machine that needs no program."""
    space = machine.space
    gram = machine.gram.matrix / machine.scale
    may, flips = space.within_reach(budget), space.most_flips(budget)
    return Hull.widest(gram, machine.y, machine.C * machine.scale, may, flips)


def _until(machine: Machine, hull: Hull, budget: int, deadline: float, rounds: int) -> Hull:
    """`_tightened`, with one deadline for pieces that run one after another."""
    return _tightened(machine, hull, budget, clock_until(deadline), rounds)


def _tightened(machine: Machine, hull: Hull, budget: int, clock: Clock, rounds: int) -> Hull:
    if not hull.may_flip.any():
        return hull
    gram = machine.gram.matrix / machine.scale
    return tighten(gram, hull, machine.space, budget, clock, rounds)


def tightening_seconds(n: int) -> float:
    """About how long the hull of one machine and budget takes on one process."""
    return 6e-5 * n**3
