"""Radii by one convex bound a prediction and budget, small budgets first; hundreds of labels.

What it decides: budgets that predictions survive for sure; it breaks nothing. The relaxation of
branch and bound at its root, over hulls whose ranges come from one fit
(`labelcert.engines.motion.ranges`) in place of a tightening that costs 4n programs. Then, for as
long as there is time and it helps, the ranges that bounds depend on are tightened, and budgets that
failed are tried again.
Cost: a convex program a prediction, rival and budget, of the labels that may move
(`labelcert.engines.bounds.working_set`: 0.03 s at n = 300, 0.1 s at n = 1,000, with one machine),
for about as many budgets as the radius has doublings. As much for each end of a range.
When to prefer it: labels too many to go through their flip sets, leads far from 0 for the budget.
Source: ``math.md`` 10.2 and 10.3.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from labelcert.engines.engine import Role
from labelcert.engines.knowledge.evidence import Bounded
from labelcert.engines.rooting.lazy_ranges import LazyRanges
from labelcert.engines.rooting.pieces import Answer, Piece, bound_some, tighten_some
from labelcert.engines.rooting.sharpening import Sharpening
from labelcert.engines.rooting.steps import Steps
from labelcert.engines.task import Question, Task
from labelcert.engines.work.clock import Clock
from labelcert.engines.work.workers import run_pieces

NAME = "root bound"

SMALLEST, MANY = 100, 200
"""Numbers of labels it is for: more than the first, with many classes than the second, for fewer
are gone through or searched whole."""

TOGETHER = 4
"""Predictions in one piece of work: they share what is set up for a budget."""

ENDS, ENDS_TOGETHER = 48, 12
"""Ends of ranges that are tightened before bounds are looked at again, and those in one piece."""


class RootBound:
    """One bound a prediction and budget, see above."""

    name = NAME
    role = Role.SEARCH
    decides = frozenset({Question.RADII})
    retrains = False

    def accepts(self, task: Task) -> bool:
        """Kernel SVMs of many labels whose clean fit came to its end."""
        least = SMALLEST if task.two_classes else MANY
        if task.machines is None or task.n <= least:
            return False
        return all(machine.fitted for machine in task.machines.each)

    def seconds(self, task: Task, budget: int) -> float:
        """A few programs for each open prediction and rival."""
        program = 0.03 * min(task.svms.count, 2) ** 3 * (task.n / 300)
        leads = sum(
            len(task.ledger.open_rivals(t)) for t in np.flatnonzero(task.ledger.open).tolist()
        )
        return 3 * program * leads / task.wishes.jobs

    def run(self, task: Task, budget: int, clock: Clock) -> bool:
        """Prove what the bounds prove, from small budgets up."""
        rooms = task.memory.setdefault(NAME, _Rooms(task))
        rooms.clock = clock
        if not rooms.swept and not rooms.sweep(budget):
            return False
        rooms.swept = True
        return task.wishes.enough > 0 or rooms.sharpen(budget)


class _Rooms:
    """What is kept between runs for one task: the ranges of each machine."""

    def __init__(self, task: Task):
        self.task, self.clock = task, Clock()
        self.ranges = [LazyRanges(machine) for machine in task.svms.each]
        self.swept = False

    def sweep(self, budget: int) -> bool:
        """Try budgets over the ranges as they are; whether all that are worth it were tried."""
        ledger, ladder = self.task.ledger, self.task.ledger.ladder
        steps: dict[int, Steps] = {}
        for t in np.flatnonzero(ledger.open).tolist():
            last = ladder.row(min(ledger.needed(t), budget))
            steps[t] = Steps(ladder.row(int(ledger.robust[t])), last + 1)
        while not self.clock.expired:
            waiting: dict[int, list[int]] = defaultdict(list)
            for t, step in steps.items():
                if not step.done:
                    waiting[step.row].append(t)
            if not waiting:
                return True
            row = min(waiting)
            done = self._bound_all(int(ladder.levels[row]), waiting[row])
            for t in waiting[row]:
                if t not in done:
                    return False  # the clock expired before it was its turn
                steps[t].take(all(answer.bound > 0 for answer in done[t]))
        return False

    def sharpen(self, budget: int) -> bool:
        """Tighten ranges, budget by budget, for as long as that proves something."""
        ledger, ladder = self.task.ledger, self.task.ledger.ladder
        last = ladder.row(budget)
        while not self.clock.expired:
            before = int(ledger.robust.sum())
            for row in range(1, last + 1):
                share = self.clock.remaining / (last + 1 - row)
                self._sharpen_level(int(ladder.levels[row]), self.clock.within(share))
            if int(ledger.robust.sum()) == before:
                return not self.clock.expired
        return False

    def _sharpen_level(self, level: int, clock: Clock) -> None:
        """Tighten the ranges of one budget until its bounds rise too slowly for the time left."""
        ledger = self.task.ledger
        points = [
            t for t in np.flatnonzero(ledger.open).tolist()
            if ledger.robust[t] < level <= ledger.needed(t)
        ]  # fmt: skip
        sharpening = Sharpening(clock)
        while points and not clock.expired:
            points = sharpening.worth_it(self._bound_all(level, points, clock))
            if points:
                self._tighten(level, sharpening, clock)

    def _tighten(self, level: int, sharpening: Sharpening, clock: Clock) -> None:
        """Tighten the ends that what is open asks for most, of every machine."""
        kept = sharpening.turn_of_kept()
        pieces, owners, ends = [], [], {}
        for k, demands in sorted(sharpening.demands.items()):
            ranges = self.ranges[k]
            ends[k] = ranges.ends(level, demands, ENDS, kept, clock)
            for at in range(0, len(ends[k]), ENDS_TOGETHER):
                part = ends[k][at : at + ENDS_TOGETHER]
                pieces.append((ranges.machine, ranges.hull(level, clock), ranges.solution, level,
                               part, clock.deadline))  # fmt: skip
                owners.append(k)
        found = defaultdict(list)
        for number, hull in run_pieces(tighten_some, pieces, clock, self.task.wishes.jobs):
            found[owners[number]].append(hull)
        for k, hulls in found.items():
            self.ranges[k].take(level, ends[k], hulls, clock)

    def _bound_all(
        self, level: int, points: list[int], clock: Clock | None = None
    ) -> dict[int, list[Answer]]:
        """Bound some predictions at a level, and write what is proven; the answers of those for
        which there was time."""
        clock = clock or self.clock
        task, ledger = self.task, self.task.ledger
        given = [
            (t, int(ledger.predicted[t]),
             tuple(b for b in ledger.open_rivals(t) if ledger.proven[t, b] < level))
            for t in points
        ]  # fmt: skip
        used = {p.machine for _, a, bs in given for b in bs for p in task.svms.lead(a, b)}
        hulls = {k: self.ranges[k].hull(level, clock) for k in sorted(used)}
        nominal = {k: self.ranges[k].solution for k in hulls}
        pieces = [
            (Piece(task.svms, hulls, nominal, level, tuple(given[at : at + TOGETHER]),
                   clock.deadline),)
            for at in range(0, len(given), TOGETHER)
        ]  # fmt: skip
        done: dict[int, list[Answer]] = {}
        for number, found in run_pieces(bound_some, pieces, clock, task.wishes.jobs):
            for (t, _, _), answers in zip(pieces[number][0].points, found, strict=False):
                for answer in answers:
                    if answer.bound > 0:
                        ledger.prove(t, answer.rival, level, NAME, Bounded(answer.bound))
                done[t] = answers
            share = len(done) / len(given)
            clock.report(NAME, min(level / max(ledger.max_budget, 1), share))
        return done
