"""The paper's program of one lead: how far can the labels bring a rival class up to another.

Minimise p_a − p_b (two classes: ±f) over the labels that the attacker may choose and the machines
retrained on them. Machines with no part in the lead follow the labels and bind nothing, so only
those of the lead are in the program: one SVM with two classes, two with more.
Size: n² + 7n columns at two classes, 2n² + (12 + K)n at K.
Source: [LC] arXiv 2412.00537, section 3 and its multi-class appendix; ``math.md`` 3 and 6.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from labelcert.engines.knowledge.lead import sum_bar
from labelcert.engines.machines.machines import Machines
from labelcert.engines.paper_milp.choice import Choice, add_choice
from labelcert.engines.paper_milp.kkt import Program, add_svm, in_range
from labelcert.engines.solvers.milp import MilpModel

SAFETY = 1e-6
"""Share of the largest possible lead, C ‖q_t‖₁ a machine, that is taken off every proven bound.

In the program's units all columns lie in [−1, 1], so reduced costs off by the tolerance 1e-9 move a
bound by at most 1e-9 times the number of columns: 5e-7 at two classes and n = 20. Larger programs
get more, see `safety`.
"""


def safety(columns: int) -> float:
    """What is taken off a bound of a program with that many columns, as a share of the largest
    possible lead."""
    return max(SAFETY, 2e-9 * columns)


class LeadModel(NamedTuple):
    """The program, how to read its labels, and what its objective is worth.

    unit: the largest possible lead, which the objective is a share of. doubt: how far a shift of
    the kernel's diagonal may have moved the lead. believed: whether solvers can tell its numbers
    apart.
    """

    model: MilpModel
    choice: Choice
    unit: float
    doubt: float
    believed: bool

    @property
    def slack(self) -> float:
        """What is taken off a bound of the objective."""
        return safety(len(self.model.objective))

    @property
    def enough(self) -> float:
        """Beyond this a bound of the objective proves the lead."""
        return self.slack + self.doubt / self.unit if self.doubt > 0 else self.slack

    def proves(self, objective: float) -> bool:
        """Whether a bound of the objective proves the lead."""
        return self.believed and objective > self.enough

    def bound(self, objective: float) -> float:
        """The bound of the lead that a bound of the objective stands for, −inf if it is none."""
        if not self.believed or not np.isfinite(objective):
            return -np.inf
        return self.unit * (objective - self.slack) - self.doubt


def lead_model(machines: Machines, t: int, a: int, b: int, budget: int) -> LeadModel:
    """The program of the lead of class a over class b at test point t."""
    scale = machines.gram.scale
    gram, C = machines.gram.scaled, machines.C * scale
    row = machines.cross[t] / scale
    parts = machines.lead(a, b)
    program = Program()
    choice = add_choice(program, machines, budget)
    z = [add_svm(program, gram, C, choice.seen_by(part.machine)) for part in parts]
    size = len(parts) * float(np.abs(row).sum())
    weights = np.concatenate([part.sign * row for part in parts]) / (size or 1.0)
    model = program.model(np.concatenate(z), weights, maximise=False)
    doubts = [float(machines.each[part.machine].bars.doubt[t]) for part in parts]
    # Nothing is rounded between two solutions of a program, so the values count as of size 0.
    doubt = sum_bar(doubts, [0.0] * len(parts))
    return LeadModel(model, choice, C * size, doubt, in_range(gram, C))
