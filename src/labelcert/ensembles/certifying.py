"""The certificate of an ensemble: votes, the least cost of another majority, and witnesses."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from labelcert.certificates.attacker.label_classes import class_numbers
from labelcert.certificates.results.certificate import Certificate
from labelcert.certificates.results.witness import Witness
from labelcert.certificates.run.warning_signs import signs_of_labels
from labelcert.engines.partition.offers import offers_of, taken
from labelcert.engines.partition.votes import least_costs, radii, vote_counts, winners
from labelcert.engines.work.clock import Clock
from labelcert.ensembles.polling import Poll, find_flips, poll
from labelcert.ensembles.rows import block_size
from labelcert.ensembles.witnesses import targets
from labelcert.intake.numbers import jobs

IntArray = NDArray[np.int64]

EVERY_BUDGET = 4096
"""Up to this budget `Certificate.budgets` are all, beyond it those at which a ratio changes."""


def certify_votes(
    ensemble: Any, rows: NDArray[Any], asked: int, witnesses: bool, clock: Clock
) -> Certificate:
    """A certificate of a fitted ensemble for rows (m, d), up to `asked` flips.

    clock: once it has expired no base is looked into, and no witness looked for.
    """
    run = _Run(ensemble, min(asked, len(ensemble._labels)), witnesses, clock)
    step = block_size(ensemble._parts)
    found = [run.block(rows[first : first + step]) for first in range(0, len(rows), step)]
    counts = np.concatenate([one[0] for one in found] or [np.zeros((0, run.classes))])
    predicted = winners(counts).astype(np.int64)
    doubt = np.concatenate([one[1] for one in found] or [np.zeros((0, run.classes))])
    radius = np.concatenate([one[2] for one in found] or [np.zeros(0, dtype=np.int64)])
    known = [w for one in found for w in one[3]]
    upper = np.array([run.most if w is None else len(w.indices) - 1 for w in known], dtype=np.int64)
    two = run.classes == 2
    levels = _levels(radius, run.most) if run.most > EVERY_BUDGET else None
    return Certificate(
        labels=ensemble._labels,
        classes=ensemble.classes_,
        decision=counts[:, 1] - counts[:, 0] if two else counts,
        error_bar=doubt[:, 0] + doubt[:, 1] if two else doubt,
        radius=radius,
        radius_upper=upper,
        worst_margin=np.zeros((len(radius), 0)),
        worst_margin_bound=np.zeros((len(radius), 0)),
        witnesses=tuple(known),
        proven_by=tuple(ensemble.votes if r >= 0 else "" for r in radius.tolist()),
        broken_by=tuple("" if w is None else "retrained parts" for w in known),
        max_flips=run.most,
        learner={**ensemble._base.learner(), "parts": float(len(ensemble._parts))},
        seconds=clock.elapsed,
        stopped=_stopped(clock, radius, upper),
        class_numbers=predicted,
        warnings=signs_of_labels(
            ensemble.classes_, class_numbers(ensemble._labels, ensemble.classes_), predicted
        ),
        levels=levels,
        asked=asked,
    )


def _stopped(clock: Clock, radius: IntArray, upper: IntArray) -> str:
    if clock.interrupted:
        return "interrupted"
    return "time limit" if clock.expired and bool((radius < upper).any()) else ""


def _levels(radius: IntArray, most: int) -> IntArray:
    """Budgets at which certified ratios change, 0 and the largest."""
    ends = np.concatenate([radius, radius + 1, [0, most]])
    return np.unique(np.clip(ends, 0, most)).astype(np.int64)


class _Run:
    """One call: what all blocks of test points share."""

    def __init__(self, ensemble: Any, most: int, witnesses: bool, clock: Clock):
        self.ensemble, self.most, self.clock = ensemble, most, clock
        self.base, self.parts = ensemble._base, ensemble._parts
        self.classes, self.jobs = len(ensemble.classes_), jobs(ensemble.n_jobs, "n_jobs")
        self.white = ensemble.votes == "white_box"
        self.witnesses = witnesses

    def block(
        self, rows: NDArray[Any]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], IntArray, list[Witness | None]]:
        """Votes, votes in doubt, radii and witnesses of some test points."""
        points = self.base.prepare(rows)
        answers = poll(
            self.base, self.parts, points, len(rows), costs=self.white, clock=self.clock,
            jobs=self.jobs, report=lambda share: self.clock.report("votes", share),
        )  # fmt: skip
        counts = vote_counts(answers.votes, self.classes)
        winner = winners(counts)
        least = np.empty(counts.shape, dtype=np.int64)
        least_costs(answers.cost, winner, least)
        radius = radii(least, self.most)
        doubtful = answers.free & (answers.free.sum(axis=2) > 1)[:, :, None]
        known: list[Witness | None] = [None] * len(rows)
        if self.witnesses and not self.clock.expired:
            known = self._witnesses(answers, winner, least, points, radius)
        return counts.astype(np.float64), doubtful.sum(axis=1).astype(np.float64), radius, known

    def _witnesses(
        self, answers: Poll, winner: IntArray, least: IntArray, points: Any, radius: IntArray
    ) -> list[Witness | None]:
        wanted = targets(answers, winner, least)
        both = find_flips(
            self.base, self.parts, points, (wanted.takes, wanted.leaves), answers,
            most=self.most, clock=self.clock, jobs=self.jobs,
            report=lambda share: self.clock.report("witnesses", share),
        )  # fmt: skip
        first = [part.members.start for part in self.parts]
        takes, leaves = (
            offers_of([None if one is None else one[k] for one in both], first, len(winner))
            for k in (0, 1)
        )
        found: list[Witness | None] = []
        for t in range(len(winner)):
            sides = int(winner[t]), int(wanted.rival[t])
            flips = taken(t, answers.free[t], answers.votes[t], sides, (takes, leaves))
            known = None if flips is None else self._as_given(*flips)
            if known is not None and len(known.indices) <= radius[t] < self.most:
                raise AssertionError(f"a witness contradicts what is proven of test point {t}")
            fits = known is not None and len(known.indices) <= self.most
            found.append(known if fits else None)
        return found

    def _as_given(self, rows: IntArray, labels: NDArray[Any]) -> Witness:
        """Canonical rows as positions among the rows as given, ascending, and new labels."""
        indices = self.ensemble._order[rows]
        sort = np.argsort(indices)
        return Witness(indices[sort], self.ensemble.classes_[labels][sort])
