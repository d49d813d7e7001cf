"""The planner: which engine does what, as a list of decisions; it knows roles and forecasts only.

What is known is in the ledger, so the order never changes what is true, only how soon it is known.
Source: ``math.md`` 5 and 6.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from labelcert.engines.engine import ALL, Engine, Role
from labelcert.engines.registry import AUTO, engines, named
from labelcert.engines.task import Question, Task
from labelcert.engines.work.clock import Clock

SMALL_SECONDS = 1.5
"""What is expected to take no longer than this comes before the attack, and where that takes more
than a second, what takes no longer than this for each second of it."""

WORTH = 100
"""What is expected to take more than this many times the attack comes after it, however small."""

SEARCH_FROM = 20.0
"""From so many seconds on, what goes through everything waits for a search."""

ENOUGH = 0.5
"""An early search goes on while at least this share of a batch of test points gets decided."""

LONGEST = 7 * 24 * 3600.0
"""Nothing that is expected to take longer than this is begun, whatever the time limit."""

GLANCE_SHARE = 0.3
"""Share of the time left that goes into what the clean fit tells."""

ATTACK_SHARE = 0.25
"""Share of the time left that an attack may take: witnesses alone prove nothing."""

FIRST_SHARE, FIRST_SECONDS, FIRST = 0.5, 30.0, 3
"""Share of the time left, and seconds, that up to so many flips may be expected to take before
larger budgets: whatever the largest is, the small ones are decided."""

BEFORE_ATTACK = 0.5
"""They come before the attack if they are expected to take no more than this share of its time."""

LITTLE = 0.02
"""They come before what goes through everything if they take no more than this share of it: where
that is interrupted, it has proven nothing of any budget."""

LONG_SHARE = 0.8
"""Share of the time left that what goes through everything may be expected to take."""

UNBOUNDED = 2**62
"""As a budget: any."""

PARTLY = 30.0
"""Seconds that going through some of the open budgets may be expected to take after a search."""

MEASURABLE = 0.5
"""Seconds from which on it counts how long something took: less tells of the first touch."""

RADII, COUNTS = frozenset({Question.RADII}), frozenset({Question.COUNTS})


def decide(task: Task, clock: Clock, among: Sequence[Engine] | None = None) -> None:
    """Run engines on a task until nothing that is asked for is open, or the clock expires.

    among: engines to choose from, all of the registry by default.
    """
    if task.m == 0:
        return
    plan = Plan(task, clock, engines() if among is None else among)
    if task.wishes.engine == AUTO:
        plan.run()
    else:
        plan.run_only(named(task.wishes.engine))
    task.ledger.combine()


@dataclass(eq=False)
class Plan:
    """The decisions for one task. done: the largest budget that each engine came to the end of;
    pace: how much longer than expected it took."""

    task: Task
    clock: Clock
    engines: Sequence[Engine]
    done: dict[str, int] = field(default_factory=dict)
    pace: dict[str, float] = field(default_factory=dict)

    def run(self) -> None:
        """Everything, cheapest first."""
        self._sort()
        self._without_retraining()
        if self._open(ALL) < 0 or self._all_at_once():
            return
        self._glance()
        attack = self._attack_seconds()
        if attack > SMALL_SECONDS:
            self._exhaust(SMALL_SECONDS)  # a long attack must not keep small budgets waiting
            self._first(BEFORE_ATTACK * attack)  # but its witnesses may leave little to decide
        self._attack(ALL, SMALL_SECONDS)
        self._exhaust(SMALL_SECONDS)
        self._first()
        searched = self._search_early()
        self._exhaust_long(searched)
        self.task.ledger.combine()
        self._search_the_rest()
        self._bound(Question.MARGINS)
        self._count()

    def _first(self, most: float = FIRST_SECONDS) -> None:
        """The smallest budgets, as long as they are quick beside the time that there is."""
        if self.task.ledger.ladder.rows > 1:
            seconds = min(FIRST_SHARE * self.clock.remaining, FIRST_SECONDS, most)
            self._exhaust(seconds, self.task.ledger.ladder.last_of(FIRST))

    def run_only(self, engine: Engine) -> None:
        """One engine that was asked for, and around a search what it builds on."""
        if engine.role is Role.SEARCH:
            self._attack(RADII, float("inf"))
        if engine.accepts(self.task):
            engine.run(self.task, self.task.ledger.max_budget, self.clock)
        if engine.role is Role.SEARCH:
            self._bound(Question.MARGINS)
            self._count()

    def _sort(self) -> None:
        for engine in self._of(Role.SORT):
            engine.run(self.task, self.task.ledger.max_budget, self.clock)
        self.task.ledger.combine()

    def _glance(self) -> None:
        """What the clean fit tells, for a part of the time: often all that is proven."""
        for engine in self._of(Role.GLANCE):
            if self._open(engine.decides) >= 0:
                stage = self.clock.within(GLANCE_SHARE * self.clock.remaining)
                engine.run(self.task, self.task.ledger.max_budget, stage)

    def _without_retraining(self) -> None:
        """Attacks and exhaustion that only add up; the quick budgets first."""
        for engine in self._of(Role.ATTACK):
            if not engine.retrains and self._open(engine.decides) >= 0:
                engine.run(self.task, self.task.ledger.max_budget, self.clock)
        for seconds in (SMALL_SECONDS, LONG_SHARE * self.clock.remaining):
            for engine in self._of(Role.EXHAUST):
                if not engine.retrains:
                    self._run_within(engine, seconds)

    def _all_at_once(self) -> bool:
        """Go through everything where that is small; whether it was done."""
        budget = self._open(ALL)
        attack = self._attack_seconds()
        # Not by the number of threads: the engine that decides should not depend on the machine.
        attack *= self.task.wishes.jobs
        worth = SMALL_SECONDS
        if attack > 1.0:  # what proves everything for about the same needs no witnesses beforehand
            worth = min(SMALL_SECONDS * attack, max(worth, LONG_SHARE * self.clock.remaining))
        limit = min(worth, self.clock.remaining, WORTH * attack)
        for engine in self._of(Role.EXHAUST):
            enough = engine.retrains and engine.decides >= self.task.asked
            if enough and engine.seconds(self.task, budget) * self.task.wishes.jobs <= limit:
                small = min(self.task.ledger.ladder.last_of(FIRST), budget)
                most = LITTLE * engine.seconds(self.task, budget)
                if 0 < small < budget and engine.seconds(self.task, small) <= most:
                    self._run(engine, small)
                return self._run(engine, budget)
        return False

    def _attack_seconds(self) -> float:
        """About how long attacks on all that is open take."""
        attacks = [e for e in self._of(Role.ATTACK) if e.retrains]
        return sum(e.seconds(self.task, self._open(e.decides)) for e in attacks
                   if self._open(e.decides) >= 0)  # fmt: skip

    def _attack(self, questions: frozenset[Question], seconds: float) -> None:
        """Attack what is open; what is expected to take longer is left for later."""
        for engine in self._of(Role.ATTACK):
            budget = self._open(engine.decides & questions)
            new = engine.retrains and engine.name not in self.done and budget >= 0
            first = Question.RADII in engine.decides
            if new and (first or engine.seconds(self.task, budget) <= seconds):
                self._run(engine, budget, ATTACK_SHARE * self.clock.remaining)

    def _exhaust(self, seconds: float, most: int = UNBOUNDED) -> None:
        """Let the engine for the radii that gets furthest in some seconds go so far."""
        engines = [e for e in self._of(Role.EXHAUST) if e.retrains and Question.RADII in e.decides]
        reach = {e.name: min(self._reach(e, seconds), most) for e in engines}
        before = max((self.done.get(e.name, 0) for e in engines), default=0)
        further = [e for e in engines if reach[e.name] > before]
        if further:
            best = max(further, key=lambda e: (
                reach[e.name], -self._expected(e, reach[e.name])))  # fmt: skip
            self._run(best, reach[best.name])

    def _exhaust_long(self, searched: bool) -> None:
        """Go through everything for most of the time left; for some seconds only where a search has
        proven something and that is not all that is open."""
        limit, budget = LONG_SHARE * self.clock.remaining, self._open(RADII)
        engines = [e for e in self._of(Role.EXHAUST) if e.retrains and Question.RADII in e.decides]
        if searched and all(self._reach(e, limit) < budget for e in engines):
            limit = min(limit, PARTLY)
        self._exhaust(limit)

    def _search_early(self) -> bool:
        """Search before a long exhaustion, for at most half the time that one would take; whether
        that proved anything."""
        budget, before = self._open(RADII), self.task.ledger.steps_proven
        if budget < 0:
            return False
        engines = [e for e in self._of(Role.EXHAUST) if Question.RADII in e.decides]
        expected = min((self._expected(e, budget) for e in engines), default=float("inf"))
        limit = 0.5 * min(expected, self.clock.remaining)
        if expected < SEARCH_FROM or limit <= 0:
            return False
        for engine in self._of(Role.SEARCH):
            if engine.seconds(self.task, budget) <= 0.25 * limit:
                hasty = replace(self.task.wishes, enough=ENOUGH, seconds_a_point=min(
                    0.05 * limit, self.task.wishes.seconds_a_point))  # fmt: skip
                task = replace(self.task, wishes=hasty)
                engine.run(task, budget, self.clock.within(limit))
        return self.task.ledger.steps_proven > before

    def _search_the_rest(self) -> None:
        """Spend what time is left on what exhaustion could not reach."""
        budget = self._open(RADII)
        rest = self.task.asked > RADII
        searches = self._of(Role.SEARCH)
        begin, proven = self.clock.elapsed, self.task.ledger.steps_proven
        for number, engine in enumerate(searches):
            if budget >= 0 and self.task.exact and not self.clock.expired:
                share = (0.5 if rest else 1.0) / (len(searches) - number)
                stage = self.clock.within(share * self.clock.remaining)
                engine.run(self.task, budget, stage)
                self.task.ledger.combine()
        self.task.note_pace(self.clock.elapsed - begin, self.task.ledger.steps_proven - proven)

    def _bound(self, question: Question) -> None:
        """Bound what is open of one question, within half the time left if others follow."""
        last = question is Question.COUNTS or Question.COUNTS not in self.task.asked
        for engine in self._of(Role.BOUND):
            budget = self._open(engine.decides & {question})
            if budget >= 0 and not self.clock.expired:
                share = 1.0 if last else 0.5
                engine.run(self.task, budget, self.clock.within(share * self.clock.remaining))
                self.task.ledger.combine()

    def _count(self) -> None:
        """Close the collective intervals as far as the time allows; quick budgets first."""
        self._attack(COUNTS, float("inf"))
        self.task.ledger.combine()
        for seconds in (SMALL_SECONDS, LONG_SHARE * self.clock.remaining):
            for engine in self._of(Role.EXHAUST):
                if Question.COUNTS in engine.decides and self._open(COUNTS) >= 0:
                    self._run_within(engine, seconds)
        self._bound(Question.COUNTS)

    def _of(self, role: Role) -> list[Engine]:
        return [e for e in self.engines if e.role is role and e.accepts(self.task)]

    def _open(self, questions: frozenset[Question]) -> int:
        return self.task.needed_budget(questions)

    def _expected(self, engine: Engine, budget: int) -> float:
        return engine.seconds(self.task, budget) * self.pace.get(engine.name, 1.0)

    def _run_within(self, engine: Engine, seconds: float) -> None:
        """Run an engine up to the largest open budget that it is expected to reach in time."""
        budget = self._reach(engine, seconds)
        if budget > self.done.get(engine.name, 0):
            self._run(engine, budget)

    def _reach(self, engine: Engine, seconds: float) -> int:
        """The largest open budget that an engine is expected to reach in some seconds, −1 if
        none."""
        limit = min(seconds, self.clock.remaining, LONGEST)
        return self.task.ledger.ladder.largest(
            lambda level: self._expected(engine, level) <= limit, self._open(engine.decides)
        )

    def _run(self, engine: Engine, budget: int, seconds: float = float("inf")) -> bool:
        """Run an engine up to a budget, for some seconds, and learn how long it takes."""
        expected, before = engine.seconds(self.task, budget), self.clock.elapsed
        complete = engine.run(self.task, budget, self.clock.within(seconds))
        if complete:
            self.done[engine.name] = budget
            took = self.clock.elapsed - before
            if took >= MEASURABLE:
                self.pace[engine.name] = took / max(expected, 1e-9)
        return complete
