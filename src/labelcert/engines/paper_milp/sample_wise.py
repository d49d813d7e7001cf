"""The paper's program, sample-wise: the reference that the other engines are compared with.

What it decides: whether some allowed relabeling of a budget lets a rival class catch up with the
predicted one, by minimising the lead over labels and retrained machines at once
(`labelcert.engines.paper_milp.lead_model`).
Cost: branch and bound over 3n binaries (two classes), a program for each (test point, rival,
budget): seconds at n = 20, and grows fast. When to prefer it: for comparison only; every other
engine is quicker.
What its verdicts rest on: "broken" on a witness that was retrained, as everywhere; "robust" on the
solver's proven bound, never on its incumbent. That bound is computed in floating point and is true
up to the solver's tolerances, which labelcert's other engines do not need; therefore a bound counts
only beyond `SAFETY`. What a solver refuses, ends with a status that is not understood, or cannot
tell apart in its tolerances (`labelcert.engines.paper_milp.kkt.LARGEST_REACH`) stays undecided.
Source: [LC] arXiv 2412.00537, section 3 and its multi-class appendix; ``math.md`` 3 for the traps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from labelcert.engines.knowledge.settle import Trainer
from labelcert.engines.machines.machines import Machines
from labelcert.engines.machines.svm_trainer import SvmTrainer
from labelcert.engines.paper_milp.choice import Choice
from labelcert.engines.paper_milp.lead_model import lead_model
from labelcert.engines.paper_milp.replay import Replay
from labelcert.engines.solvers.milp import MilpSolver, Watch
from labelcert.engines.work.clock import Clock

Verdict = Literal["robust", "broken", "undecided"]


@dataclass(frozen=True, eq=False)
class Decision:
    """What programs say about one prediction at one budget, against one rival or all.

    verdict "broken": some relabeling of the budget changes or ties the predicted class. bound: the
    worst lead is at least this (solver's bound less the safety), −inf if unknown. margin: the
    smallest lead retrained on, inf if none; changes: its relabeling, or the witness where the
    prediction is broken. status: the solver's word.
    """

    verdict: Verdict
    bound: float
    margin: float
    changes: np.ndarray | None
    status: str


class LeadDecider:
    """Solves programs of leads with one solver; not to be shared between threads.

    predicted (m,): the clean classes, without ties. trainer: what solutions are replayed with.
    threads: the solver's own.
    """

    def __init__(
        self,
        machines: Machines,
        predicted: np.ndarray,
        solver: MilpSolver,
        trainer: Trainer,
        threads: int = 1,
    ):
        self.machines, self.predicted = machines, predicted
        self._solver, self._threads = solver, threads
        self._replay = Replay(trainer, machines.space, predicted)

    def against(
        self, t: int, rival: int, budget: int, clock: Clock, exact_margin: bool = False
    ) -> Decision:
        """Solve the program of one rival at test point t.

        Stops as soon as a retrained witness or the bound decides; with exact_margin it goes on
        until bound and incumbent meet.
        """
        lead = lead_model(self.machines, t, int(self.predicted[t]), rival, budget)
        seen = _Incumbents(self._replay, t, lead.choice, budget, not exact_margin)
        watch = Watch(
            expired=lambda: clock.expired,
            bound_suffices=lambda bound: lead.proves(bound) and not exact_margin,
            solution_suffices=seen.see,
            seconds=clock.remaining,
            threads=self._threads,
        )
        answer = self._solver(lead.model, watch)
        if answer.solution is not None:
            seen.see(answer.solution)
        bound = lead.bound(answer.bound)
        verdict: Verdict = "undecided"
        if seen.broken:
            verdict = "broken"
        elif bound > 0:
            verdict = "robust"
        return Decision(verdict, bound, seen.margin, seen.changes, answer.reason)

    def against_all(
        self, t: int, budget: int, clock: Clock, exact_margin: bool = False
    ) -> Decision:
        """Solve the programs of all rivals at test point t, until a witness breaks it."""
        found: list[Decision] = []
        rivals = [b for b in range(self.machines.classes) if b != self.predicted[t]]
        for rival in rivals:
            found.append(self.against(t, rival, budget, clock, exact_margin))
            if found[-1].verdict == "broken" and not exact_margin:
                break
        return _together(found, complete=len(found) == len(rivals))


def decide(
    machines: Machines,
    predicted: np.ndarray,
    t: int,
    budget: int,
    clock: Clock,
    solver: MilpSolver,
    exact_margin: bool = False,
    threads: int = 1,
) -> Decision:
    """Whether the prediction of test point t survives a budget; predicted (m,): clean classes.

    exact_margin and threads as in `LeadDecider`. Raises InputError where the solver is not licensed
    for the size.
    """
    trainer = SvmTrainer(machines, clock)
    decider = LeadDecider(machines, predicted, solver, trainer, threads)
    return decider.against_all(t, budget, clock, exact_margin)


def _together(found: Sequence[Decision], complete: bool) -> Decision:
    """What decisions against single rivals say; complete: whether all rivals are among them."""
    worst = max(found, key=_badness)
    bound = min(one.bound for one in found) if complete else -np.inf
    verdict: Verdict = "undecided"
    if worst.verdict == "broken":
        verdict = "broken"
    elif bound > 0:
        verdict = "robust"
    status = ", ".join(dict.fromkeys(one.status for one in found))
    return Decision(verdict, bound, worst.margin, worst.changes, status)


def _badness(one: Decision) -> tuple[bool, float]:
    """A witness is never given up for a margin that only looks smaller."""
    return one.verdict == "broken", -one.margin


class _Incumbents:
    """Replays every incumbent at one test point, and keeps the witness or the smallest margin."""

    def __init__(self, replay: Replay, t: int, choice: Choice, budget: int, until_broken: bool):
        self.broken = False
        self.margin = np.inf
        self.changes: np.ndarray | None = None
        self._replay, self._t, self._choice, self._budget = replay, t, choice, budget
        self._until_broken = until_broken

    def see(self, solution: np.ndarray) -> bool:
        """Replay a solution; returns whether it is all that was asked for."""
        changes = self._replay.changes(solution, self._choice, self._budget)
        if changes is None:
            return False
        margin = float(self._replay.leads(changes).smallest[self._t])
        breaks = bool(self._replay.broken(changes, np.array([self._t]))[0])
        if (breaks, -margin) > (self.broken, -self.margin):
            self.broken, self.margin, self.changes = breaks, margin, changes
        return self.broken and self._until_broken
