"""The greedy search of `advise`: trust one label more, the one that proves most, and again.

Cost: a step certifies, for each label in a known witness, the predictions whose witness holds it.
Source: our own.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from labelcert.certificates.array_types import FloatArray
from labelcert.certificates.results.advice import Advice, AdviceStep
from labelcert.certificates.results.certificate import Certificate
from labelcert.certificates.results.known import Known, known_of, rebuilt
from labelcert.engines.work.clock import Clock

NOTHING_LEFT = "nothing left to gain"

SHARE = 0.1
"""Of the time left, what one candidate may take. Most candidates are passed over or quick, so equal
shares would cut short those that matter."""

Value = tuple[int, int]
"""What a step wants large: predictions certified at the budget, then the sum of all radii."""


class GreedyTrust:
    """The greedy search; `known` is what is proven of each prediction with `trusted` trusted.

    ceilings: of candidates and labels trusted so far, the most that radii can be; None: not known.

    weighed[j][t]: what is proven of prediction t when label j is trusted too.
    """

    def __init__(
        self,
        before: Certificate,
        budget: int,
        again: Callable[[list[int], list[int], float], Certificate],
        clock: Clock,
        ceilings: Callable[[dict[int, list[int]], list[int]], dict[int, dict[int, int]]]
        | None = None,
    ) -> None:
        self.before = before
        self.budget = budget
        self.again = again
        self.clock = clock
        self.ceilings = ceilings
        self.known: list[Known] = [known_of(before, t) for t in range(before.num_test)]
        self.trusted: list[int] = []
        self.weighed: dict[int, dict[int, Known]] = {}
        self.steps: list[AdviceStep] = []

    def run(self, k: int) -> Advice:
        """Take up to k steps."""
        curves = [self._curve()]
        stopped = ""
        while len(self.steps) < k and not stopped:
            candidates = self._candidates()
            if not candidates:
                # Where radii are still open an attack may exist that the search did not find.
                known = all(row.exact for row in self.known)
                stopped = NOTHING_LEFT if known else self._cut_short()
                break
            best, complete = self._best(candidates)
            if not complete:
                stopped = self._cut_short()
            if best is not None:
                self._take(best, complete, candidates)
                curves.append(self._curve())
        return Advice(
            steps=tuple(self.steps),
            budget=self.budget,
            ratio_curves=np.array(curves),
            before=self.before,
            after=self._after(stopped),
            stopped=stopped,
            seconds=self.clock.elapsed,
        )

    def _cut_short(self) -> str:
        return "interrupted" if self.clock.interrupted else "time limit"

    def _candidates(self) -> dict[int, list[int]]:
        """Labels in known witnesses, and the predictions whose witness holds them."""
        found: dict[int, list[int]] = {}
        for t, row in enumerate(self.known):
            if row.radius_upper == self.before.max_flips:
                continue
            for j in row.flips:
                found.setdefault(j, []).append(t)
        return found

    def _best(self, candidates: dict[int, list[int]]) -> tuple[int | None, bool]:
        """The label to trust next (None: none was found in time), and whether all were weighed.

        Candidates come in the order of the most that they could gain; one that could not gain more
        than the best so far is passed over.
        """
        limit = self._limits(candidates)
        queue = sorted(candidates, key=lambda j: (-limit[j][0], -limit[j][1], j))
        best: int | None = None
        best_value = now = self._value({})
        stage = f"step {len(self.steps) + 1}"
        try:
            for done, j in enumerate(queue):
                self.clock.report(stage, done / len(queue))
                if best is not None and (*limit[j], -j) < (*best_value, -best):
                    continue
                if self.clock.expired:
                    return best, False
                self._weigh(j, candidates[j], self.clock.remaining * SHARE)
                value = self._value(self.weighed[j])
                if value > now and (best is None or (*value, -j) > (*best_value, -best)):
                    best, best_value = j, value
        except KeyboardInterrupt:
            self.clock.interrupt()
        if self.clock.interrupted:
            return best, False
        return (best if best is not None else self._most_witnesses(candidates)), True

    def _limits(self, candidates: dict[int, list[int]]) -> dict[int, Value]:
        """For each candidate the most that could be certified: as far as is known of its radii,
        else if all its predictions became robust."""
        top = self.before.max_flips
        if self.ceilings is None:
            robust = Known(top, top, None, "", "")
            return {j: self._value(dict.fromkeys(at, robust)) for j, at in candidates.items()}
        limits: dict[int, Value] = {}
        for j, most in self.ceilings(candidates, self.trusted).items():
            radii = {t: max(radius, self.known[t].radius) for t, radius in most.items()}
            limits[j] = self._value({t: Known(r, r, None, "", "") for t, r in radii.items()})
        return limits

    def _value(self, changed: dict[int, Known]) -> Value:
        radius = [changed.get(t, row).radius for t, row in enumerate(self.known)]
        return sum(r >= self.budget for r in radius), sum(radius)

    def _weigh(self, j: int, points: list[int], seconds: float) -> None:
        """Certify with label j trusted too, where no earlier step did; keep what was proven."""
        kept = self.weighed.get(j, {})
        found = {t: kept[t] for t in points if t in kept}
        rest = [t for t in points if t not in kept]
        if rest:
            part = self.again(rest, [*self.trusted, j], max(seconds, 0.0))
            if part.stopped == "interrupted":
                self.clock.interrupt()
            found |= {t: known_of(part, i).at_least(self.known[t]) for i, t in enumerate(rest)}
        self.weighed[j] = found

    def _most_witnesses(self, candidates: dict[int, list[int]]) -> int:
        def count(j: int) -> int:
            return sum(self.known[t].radius_upper < self.budget for t in candidates[j])

        return min(candidates, key=lambda j: (-count(j), -len(candidates[j]), j))

    def _take(self, j: int, complete: bool, candidates: dict[int, list[int]]) -> None:
        old = self._value({})
        exact = complete and all(row.exact for row in self.known)
        for tried in candidates:
            exact &= all(row.exact for row in self.weighed.get(tried, {}).values())
        for t, row in self.weighed.pop(j).items():
            self.known[t] = row
        self.trusted.append(j)
        # What was weighed stays true where the new trusted label is in no witness of it.
        for tried, rows in self.weighed.items():
            self.weighed[tried] = {
                t: row for t, row in rows.items() if row.exact and j not in row.flips
            }
        new, m = self._value({}), len(self.known)
        self.steps.append(
            AdviceStep(
                index=j,
                label=self.before.labels[j].item(),
                ratio_before=old[0] / m,
                ratio_after=new[0] / m,
                mean_radius_before=old[1] / m,
                mean_radius_after=new[1] / m,
                gained=new > old,
                complete=complete,
                exact=exact,
            )
        )

    def _curve(self) -> FloatArray:
        radius = np.array([row.radius for row in self.known])
        budgets = self.before.budgets
        if len(radius) == 0:
            return np.full(len(budgets), np.nan)
        return (radius[:, None] >= budgets).mean(axis=0)

    def _after(self, stopped: str) -> Certificate:
        if not self.steps:
            return self.before
        reason = stopped if stopped != NOTHING_LEFT else ""
        all_exact = all(row.exact for row in self.known)
        return rebuilt(self.before, self.known, "" if all_exact else reason)
