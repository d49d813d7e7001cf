"""What a verdict rests on, as data: which argument, over which label vectors, with which numbers.

Every proof and every witness in the ledger carries one of these. They are small, hold no arrays of
the problem, and name what somebody without our code would have to check (``math.md`` 14). A level
is a total cost that flips can reach (`labelcert.engines.ladder`).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CleanFit:
    """Budget 0: the fit on the labels as they are, whose decision values the certificate holds."""


@dataclass(frozen=True)
class Sorted:
    """Leads that are linear in the labels: the clean lead less the largest gains of a budget.

    worst: the smallest lead; error: its bar; exactly: the sign was found in rational arithmetic,
    since the lead lies inside its bar.
    """

    worst: float
    error: float
    exactly: bool


@dataclass(frozen=True)
class Exhausted:
    """Every label vector was retrained on and noted robust.

    levels: what they cost; due, noted: how many there are at each level, and were noted, which is
    the account that the proof needs (`labelcert.engines.knowledge.account`).
    """

    levels: tuple[int, ...]
    due: tuple[int, ...]
    noted: tuple[int, ...]


@dataclass(frozen=True)
class Searched:
    """A tree over the labels whose regions account for every label vector.

    regions: how many were bounded; bound: lower bound on the margin that the search began or ended
    with; retrained: label vectors that were retrained on, all robust, None where not counted.
    """

    regions: int
    bound: float
    retrained: int | None = None


@dataclass(frozen=True)
class Bounded:
    """No label vector of the budget has a margin below this positive bound."""

    bound: float


@dataclass(frozen=True)
class Moved:
    """From the clean fit alone: whatever is flipped moves the machines within balls around it.

    bound: positive, and below every lead of the budget (`labelcert.engines.motion.clean_motion`).
    """

    bound: float


@dataclass(frozen=True)
class Joined:
    """All flip sets of two classes' machines, joined into relabelings, against one rival.

    flip_sets: how many of each were listed; bar: error bar of a lead that two of them make.
    """

    flip_sets: tuple[int, int]
    bar: float


@dataclass(frozen=True)
class WorstCases:
    """Each of two classes at its worst with the whole budget to itself; bar as in `Joined`."""

    bar: float


@dataclass(frozen=True)
class Believed:
    """A solver's word for a lower bound on the margin; only the reference engine has it."""

    bound: float
    solver: str


@dataclass(frozen=True)
class EachCase:
    """An attacker that chooses among others, its cases, and the prediction is robust in each.

    cases: how many there are; least: what the one that reaches least far rests on.
    """

    cases: int
    least: Proof


@dataclass(frozen=True)
class Retrained:
    """A witness: the model was trained on the changed labels.

    The prediction is lost beyond its error bar, or in exact arithmetic (exactly).
    """

    exactly: bool


Proof = (
    CleanFit | Sorted | Exhausted | Searched | Bounded | Moved | Joined | WorstCases | Believed
    | EachCase
)  # fmt: skip
Refutation = Retrained | Sorted
