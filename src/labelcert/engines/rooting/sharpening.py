"""Which predictions are worth tightening ranges for, told from how fast their bounds rise."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import partial

from labelcert.engines.bounds.demand import Demand
from labelcert.engines.rooting.pieces import Answer
from labelcert.engines.work.clock import Clock

HOPE = 2.0
"""A prediction is given up if its bound, rising as it does, would take longer than this many times
the time that is left."""

NEAR = 0.05
"""Share of the clean lead that is added to what a bound lacks: of two that lack nothing much,
neither outweighs everything else."""

LEAST = 1e-3
"""A bound that rises by less than this share of the clean lead, in so many rounds as are looked
back on, does not rise."""

EVERY = 3
"""Each time so many rounds have passed, kept labels have their turn."""


class Sharpening:
    """The state of one budget. demands: what open predictions ask of each machine, with weights."""

    def __init__(self, clock: Clock):
        self.demands: dict[int, list[tuple[float, Demand]]] = {}
        self._clock, self._round = clock, 0
        self._seen: dict[tuple[int, int], list[tuple[float, float]]] = defaultdict(list)

    def worth_it(self, answers: Mapping[int, Sequence[Answer]], fresh: bool) -> list[int]:
        """The predictions that are neither proven nor hopeless; what they ask for is noted.

        None is hopeless while ranges are fresh: each bound depends on most of them a little, so
        much of what it will gain comes late.
        """
        self.demands = defaultdict(list)
        hopeful: list[int] = []
        for t, given in answers.items():
            rises = partial(self._rises, t)
            lacking = [answer for answer in given if not answer.bound > 0]
            rising = [rises(answer) for answer in lacking]  # every one is noted
            if lacking and (fresh or min(rising)):
                hopeful.append(t)
                for answer in lacking:
                    weight = 1.0 / (NEAR * abs(answer.lead) - answer.bound + 1e-12)
                    for machine, demand in answer.demands.items():
                        self.demands[machine].append((weight, demand))
        return hopeful

    def climb(self, points: list[int]) -> list[int]:
        """The same predictions, which have reached a budget and go on to their next one: what
        their bounds rose by was another budget's."""
        reached = set(points)
        for key in [key for key in self._seen if key[0] in reached]:
            del self._seen[key]
        return points

    def turn_of_kept(self) -> bool:
        """Whether this round is for labels that are kept."""
        self._round += 1
        return self._round % EVERY == 0

    def _rises(self, t: int, answer: Answer) -> bool:
        """Note a bound; whether it rises fast enough to be above 0 in time. First looks tell
        nothing."""
        seen = self._seen[t, answer.rival]
        seen.append((self._clock.elapsed, answer.bound))
        if len(seen) <= EVERY:
            return answer.bound > -float("inf")
        (since, first), (now, bound) = seen[-1 - EVERY], seen[-1]
        rate = (bound - first) / max(now - since, 1e-9)
        if not bound - first > LEAST * abs(answer.lead):
            return False
        return -bound / rate <= HOPE * self._clock.remaining
