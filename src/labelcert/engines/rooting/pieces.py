"""What the root bound hands to processes: bounds of some predictions, and ends of some ranges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from labelcert.engines.bounds.bound import Lead, Region
from labelcert.engines.bounds.demand import Demand
from labelcert.engines.bounds.hull import Hull
from labelcert.engines.bounds.lead_relaxation import LeadRelaxation
from labelcert.engines.bounds.states import States
from labelcert.engines.bounds.tightening import Look, Looked, tighten_ends
from labelcert.engines.branching.search import Finding, LeadSearch
from labelcert.engines.machines.machine import Machine
from labelcert.engines.machines.machines import Machines
from labelcert.engines.work.clock import Clock, clock_until


@dataclass(frozen=True, eq=False)
class Piece:
    """Some predictions (t, their class, open rivals) at one budget.

    hulls, nominal: of the machines by number, those of the budget and β of the clean fits; begin:
    labeled points that bounds of a prediction and rival needed before. deadline: of all
    (`Clock.deadline`); seconds: for the search of one prediction.
    """

    machines: Machines
    hulls: dict[int, Hull]
    nominal: dict[int, np.ndarray]
    budget: int
    points: tuple[tuple[int, int, tuple[int, ...]], ...]
    begin: dict[tuple[int, int], np.ndarray]
    deadline: float
    seconds: float = float("inf")


class Answer(NamedTuple):
    """A lower bound on the lead over a rival, the clean lead, the labeled points that the bound
    needed, and what would raise it, by machine; nothing would where it is above 0."""

    rival: int
    bound: float
    lead: float
    needed: np.ndarray
    demands: dict[int, Demand]


def bound_some(piece: Piece) -> list[list[Answer]]:
    """The answers for each prediction that there is time for."""
    clock = clock_until(piece.deadline)
    found: list[list[Answer]] = []
    core = piece.machines.each[0].core()
    relaxations: dict[tuple[int, int], tuple[LeadRelaxation, Region]] = {}
    for t, a, rivals in piece.points:
        answers: list[Answer] = []
        for b in rivals:
            if clock.expired:
                return found
            if (a, b) not in relaxations:
                relaxations[a, b] = _relaxation(piece, core.gram, a, b)
            relaxation, region = relaxations[a, b]
            parts = relaxation.states.parts
            rows = np.stack([part.sign * core.cross[:, t] for part in parts])
            if (t, b) in piece.begin:
                relaxation.needed = piece.begin[t, b]
            bound, _ = relaxation.lower(region, Lead(rows, float(core.doubt[t])), 0.0)
            clean = np.stack([piece.nominal[part.machine] for part in parts])
            demands = {} if bound > 0 else {
                part.machine: demand
                for part, demand in zip(parts, relaxation.demands(), strict=True)
            }  # fmt: skip
            answers.append(
                Answer(b, bound, float((rows * clean).sum()), relaxation.needed, demands)
            )
        found.append(answers)
    return found


def _relaxation(piece: Piece, gram: np.ndarray, a: int, b: int) -> tuple[LeadRelaxation, Region]:
    states = States.of(piece.machines, a, b)
    hulls = tuple(piece.hulls[part.machine] for part in states.parts)
    nominal = np.stack([piece.nominal[part.machine] for part in states.parts])
    relaxation = LeadRelaxation(gram, states, hulls, piece.budget, nominal)
    return relaxation, Region(states.reachable(piece.budget), hulls)


@dataclass(frozen=True, eq=False)
class Given:
    """Hulls as `LeadSearch` asks for them, all of one budget."""

    hulls: dict[int, Hull]

    def hull(self, machine: int, budget: int, clock: Clock) -> Hull:
        """The hull of a machine."""
        return self.hulls[machine]


def search_some(piece: Piece) -> list[list[tuple[int, Finding]]]:
    """What searches of each prediction and rival find, as far as there is time."""
    clock = clock_until(piece.deadline)
    given = Given(piece.hulls)
    search = LeadSearch(piece.machines, given, clock, piece.nominal, piece.budget)
    found: list[list[tuple[int, Finding]]] = []
    for t, a, rivals in piece.points:
        if clock.expired:
            break
        own = clock.within(piece.seconds)
        found.append([(b, search.decide(t, a, b, piece.budget, own)) for b in rivals])
    return found


def tighten_some(
    machine: Machine,
    hull: Hull,
    nominal: np.ndarray,
    budget: int,
    looks: Sequence[Look],
    deadline: float,
) -> tuple[Hull, list[Looked]]:
    """`tighten_ends` of one machine, as far as there is time."""
    gram, clock = machine.gram.scaled, clock_until(deadline)
    return tighten_ends(gram, hull, machine.space, budget, nominal, looks, clock)
