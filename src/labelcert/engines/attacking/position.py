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

from labelcert._jit import inner
from labelcert.engines.attacker import RelabelSpace
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
"""The clean labels, or a greedy path that goes on; what is searched; one change taken back."""

UNCLEAR = 100
"""How many label vectors with a lead inside its error bar are kept for exact arithmetic."""


MOST_KEPT = 2**23
"""Values after single flips are kept up to so many: every attack begins with them."""


class Board(NamedTuple):
    """The relabelings that an attack stands at, one a level; arrays only.

    Small functions take no more than this: the compiler is slow with long lists of arrays.
    """

    predicted: np.ndarray  # (m,) int64 clean classes
    clean: np.ndarray  # (n,) int64 clean labels
    cost: np.ndarray  # (n,) int64
    group: np.ndarray  # (n,) int64
    purse: np.ndarray  # (groups,) int64
    options: np.ndarray  # (n, K) bool: labels that each point may be changed to
    candidates: np.ndarray  # (c,) int64: points with an option
    label: np.ndarray  # (DEPTH, n) int64
    mask: np.ndarray  # (DEPTH, words) uint64, see `RelabelSpace.mask_of`
    spent: np.ndarray  # (DEPTH,) int64
    used: np.ndarray  # (DEPTH, groups) int64
    value: np.ndarray  # (machines, m) of the relabeling measured last
    bar: np.ndarray  # (machines, m)
    after: np.ndarray  # (machines, m) one flip ahead, as far as a look needs it
    version: np.ndarray  # (DEPTH, machines) int64: tells labels of a machine apart, 0 if clean
    measured: np.ndarray  # (machines,) int64: the version that `value` and `bar` belong to
    versions: np.ndarray  # (1,) int64: so many there were
    first: np.ndarray  # (machines, n, m): values after single flips of the clean labels, or empty
    known: np.ndarray  # (machines, n) bool: which of them are filled in


def cores_of(machines: Machines, predicted: np.ndarray, stop: np.ndarray) -> list[Core]:
    """Arrays of all machines; of a single one the values are leads of the predicted classes."""
    if machines.count == 1:
        return [machines.oriented(predicted).core(stop)]
    return [machine.core(stop) for machine in machines.each]


class Position(NamedTuple):
    """All that the loops of an attack work on: solver states, records, and the relabelings."""

    core: Core  # of any machine: what the loops ask of it is the same for all
    stack: Stack
    record: Record
    board: Board

    @classmethod
    def clean(
        cls,
        machines: Machines,
        cores: list[Core],
        predicted: np.ndarray,
        levels: np.ndarray,
        first: np.ndarray | None = None,
    ) -> Position:
        """One at the clean labels; levels (rows,): what relabelings can cost. first: see `Board`,
        with all that can be flipped filled in; by default it is filled in on the way."""
        space, count = machines.space, machines.count
        groups = len(space.group_budget)
        position = cls(
            core=cores[0],
            stack=new_stack(count * int(DEPTH), machines.n, machines.m, groups),
            record=new_record(levels, space.words, machines.m, UNCLEAR),
            board=_new_board(space, predicted, count, first),
        )
        position.go_back(cores)
        return position

    def go_back(self, cores: list[Core]) -> None:
        """Put the clean labels at `PATH`."""
        for k, core in enumerate(cores):
            start(core, self.stack, k * int(DEPTH))
        board = self.board
        board.label[PATH] = board.clean
        for tally in (board.mask, board.spent, board.used, board.version):
            tally[PATH] = 0


