"""`advise`: the labels whose verification raises the certified ratio most, chosen greedily."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from labelcert._errors import InputError
from labelcert.certificates.advice import Advice, AdviceStep
from labelcert.certificates.arrays import FloatArray
from labelcert.certificates.certificate import Certificate
from labelcert.certificates.inputs import check_time_limit
from labelcert.certificates.known import Known, known_of, rebuilt
from labelcert.certificates.one_order import in_one_order
from labelcert.certificates.samplewise import DEFAULT_TIME_LIMIT, certify
from labelcert.certificates.threat import ThreatModel
from labelcert.engines.clock import Clock
from labelcert.intake.arrays import dense_matrix
from labelcert.intake.budgets import as_count
from labelcert.intake.labels import as_labels
from labelcert.intake.numbers import told, whole_or_none

NOTHING_LEFT = "nothing left to gain"

SHARE = 0.1
"""Of the time left, what one candidate may take. Most candidates are passed over or quick, so equal
shares would cut short those that matter."""


def advise(
    gram: Any,
    cross: Any,
    labels: Any,
    *,
    C: float | None = None,
    ridge: float | None = None,
    max_flips: int | str | None = None,
    k: int = 5,
    budget: int | str | None = None,
    threat: ThreatModel | None = None,
    classes: Sequence[Any] | None = None,
    exactness: str = "exact",
    engine: str = "auto",
    solver: str = "highs",
    time_limit: float | None = DEFAULT_TIME_LIMIT,
    point_time_limit: float | None = None,
    n_jobs: int | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> Advice:
    """Choose up to k labels to verify, so that as many predictions as possible become certified.

    To verify a label here means that the attacker cannot flip it any more: it is trusted as it
    stands. In practice verifying may also show that a label is wrong; correct it, and certify (or
    ask for advice) anew, since that changes the model.

    Each step trusts one label more, the one after which the certified ratio at `budget` is largest,
    or, where that is equal, the mean radius; ties go to the lower index. Only labels in the known
    smallest witness of some prediction are tried, and only the predictions whose witness holds the
    label are certified again. That loses nothing: a witness without the label stays open to the
    attacker, so it breaks its prediction at the same budget as before, and neither the ratio nor
    any radius can rise by it. Where no single label gains anything (each prediction that could be
    saved has several witnesses without a common label), the step takes the label in the most known
    witnesses of predictions broken at `budget`, and says that it gained nothing. The choice of
    several labels is greedy, not the best set of k.

    Args:
        gram, cross, labels, C, ridge, max_flips, threat, classes: as in `certify`.
        exactness, engine, solver, point_time_limit, n_jobs: as in `certify`.
        k: number of labels, at least 1.
        budget: where the certified ratio is to rise, from 0 to max_flips, a count or a percentage
            of the labels; max_flips unless given.
        time_limit: seconds for everything, None for no limit. Then, or at an interrupt (Ctrl-C),
            the steps found by then are returned.
        progress: called with the name of a stage and the share of it done, 0 to 1.

    Returns:
        The labels in order, with the certified ratios and certificates before and after.

    Raises:
        InputError: one sentence that names the argument and the remedy.

    Source: our own.
    """
    clock = Clock(check_time_limit(time_limit), progress)
    k = _check_k(k)
    gram, cross, labels, threat = in_one_order(gram, cross, labels, threat)
    labels = as_labels(labels)
    asked = _check_budget(budget, max_flips, threat, len(labels))
    before = certify(
        gram, cross, labels, C=C, ridge=ridge, max_flips=max_flips, threat=threat, classes=classes,
        exactness=exactness, engine=engine, solver=solver, point_time_limit=point_time_limit,
        time_limit=max(clock.remaining, 0.0) / 2, n_jobs=n_jobs, progress=progress,
    )  # fmt: skip
    if before.stopped == "interrupted":
        clock.interrupt()
    kernel, rows = dense_matrix(gram, "gram"), dense_matrix(cross, "cross")
    threat = threat if threat is not None else ThreatModel(before.max_flips)
    already = threat.trusted_positions(len(labels)).tolist()
    names = before.classes.tolist()

    def again(points: list[int], trusted: list[int], seconds: float) -> Certificate:
        return certify(
            kernel, rows[points], labels, C=C, ridge=ridge, classes=names, n_jobs=n_jobs,
            exactness=exactness, engine=engine, solver=solver, point_time_limit=point_time_limit,
            threat=replace(threat, trusted=(*already, *trusted)), time_limit=seconds,
        )  # fmt: skip

    at = before.max_flips if asked is None else asked
    return GreedyTrust(before, at, again, clock).run(k)


def _check_k(k: Any) -> int:
    count = whole_or_none(k)
    if count is None or count < 1:
        raise InputError(f"k={told(k)} is not allowed: pass an integer of 1 or more.")
    return count


def _check_budget(
    budget: int | str | None, max_flips: int | str | None, threat: ThreatModel | None, n: int
) -> int | None:
    """The budget as a count, None for the default; what else is wrong is told by `certify`."""
    if budget is None or (threat is None) == (max_flips is None):
        return None
    if isinstance(threat, ThreatModel):  # a percentage is one of the costs, where it has some
        most, count = threat.count(n), replace(threat, budget=budget).count(n)
    elif max_flips is not None:
        most, count = as_count(max_flips, n), as_count(budget, n, "budget")
    else:
        return None
    if count > most:
        raise InputError(
            f"budget={count} is above the largest budget: pass 0 to {most}, or raise max_flips."
        )
    return count


Value = tuple[int, int]
"""What a step wants large: predictions certified at the budget, then the sum of all radii."""


class GreedyTrust:
    """The greedy search; `known` is what is proven of each prediction with `trusted` trusted.

    weighed[j][t]: what is proven of prediction t when label j is trusted too.
    """

    def __init__(
        self,
        before: Certificate,
        budget: int,
        again: Callable[[list[int], list[int], float], Certificate],
        clock: Clock,
    ) -> None:
        self.before = before
        self.budget = budget
        self.again = again
        self.clock = clock
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
            if row.upper == self.before.max_flips:
                continue
            for j in row.flips:
                found.setdefault(j, []).append(t)
        return found

    def _best(self, candidates: dict[int, list[int]]) -> tuple[int | None, bool]:
        """The label to trust next (None: none was found in time), and whether all were weighed.

        Candidates come in the order of the most that they could gain; one that could not gain more
        than the best so far is passed over.
        """
        limit = {j: self._limit(points) for j, points in candidates.items()}
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

    def _limit(self, points: list[int]) -> Value:
        """The most that could be certified if all these predictions became robust."""
        top = self.before.max_flips
        robust = Known(top, top, None, "", "")
        return self._value(dict.fromkeys(points, robust))

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
            return sum(self.known[t].upper < self.budget for t in candidates[j])

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
        budgets = np.arange(self.before.max_flips + 1)
        if len(radius) == 0:
            return np.full(len(budgets), np.nan)
        return (radius[:, None] >= budgets).mean(axis=0)

    def _after(self, stopped: str) -> Certificate:
        if not self.steps:
            return self.before
        reason = stopped if stopped != NOTHING_LEFT else ""
        all_exact = all(row.exact for row in self.known)
        return rebuilt(self.before, self.known, "" if all_exact else reason)
