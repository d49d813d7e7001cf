"""What the attacker chooses in the paper's program: the labels of all machines, within budgets.

With two classes a binary a point says whether its label is flipped. With more, binaries e_ik say
that point i has label k, one of them each; machine k sees ỹ_i = 2 e_ik − 1 then. Either way a
solution can be read back as a relabeling.
Source: [LC] arXiv 2412.00537, section 3 and its multi-class appendix; ``math.md`` 3 and 6.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from labelcert.engines.attacker import RelabelSpace
from labelcert.engines.machines.machines import Machines
from labelcert.engines.paper_milp.kkt import Affine, Program


@dataclass(frozen=True, eq=False)
class Choice:
    """The unknown labels in a program; columns: (n,) of flips, or (n, K) of e_ik."""

    machines: Machines
    columns: np.ndarray

    def seen_by(self, machine: int) -> Affine:
        """The labels ±1 that a machine is trained on."""
        if self.columns.ndim == 1:
            clean = self.machines.labels_of(machine, self.machines.labels)
            return Affine(clean, -2.0 * clean, self.columns)
        n = self.machines.n
        return Affine(np.full(n, -1.0), np.full(n, 2.0), self.columns[:, machine])

    @property
    def changed(self) -> Affine:
        """1 where a label is changed, 0 where not."""
        n, space = self.machines.n, self.machines.space
        if self.columns.ndim == 1:
            return Affine(np.zeros(n), np.ones(n), self.columns)
        return Affine(np.ones(n), -np.ones(n), self.columns[np.arange(n), space.labels])

    def changes(self, solution: np.ndarray) -> np.ndarray:
        """The relabeling that a solution, up to its tolerances, stands for, as changes."""
        space = self.machines.space
        if self.columns.ndim == 1:
            return space.flips(np.flatnonzero(solution[self.columns] > 0.5))
        return space.changes_to(solution[self.columns].argmax(axis=1))


def add_choice(program: Program, machines: Machines, budget: int) -> Choice:
    """Add the labels that the attacker may choose, and what that may cost."""
    space = machines.space
    if space.free_groups:
        raise AssertionError("the paper's program knows no free groups: pass one of the cases")
    if space.classes == 2:
        possible = space.changeable.astype(float)
        choice = Choice(machines, program.add_columns(space.n, 0.0, possible, integer=True))
    else:
        choice = Choice(machines, _one_label_each(program, space))
    changed, cost = choice.changed, space.cost.astype(float)
    # A budget above what all labels cost together says the same as that cost.
    _at_most(program, changed, cost, min(float(budget), cost.sum()))
    for g, purse in enumerate(space.group_budget):
        spend = np.where(space.group == g, cost, 0.0)
        if purse < spend.sum():
            _at_most(program, changed, spend, float(purse))
    return choice


def _one_label_each(program: Program, space: RelabelSpace) -> np.ndarray:
    may = space.alternatives.astype(float)
    may[np.arange(space.n), space.labels] = 1.0
    columns = program.add_columns(may.size, 0.0, may.ravel(), integer=True).reshape(may.shape)
    program.rows.add([(columns, 1.0)], 1.0, 1.0)
    return columns


def _at_most(program: Program, changed: Affine, cost: np.ndarray, limit: float) -> None:
    """A row Σ cost · changed ≤ limit."""
    weight = (cost * changed.slope)[None, :]
    program.rows.at_most([(changed.column[None, :], weight)], limit - float(cost @ changed.base))