def _new_board(
    space: RelabelSpace, predicted: np.ndarray, machines: int, first: np.ndarray | None
) -> Board:
    depth, m, n = int(DEPTH), len(predicted), space.n
    known = np.full((machines, n), first is not None)
    if first is None:
        first = np.zeros((machines, n if machines * n * m <= MOST_KEPT else 0, m))
    return Board(
        predicted=np.asarray(predicted, dtype=np.int64),
        clean=space.labels.astype(np.int64),
        cost=space.cost.astype(np.int64),
        group=space.group.astype(np.int64),
        purse=space.group_budget.astype(np.int64),
        options=np.ascontiguousarray(space.alternatives),
        candidates=np.flatnonzero(space.changeable),
        label=np.zeros((depth, n), dtype=np.int64),
        mask=np.zeros((depth, space.words), dtype=np.uint64),
        spent=np.zeros(depth, dtype=np.int64),
        used=np.zeros((depth, len(space.group_budget)), dtype=np.int64),
        value=np.zeros((machines, m)),
        bar=np.zeros((machines, m)),
        after=np.zeros((machines, m)),
        version=np.zeros((depth, machines), dtype=np.int64),
        measured=np.full(machines, -1, dtype=np.int64),
        versions=np.zeros(1, dtype=np.int64),
        first=first,
        known=known,
    )


@inner
def copy_position(stack, board, source, target):
    """Copy one level to another, of all machines."""
    for k in range(board.value.shape[0]):
        copy_level(stack, k * DEPTH + source, k * DEPTH + target)
    copy_vector(board.label[source], board.label[target])
    copy_vector(board.mask[source], board.mask[target])
    copy_vector(board.used[source], board.used[target])
    copy_vector(board.version[source], board.version[target])
    board.spent[target] = board.spent[source]


@inner
def is_changed(board, level, i):
    """Whether point i has another label than the clean one."""
    return board.label[level, i] != board.clean[i]


@inner
def can_pay(board, level, i, budget):
    """Whether the attacker may change point i, unchanged so far, on top of a level."""
    g, cost = board.group[i], board.cost[i]
    within = board.spent[level] + cost <= budget
    return within and board.used[level, g] + cost <= board.purse[g]


@inner
def note_change(board, level, i, label):
    """Note another label of point i at a level, with its cost; the clean one gives that back."""
    before = board.label[level, i]
    changes = before == board.clean[i]
    cost = board.cost[i] if changes else -board.cost[i]
    board.spent[level] += cost
    board.used[level, board.group[i]] += cost
    board.label[level, i] = label
    classes = board.options.shape[1]
    bit = i if classes == 2 else i * classes + (label if changes else before)
    board.mask[level, bit // 64] ^= np.uint64(1) << np.uint64(bit % 64)


@inner
def relabel(core, stack, board, level, i, label):
    """Change the clean label of point i at a level, in place, or give it back the clean one."""
    before, machines = board.label[level, i], board.value.shape[0]
    note_change(board, level, i, label)
    board.versions[0] += 1
    for k in range(machines):
        if machines == 1 or (k == before) | (k == label):
            board.version[level, k] = board.versions[0]
            flip_at(core, stack, k * DEPTH + level, i)


@inner
def measure_machine(core, stack, board, level, k):
    """Write values and bars of machine k at a level, unless they are there already."""
    if board.measured[k] == board.version[level, k]:
        return
    width = np.sqrt(2.0 * solve_level(core, stack, k * DEPTH + level))
    measure(core, stack)
    for t in range(stack.margin.shape[0]):
        board.value[k, t] = stack.margin[t]
        board.bar[k, t] = bar_at(core, width, t)
    board.measured[k] = board.version[level, k]


@inner
def write_one_lead(core, stack, record, gap):
    """Hand the leads that were measured last, of the one machine there is, to the record."""
    one_lead(
        core.bar_slope, core.bar_floor, stack.margin, gap, 1.0,
        record.lead, record.low, record.high,
    )  # fmt: skip


@inner
def write_position(core, stack, record, board, level):
    """Measure a level on all test points and write it down."""
    machines = board.value.shape[0]
    if machines == 1:
        gap = solve_level(core, stack, level)
        measure(core, stack)
        write_one_lead(core, stack, record, gap)
    else:
        for k in range(machines):
            measure_machine(core, stack, board, level, k)
        smallest_leads(
            board.value, board.bar, board.predicted, record.lead, record.low, record.high
        )
    write_down(record, board.mask[level], board.spent[level])
