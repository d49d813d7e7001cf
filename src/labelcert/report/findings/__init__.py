"""What a study shows, from its records alone: rankings, effects, plateaus, gaps.

Everything here is a pure function of plain data; how each figure is defined stands in the file of
its name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from labelcert.report.findings.effects import Effect, find_effects
from labelcert.report.findings.gaps import Gap, find_gaps
from labelcert.report.findings.plateaus import SHORTEST, TOLERANCE, Plateau, find_plateaus
from labelcert.report.findings.rankings import Place, rank
from labelcert.report.findings.telling import telling_budgets
from labelcert.report.results import Result, by_model


@dataclass(frozen=True)
class Findings:
    """The findings of a study.

    places: where every model stands, at every budget and on average (`rankings`). telling: the
    most telling budget of each data set (`telling`). effects: of every
    design choice (`effects`). plateaus: of the collective ratio, within `tolerance` over at least
    `shortest` budgets (`plateaus`). gaps: collective minus sample-wise (`gaps`).
    """

    places: tuple[Place, ...]
    effects: tuple[Effect, ...]
    plateaus: tuple[Plateau, ...]
    gaps: tuple[Gap, ...]
    tolerance: float
    shortest: int
    telling: dict[str, int]


def find(
    results: Sequence[Result], *, tolerance: float = TOLERANCE, shortest: int = SHORTEST
) -> Findings:
    """All findings of results, whose names must be told apart (`results.told_apart`)."""
    return Findings(
        places=tuple(rank(results)),
        effects=tuple(find_effects(results)),
        plateaus=tuple(find_plateaus(results, tolerance, shortest)),
        gaps=tuple(find_gaps(results)),
        tolerance=tolerance,
        shortest=shortest,
        telling=telling_budgets(by_model(results)),
    )
