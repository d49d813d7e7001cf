"""Hulls of single machines at a budget, shared by all test points and rivals; made when needed.

The flips that a machine sees of a relabeling of cost ≤ budget are a flip set of that machine of
cost ≤ budget, so one hull serves every lead that the machine is part of.
Cost: see `tightening_seconds`, a machine and budget.
"""

from __future__ import annotations

from collections.abc import Iterable
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
        """A hull that holds for all flip sets of a machine of cost ≤ budget.

        It follows from that of the next larger budget where there is one. A hull tightened for its
        own budget is narrower, but a search that narrows the hulls of its regions gains little.
        """
        known = self._above(machine, budget)
        return self.sharp(machine, budget, clock) if known is None else self._start(machine, budget)

    def sharp(self, machine: int, budget: int, clock: Clock) -> Hull:
        """The same, tightened for this budget."""
        key = (machine, budget)
        if key not in self._hulls:
            own, start = self.machines.each[machine], self._start(machine, budget)
            self._hulls[key] = _tightened(own, start, budget, clock, self.rounds)
        return self._hulls[key]

    def prepare(self, wanted: Iterable[Key], clock: Clock, jobs: int) -> None:
        """Tighten, on several processes, what makes `hull` quick for some (machine, budget)."""
        largest: dict[int, int] = {}
        for k, budget in wanted:
            if self._above(k, budget) is None:
                largest[k] = max(budget, largest.get(k, budget))
        missing = sorted(largest.items())
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

    def only(self, wanted: Iterable[Key]) -> Hulls:
        """The same with no more than what `hull` needs for some (machine, budget)."""
        part = Hulls(self.machines, self.rounds)
        for k, budget in wanted:
            known = self._above(k, budget)
            if known is not None:
                part._hulls[k, known] = self._hulls[k, known]
        return part

    def _above(self, machine: int, budget: int) -> int | None:
        """The smallest budget ≥ this one that there is a hull for."""
        return min((b for k, b in self._hulls if k == machine and b >= budget), default=None)

    def _start(self, machine: int, budget: int) -> Hull:
        """What is known without a program: the widest hull, within that of a larger budget."""
        hull, known = widest(self.machines.each[machine], budget), self._above(machine, budget)
        if known is None:
            return hull
        wider = self._hulls[machine, known]
        return wider if known == budget else hull.narrowed(wider.low, wider.high)


def widest(machine: Machine, budget: int) -> Hull:
    """The hull of a machine that needs no program."""
    space = machine.space
    gram = machine.gram.scaled
    may, flips = space.within_reach(budget), space.most_flips(budget)
    return Hull.widest(gram, machine.y, machine.C * machine.scale, may, flips)


def _until(machine: Machine, hull: Hull, budget: int, deadline: float, rounds: int) -> Hull:
    """`_tightened`, with one deadline for pieces that run one after another."""
    return _tightened(machine, hull, budget, clock_until(deadline), rounds)


def _tightened(machine: Machine, hull: Hull, budget: int, clock: Clock, rounds: int) -> Hull:
    if not hull.may_flip.any():
        return hull
    gram = machine.gram.scaled
    return tighten(gram, hull, machine.space, budget, clock, rounds)


def tightening_seconds(n: int) -> float:
    """About how long the hull of one machine and budget takes on one process."""
    return 4e-3 * n + 1.2e-5 * n**3
