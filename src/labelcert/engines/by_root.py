"""Radii by one convex bound a prediction and budget, small budgets first; hundreds of labels.

What it decides: budgets that predictions survive for sure; it breaks nothing. The relaxation of
branch and bound at its root, over hulls whose ranges come from one fit
(`labelcert.engines.motion.ranges`) in place of a tightening that costs 4n programs. Then, for as
long as there is time and it helps, the ranges that bounds depend on are tightened, and budgets that
failed are tried again.
Cost: a convex program a prediction, rival and budget, of the labels that may move
(`labelcert.engines.bounds.working_set`: 0.02 s at n = 300, 0.05 s at n = 1,000, with one machine),
for about as many budgets as the radius has doublings. As much for each end of a range.
When to prefer it: labels too many to go through their flip sets, leads far from 0 for the budget.
Source: ``math.md`` 10.2 and 10.3.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import numpy as np

from labelcert.engines.branching.search import BROKEN, PROVEN, Finding
from labelcert.engines.engine import Role
from labelcert.engines.knowledge.evidence import Bounded, Retrained
from labelcert.engines.rooting.lazy_ranges import LazyRanges
from labelcert.engines.rooting.pieces import Answer, Piece, bound_some, search_some, tighten_some
from labelcert.engines.rooting.sharpening import Sharpening
from labelcert.engines.rooting.steps import Steps
from labelcert.engines.task import Question, Task
from labelcert.engines.work.clock import Clock
from labelcert.engines.work.memory import threads_that_fit
from labelcert.engines.work.workers import run_pieces

NAME = "root bound"

SMALLEST, MANY = 100, 200
"""Numbers of labels it is for: more than the first, with many classes than the second, for fewer
are gone through or searched whole."""

TOGETHER = 4
"""Predictions in one piece of work: they share what is set up for a budget."""

SHARPEN_SHARE, SEARCH_SHARE = 0.7, 0.5
"""Shares of the time left for tightening ranges, and then for regions and retraining; each ends
sooner where it gets no further."""

LEAST_SEARCH = 2.0
"""Seconds of one process that the search of a prediction has at least."""

ENDS, ENDS_TOGETHER = 96, 12
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
        """A program for each open prediction and rival."""
        program = 0.03 * min(task.svms.count, 2) ** 3 * (task.n / 300)
        leads = sum(
            len(task.ledger.open_rivals(t)) for t in np.flatnonzero(task.ledger.open).tolist()
        )
        return program * leads / task.wishes.jobs

    def run(self, task: Task, budget: int, clock: Clock) -> bool:
        """Prove what the bounds prove, from small budgets up."""
        rooms = _rooms_of(task)
        rooms.clock = clock
        if not rooms.swept and not rooms.sweep(budget):
            return False
        rooms.swept = True
        if task.wishes.enough > 0:
            return True
        while not clock.expired:
            before = task.ledger.open.sum(), task.ledger.robust.sum()
            rooms.sharpen(budget, clock.within(SHARPEN_SHARE * clock.remaining))
            rooms.search(budget, clock.within(SEARCH_SHARE * clock.remaining))
            if (task.ledger.open.sum(), task.ledger.robust.sum()) == before:
                return not clock.expired
        return False


def ranges_of(task: Task) -> list[LazyRanges]:
    """The ranges of each machine, as far as they are tightened."""
    return _rooms_of(task).ranges


def _rooms_of(task: Task) -> _Rooms:
    return task.memory.setdefault(NAME, _Rooms(task))


class _Rooms:
    """What is kept between runs for one task: the ranges of each machine."""

    def __init__(self, task: Task):
        self.task, self.clock = task, Clock()
        self.ranges = [LazyRanges(machine) for machine in task.svms.each]
        self.swept = False
        self.needed: dict[tuple[int, int], np.ndarray] = {}

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
            level = int(ladder.levels[row])
            done = self._bound_all(level, waiting[row], self.clock)
            for t in waiting[row]:
                if t not in done:
                    return False  # the clock expired before it was its turn
                steps[t].take(all(answer.bound > 0 for answer in done[t]))
        return False

    def search(self, budget: int, clock: Clock) -> None:
        """Split what the root leaves open, or retrain on it where it is little; the smallest
        budgets first, and each prediction as long as that decides something."""
        ledger = self.task.ledger
        points = np.flatnonzero(ledger.open).tolist()
        while points and not clock.expired:
            waiting = self._by_next_level(points, budget)
            if not waiting:
                return
            level = min(waiting)
            decided = self._search_level(level, waiting.pop(level), clock)
            points = [t for some in waiting.values() for t in some] + decided

    def _search_level(self, level: int, points: list[int], clock: Clock) -> list[int]:
        """Search some predictions at a level; those that it decided."""
        ledger, jobs = self.task.ledger, self.task.wishes.jobs
        decided: list[int] = []
        # A process has a stack for each machine of a lead.
        stacks = min(self.task.svms.count, 2) * (self.task.attacker.points.most_flips(level) + 3)
        jobs = threads_that_fit(jobs, 8 * stacks * self.task.n**2)
        if jobs == 0:
            return decided
        share = clock.within(clock.remaining / 2)
        seconds = max(share.remaining * jobs / len(points), LEAST_SEARCH)
        pieces = [
            (replace(piece, seconds=seconds),) for piece in self._pieces(level, points, share)
        ]
        for number, found in run_pieces(search_some, pieces, share, jobs):
            for (t, _, _), findings in zip(pieces[number][0].points, found, strict=False):
                for rival, finding in findings:
                    self._note(t, rival, level, finding)
                if ledger.robust[t] >= level or ledger.broken[t] <= level:
                    decided.append(t)
        return decided

    def _note(self, t: int, rival: int, level: int, finding: Finding) -> None:
        ledger = self.task.ledger
        if finding.status == PROVEN:
            ledger.prove(t, rival, level, NAME, finding.searched)
        elif finding.status == BROKEN and finding.changes is not None:
            cost = self.task.attacker.cost_of(finding.changes)
            if cost < ledger.broken[t]:
                ledger.break_(t, cost, finding.changes, NAME, Retrained(finding.exactly))

    def sharpen(self, budget: int, clock: Clock) -> None:
        """Tighten ranges; of a few budgets, for those of one serve all that are smaller."""
        levels = self._few_levels(budget)
        for number, level in enumerate(levels):
            points = [self._waiting_below(at) for at in levels[number:]]
            share = clock.remaining * points[0] / max(sum(points), 1)
            self._sharpen_level(level, clock.within(share))

    def _waiting_below(self, level: int) -> int:
        """How many predictions are open at budgets up to a level."""
        ledger = self.task.ledger
        points = np.flatnonzero(ledger.open).tolist()
        return sum(len(some) for some in self._by_next_level(points, level).values())

    def _few_levels(self, budget: int) -> list[int]:
        """About 1, 2, 4, … budget / 4, budget / 2, budget."""
        ladder = self.task.ledger.ladder
        rows, row = {ladder.row(budget)}, ladder.row(budget)
        while row > 1:
            row = (row + 1) // 2
            rows.add(row)
        return [int(ladder.levels[row]) for row in sorted(rows) if row > 0]

    def _sharpen_level(self, level: int, clock: Clock) -> None:
        """Tighten the ranges of one budget until bounds rise too slowly for the time left.

        Of each open prediction it is the next budget that counts, up to this one.
        """
        ledger = self.task.ledger
        sharpening = Sharpening(clock)
        points, new = np.flatnonzero(ledger.open).tolist(), True
        while not clock.expired:
            waiting = self._by_next_level(points, level)
            if not waiting:
                return
            answers: dict[int, list[Answer]] = {}
            before = ledger.robust.copy()
            for at, some in sorted(waiting.items()):
                answers |= self._bound_all(at, some, clock)
            fresh = new and any(ranges.fresh(level) for ranges in self.ranges)
            points = sharpening.worth_it(answers, fresh)
            points += sharpening.climb([t for t in answers if ledger.robust[t] > before[t]])
            if sharpening.demands:
                kept = not fresh and sharpening.turn_of_kept()
                new = self._tighten(level, sharpening, kept, clock)

    def _by_next_level(self, points: list[int], most: int) -> dict[int, list[int]]:
        """Open predictions by the next level to prove, up to the largest."""
        ledger, waiting = self.task.ledger, defaultdict(list)
        ladder = ledger.ladder
        for t in points:
            row = ladder.row(int(ledger.robust[t])) + 1
            if row < len(ladder.levels) and ladder.levels[row] <= min(most, ledger.needed(t)):
                waiting[int(ladder.levels[row])].append(t)
        return waiting

    def _tighten(self, level: int, sharpening: Sharpening, kept: bool, clock: Clock) -> bool:
        """Tighten the ends that what is open asks for most, of every machine: of labels that are
        kept, or flipped. Whether any was looked at for the first time."""
        pieces, parts, ends, new = [], [], {}, False
        for k, demands in sorted(sharpening.demands.items()):
            ranges = self.ranges[k]
            ends[k] = ranges.ends(level, demands, ENDS, kept, clock)
            for at in range(0, len(ends[k]), ENDS_TOGETHER):
                part = ends[k][at : at + ENDS_TOGETHER]
                looks = [ranges.look(level, end) for end in part]
                new |= any(look.rough for look in looks)
                pieces.append((ranges.machine, ranges.hull(level, clock), ranges.solution, level,
                               looks, clock.deadline))  # fmt: skip
                parts.append((k, part))
        found = defaultdict(list)
        for number, (hull, looked) in run_pieces(
            tighten_some, pieces, clock, self.task.wishes.jobs
        ):
            k, part = parts[number]
            found[k].append((hull, dict(zip(part, looked, strict=False))))
        for k, hulls in found.items():
            self.ranges[k].take(level, ends[k], hulls, clock)
        return new

    def _bound_all(self, level: int, points: list[int], clock: Clock) -> dict[int, list[Answer]]:
        """Bound some predictions at a level, and write what is proven; the answers of those for
        which there was time."""
        done: dict[int, list[Answer]] = {}
        pieces = [(piece,) for piece in self._pieces(level, points, clock)]
        for number, found in run_pieces(bound_some, pieces, clock, self.task.wishes.jobs):
            for (t, _, _), answers in zip(pieces[number][0].points, found, strict=False):
                done[t] = answers
                for answer in answers:
                    self._take(t, level, answer)
            share = len(done) / len(points)
            clock.report(NAME, min(level / max(self.task.ledger.max_budget, 1), share))
        return done

    def _take(self, t: int, level: int, answer: Answer) -> None:
        if answer.bound > 0:
            self.task.ledger.prove(t, answer.rival, level, NAME, Bounded(answer.bound))
        self.needed[t, answer.rival] = answer.needed

    def _pieces(self, level: int, points: list[int], clock: Clock) -> list[Piece]:
        """The work of some predictions at a level."""
        ledger, svms = self.task.ledger, self.task.svms
        given = [
            (t, int(ledger.predicted[t]),
             tuple(b for b in ledger.open_rivals(t) if ledger.proven[t, b] < level))
            for t in points
        ]  # fmt: skip
        used = {p.machine for _, a, bs in given for b in bs for p in svms.lead(a, b)}
        hulls = {k: self.ranges[k].hull(level, clock) for k in sorted(used)}
        nominal = {k: self.ranges[k].solution for k in hulls}
        pieces = []
        for at in range(0, len(given), TOGETHER):
            part = tuple(given[at : at + TOGETHER])
            keys = [(t, b) for t, _, rivals in part for b in rivals if (t, b) in self.needed]
            begin = {key: self.needed[key] for key in keys}
            pieces.append(Piece(svms, hulls, nominal, level, part, begin, clock.deadline))
        return pieces
