"""Where an attack stands: the relabelings it holds, and every machine trained on each.

One stack holds the solver states of all machines: machine k uses the levels k·DEPTH and up. A
change of a label flips one point in one machine (two classes), or in two, the one of the class it
leaves and the one of the class it joins. Costs and purses are those of the changed points, however
many machines a change concerns.
Cost: a warm start a machine and change, O(n²) each; O(nm) a machine to measure all test points.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from labelcert._jit import compiled, inner
from labelcert.engines.knowledge.lead import bar_at, one_lead, smallest_leads
from labelcert.engines.knowledge.record import Record, new_record, write_down
from labelcert.engines.machines.machines import Machines
from labelcert.engines.machines.retraining import (
    Core,
    Stack,
    copy_level,
    copy_vector,
    flip_at,
    measure,
    new_stack,
    solve_level,
    start,
)

DEPTH = np.int64(4)
"""Levels a machine: `PATH`, `CURRENT`, `TRIAL`, and room for a look one flip ahead of the last."""

PATH, CURRENT, TRIAL = np.int64(0), np.int64(1), np.int64(2)
"""The clean labels, or a greedy path that goes on later; what is searched; one change taken back."""

UNCLEAR = 100
"""How many label vectors with a lead inside its error bar are kept for exact arithmetic."""


class Position(NamedTuple):
    """What the loops of an attack work on; arrays only. Its levels are the first `DEPTH`."""

    core: Core  # of any machine: what the loops ask of it is the same for all
    stack: Stack
    record: Record
    predicted: np.ndarray  # (m,) int64 clean classes
    clean: np.ndarray  # (n,) int64 clean labels
    options: np.ndarray  # (n, K) bool: labels that each point may be changed to
    candidates: np.ndarray  # (c,) int64: points with an option
    label: np.ndarray  # (DEPTH, n) int64
    mask: np.ndarray  # (DEPTH, words) uint64, see `RelabelSpace.mask_of`
    spent: np.ndarray  # (DEPTH,) int64
    used: np.ndarray  # (DEPTH, groups) int64
    value: np.ndarray  # (machines, m) of the relabeling measured last
    bar: np.ndarray  # (machines, m)
    after: np.ndarray  # (machines, m) of a look one flip ahead
    now: np.ndarray  # (2,) values of the machines of a lead, see `labelcert.engines.attacking.looks`
    then: np.ndarray  # (2,) the same one flip ahead


def cores_of(machines: Machines, predicted: np.ndarray, stop: np.ndarray) -> list[Core]:
    """Arrays of all machines; of a single one the values are leads of the predicted classes."""
    if machines.count == 1:
        return [machines.oriented(predicted).core(stop)]
    return [machine.core(stop) for machine in machines.each]


def new_position(
    machines: Machines, cores: list[Core], predicted: np.ndarray, levels: np.ndarray
) -> Position:
    """Allocate a `Position` at the clean labels; levels (rows,): what relabelings can cost."""
    space, n, m, count = machines.space, machines.n, machines.m, machines.count
    depth, groups = int(DEPTH), len(space.group_budget)
    position = Position(
        core=cores[0],
        stack=new_stack(count * depth, n, m, groups),
        record=new_record(levels, space.words, m, UNCLEAR),
        predicted=np.asarray(predicted, dtype=np.int64),
        clean=space.labels.astype(np.int64),
        options=space.alternatives,
        candidates=np.flatnonzero(space.changeable),
        label=np.zeros((depth, n), dtype=np.int64),
        mask=np.zeros((depth, space.words), dtype=np.uint64),
        spent=np.zeros(depth, dtype=np.int64),
        used=np.zeros((depth, groups), dtype=np.int64),
        value=np.zeros((count, m)),
        bar=np.zeros((count, m)),
        after=np.zeros((count, m)),
        now=np.zeros(2),
        then=np.zeros(2),
    )
    go_back(position, cores)
    return position


def go_back(position: Position, cores: list[Core]) -> None:
    """Put the clean labels at `PATH`."""
    # `start` works at level 0, so machine 0 comes last.
    for k in reversed(range(len(cores))):
        start_machine(cores[k], position.stack, k * int(DEPTH))
    position.label[PATH] = position.clean
    position.mask[PATH], position.spent[PATH], position.used[PATH] = 0, 0, 0


@compiled
def start_machine(core, stack, level):
    """Put the clean fit of one machine at a level."""
    start(core, stack)
    if level != PATH:
        copy_level(stack, PATH, level)
        for row in range(stack.tableau.shape[1]):
            copy_vector(stack.tableau[PATH, row], stack.tableau[level, row])
        stack.owner[level] = level


@inner
def copy_position(position, source, target):
    """Copy one level to another, of all machines."""
    for k in range(position.value.shape[0]):
        copy_level(position.stack, k * DEPTH + source, k * DEPTH + target)
    copy_vector(position.label[source], position.label[target])
    copy_vector(position.mask[source], position.mask[target])
    copy_vector(position.used[source], position.used[target])
    position.spent[target] = position.spent[source]


@inner
def is_changed(position, level, i):
    """Whether point i has another label than the clean one."""
    return position.label[level, i] != position.clean[i]


@inner
def can_pay(position, level, i, budget):
    """Whether the attacker may change point i, unchanged so far, on top of a level."""
    core = position.core
    if position.spent[level] + core.cost[i] > budget:
        return False
    g = core.group[i]
    return position.used[level, g] + core.cost[i] <= core.group_budget[g]


@inner
def relabel(position, level, i, label):
    """Change the clean label of point i at a level, in place, or give it back the clean one."""
    core, stack = position.core, position.stack
    before = position.label[level, i]
    changes = before == position.clean[i]
    cost = core.cost[i] if changes else -core.cost[i]
    position.spent[level] += cost
    position.used[level, core.group[i]] += cost
    position.label[level, i] = label
    if position.value.shape[0] == 1:
        bit = i
        flip_at(core, stack, level, i)
    else:
        bit = i * position.options.shape[1] + (label if changes else before)
        flip_at(core, stack, before * DEPTH + level, i)
        flip_at(core, stack, label * DEPTH + level, i)
    position.mask[level, bit // 64] ^= np.uint64(1) << np.uint64(bit % 64)


@inner
def measure_machine(position, level, k):
    """Write values and bars of machine k at a level; returns the gap."""
    stack = position.stack
    gap = solve_level(position.core, stack, k * DEPTH + level)
    measure(position.core, stack)
    width = np.sqrt(2.0 * gap)
    for t in range(stack.margin.shape[0]):
        position.value[k, t] = stack.margin[t]
        position.bar[k, t] = bar_at(position.core, width, t)
    return gap


@inner
def write_position(position, level):
    """Measure a level on all test points and write it down; returns how many surely break."""
    record, machines = position.record, position.value.shape[0]
    gap = 0.0
    for k in range(machines):
        gap = measure_machine(position, level, k)
    if machines == 1:
        margin = position.stack.margin
        one_lead(position.core, margin, gap, 1.0, record.lead, record.low, record.high)
    else:
        smallest_leads(
            position.value, position.bar, position.predicted, record.lead, record.low, record.high
        )
    return write_down(record, position.mask[level], position.spent[level])
