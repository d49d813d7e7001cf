"""Attack: find relabelings that let a rival class catch up, by greedy choice and local search.

What it decides: upper ends of radii and lower ends of collective counts, each by a relabeling that
was retrained on and lies beyond its error bars. It never proves robustness.
Cost: about 2n retrainings a step, for one test point and rival; a step looks at every single change
that concerns the pair. Every relabeling found is tried on every test point. When to prefer it:
before anything that proves, to learn which budgets still need a proof.
Source: our own note; ``math.md`` 5 and 6.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np

from labelcert.engines.knowledge.evidence import Retrained
from labelcert.engines.knowledge.lead import lead_bar
from labelcert.engines.machines.machines import MulticlassProblem
from labelcert.engines.multiclass.retrainer import Retrainer
from labelcert.engines.multiclass.rivals import Rivals
from labelcert.engines.work.clock import Clock
from labelcert.engines.work.threads import run_in_threads, work_off

NAME = "attack"

ROUNDS = 2
"""Rounds of exchanges in the local search."""

HOPELESS = 1.5
"""A rival is not attacked where the best single changes, added up, times this fall short."""


class Found(NamedTuple):
    """A relabeling with the test points (m,) bool that it surely breaks."""

    cost: int
    changes: np.ndarray
    broken: np.ndarray


@dataclass
class PairAttack:
    """The search for one test point and rival b of its predicted class a."""

    trained: Retrainer
    t: int
    a: int
    b: int

    def lead(self) -> float:
        """p_a − p_b for the current labels."""
        return self.trained.logit(self.a, self.t) - self.trained.logit(self.b, self.t)

    @property
    def cost(self) -> int:
        """What the changes made so far cost."""
        return self.trained.problem.space.cost_of(self.trained.changes)

    def best_move(self, budget: int) -> tuple[int, int, float] | None:
        """The change (point, label) with the steepest fall of the lead that the budget allows."""
        space, trained = self.trained.problem.space, self.trained
        changed = trained.changed
        left = budget - int(space.cost[changed].sum())
        purse = space.points.purses_after(changed)
        may = space.changeable & (space.cost <= left) & (space.cost <= purse[space.group])
        may[changed] = False
        points = np.flatnonzero(may)
        if len(points) == 0:
            return None
        now_a, now_b = trained.logit(self.a, self.t), trained.logit(self.b, self.t)
        after_a = trained.after_flips_of_one(self.a, points, self.t)
        after_b = trained.after_flips_of_one(self.b, points, self.t)
        best = None
        for row, i in enumerate(points):
            for label in _targets(space.alternatives[i], self.a, self.b):
                moved = (trained.labels[i], label)
                new = (after_a[row] if self.a in moved else now_a) - (
                    after_b[row] if self.b in moved else now_b
                )
                slope = (new - (now_a - now_b)) / space.cost[i]
                if best is None or slope < best[0]:
                    best = (slope, int(i), label, float(new))
        return None if best is None else best[1:]

    def greedy(self, budget: int) -> float:
        """Make the most harmful change until the lead is gone or nothing helps."""
        lead = self.lead()
        while lead > 0:
            move = self.best_move(budget)
            if move is None or move[2] >= lead:
                return lead
            self.trained.relabel(move[0], move[1])
            lead = move[2]
        return lead

    def exchange(self, budget: int, lead: float) -> float:
        """Take one change back and make the best other, while it helps."""
        for _ in range(ROUNDS):
            improved = False
            for i in self.trained.changed:
                before = int(self.trained.labels[i])
                self.trained.relabel(int(i), int(self.trained.problem.labels[i]))
                move = self.best_move(budget)
                if move is not None and move[2] < lead - 1e-12 * abs(lead):
                    self.trained.relabel(move[0], move[1])
                    improved = improved or move[:2] != (int(i), before)
                    lead = move[2]
                else:
                    self.trained.relabel(int(i), before)
                if lead <= 0:
                    return lead
            if not improved:
                break
        return lead

    def drop_one(self) -> float:
        """Take back the change whose loss hurts the attacker least."""
        clean = self.trained.problem.labels
        best = None
        for i in self.trained.changed:
            before = int(self.trained.labels[i])
            self.trained.relabel(int(i), int(clean[i]))
            lead = self.lead()
            self.trained.relabel(int(i), before)
            if best is None or lead < best[0]:
                best = (lead, int(i))
        if best is None:
            return self.lead()
        self.trained.relabel(best[1], int(clean[best[1]]))
        return best[0]

    def run(self, budget: int, predicted: np.ndarray, clock: Clock) -> list[Found]:
        """Break the test point as cheaply as can be found; what each step surely breaks."""
        self.trained.reset()
        found: list[Found] = []
        lead = self.greedy(budget)
        if lead > 0:
            lead = self.exchange(budget, lead)
        while lead <= 0 and not clock.expired:
            broken = surely_broken(*self.trained.logits(), predicted)
            if broken.any():
                found.append(Found(self.cost, self.trained.changes, broken))
            if self.cost <= 1:
                break
            lead = self.drop_one()
            if lead > 0:
                lead = self.exchange(self.cost, lead)
        return found


def _targets(alternatives: np.ndarray, a: int, b: int) -> list[int]:
    """Labels worth trying for one point: a, b, and one of the others."""
    allowed = np.flatnonzero(alternatives)
    others = [int(k) for k in allowed if k not in (a, b)]
    return [int(k) for k in allowed if k in (a, b)] + others[:1]


def single_effects(trained: Retrainer) -> np.ndarray:
    """(K, n, m): how far each flip, alone, moves the logits of each class."""
    trained.reset()
    problem = trained.problem
    clean, _ = trained.logits()
    points = np.arange(problem.n)
    return np.stack([trained.after_flips(k, points) - clean[:, k] for k in range(problem.classes)])


def attack_each(problem: MulticlassProblem, rivals: Rivals, clock: Clock, jobs: int = 1) -> None:
    """Attack every open prediction, against the rivals in order of how close they are."""
    ledger, predicted = rivals.ledger, rivals.predicted
    waiting = [t for t in range(problem.m) if ledger.open[t] and rivals.needed(t) >= 1]
    if not waiting or clock.expired:
        return
    stop = np.zeros(1, dtype=np.uint8)
    (effects,) = run_in_threads(lambda: single_effects(Retrainer(problem, stop)), clock, 1, stop)

    def begin() -> tuple[Callable[[int], None], list[tuple[int, Found]]]:
        trained = Retrainer(problem, stop)
        clean, _ = trained.logits()
        found: list[tuple[int, Found]] = []

        def do(t: int) -> None:
            budget = rivals.needed(t)
            for b in np.argsort(-clean[t], kind="stable"):
                lead = float(clean[t, predicted[t]] - clean[t, b])
                hopeful = b != predicted[t] and budget >= 1 and not clock.expired
                if hopeful and _reach(problem, effects, t, int(predicted[t]), int(b),
                                      budget) * HOPELESS >= lead:  # fmt: skip
                    attack = PairAttack(trained, t, int(predicted[t]), int(b))
                    for one in attack.run(budget, predicted, clock):
                        found.append((t, one))
                        if one.broken[t]:
                            budget = min(budget, one.cost - 1)

        return do, found

    results, _ = work_off(waiting, begin, clock, jobs, stop, partial(clock.report, NAME))
    everything = sorted(
        (entry for part in results for entry in part),
        key=lambda entry: (entry[1].cost, entry[0], entry[1].changes.tolist()),
    )
    for _, found in everything:
        write(rivals, found)


def surely_broken(logits: np.ndarray, bars: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """(m,) bool: test points whose predicted class (m,) lost or is level beyond all error bars.

    logits and bars (m, K)."""
    rows = np.arange(len(logits))
    own = logits[rows, predicted][:, None]
    bar = lead_bar(bars[rows, predicted][:, None], bars, own, logits)
    lead = own - logits
    lead[rows, predicted] = np.inf
    return np.asarray((lead <= -bar).any(axis=1))


def write(rivals: Rivals, found: Found) -> None:
    """Write what a relabeling surely breaks into the ledger."""
    ledger = rivals.ledger
    for t in np.flatnonzero(found.broken & (found.cost < ledger.broken)):
        ledger.break_(int(t), found.cost, found.changes, NAME, Retrained(exactly=False))
    ledger.count_broken(found.cost, int(found.broken.sum()), found.changes)


def _reach(
    problem: MulticlassProblem, effects: np.ndarray, t: int, a: int, b: int, budget: int
) -> float:
    """How far the best single changes, added up, move p_a − p_b: a guess for `HOPELESS`."""
    space = problem.space
    fall, rise = -effects[a, :, t], effects[b, :, t]
    in_a, in_b = space.labels == a, space.labels == b
    outside = ~in_a & ~in_b
    # Moves between a and b count twice; any other move concerns one of the two SVMs.
    between = np.where((in_a & space.alternatives[:, b]) | (in_b & space.alternatives[:, a]),
                       fall + rise, 0.0)  # fmt: skip
    gain = np.maximum(between, np.where(in_a | outside, fall, 0.0))
    gain = np.maximum(gain, np.where(in_b | outside, rise, 0.0))
    gain = np.maximum(gain, 0.0)
    gain = np.where(space.changeable, gain, 0.0)
    most = budget // max(int(space.cost[space.changeable].min(initial=2**30)), 1)
    return float(np.sort(gain)[::-1][:most].sum())
