"""The most extreme flip sets of every class, found once for all test points and rivals.

The SVM of class k sees a relabeling only as a set of flipped ±1 labels, so one enumeration of the
flip sets of each class serves every pair of classes: K · Σ_j≤r C(n, j) retrainings instead of one
for each relabeling. For each test point the flip sets with the lowest logit (its predicted class)
or the highest (any rival) are kept, a bounded number in each cell; `pairs` joins them.
Source: our own note; ``math.md`` 4.1 and 6.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from labelcert.engines.attacker import RelabelSpace
from labelcert.engines.joining.cells import Cells
from labelcert.engines.knowledge.lead import bars_of
from labelcert.engines.knowledge.ledger import NEVER
from labelcert.engines.knowledge.record import new_record
from labelcert.engines.machines.machines import Machines
from labelcert.engines.machines.retraining import Core, new_stack, start
from labelcert.engines.walk.heaps import Heaps, new_heaps
from labelcert.engines.walk.path import new_path
from labelcert.engines.walk.retraining_loop import walk_retraining
from labelcert.engines.walk.tree import RelabelTree
from labelcert.engines.walk.tree import Task as Piece
from labelcert.engines.work.clock import Clock
from labelcert.engines.work.threads import work_off

STAGE = "enumeration by classes"

MEMORY = 4e8
"""Bytes that the lists of all classes, test points and threads may take together."""

SHORTEST, LONGEST = 8, 4096
"""Flip sets kept in a cell, at least and at most."""


class Extremes(NamedTuple):
    """The most extreme flip sets of one class for one test point, best for the attacker first.

    value (e,): oriented logit, p_k for the predicted class and −p_k for a rival; mask (e, words);
    cost (e,): the least that a flip set of its cell costs. best (cells,): smallest value in each
    cell, +inf if it has no flip set. cut (cells,): every flip set that is not listed has at least
    this value. bar: error bar of all values. missed: flip sets of this cost and beyond may have
    been missed by the enumeration, `NEVER` if none were: nothing is known of them.
    """

    value: np.ndarray
    mask: np.ndarray
    cost: np.ndarray
    best: np.ndarray
    cut: np.ndarray
    bar: float
    missed: int


@dataclass(frozen=True, eq=False)
class ClassLists:
    """The lists of one class; `of` gives those of one test point.

    expected (rows,): how many flip sets of the class cost exactly each level.
    """

    cells: Cells
    expected: Sequence[int]
    values: list[np.ndarray]  # a thread: (m, cells, size)
    masks: list[np.ndarray]  # a thread: (m, cells, size, words)
    offered: list[np.ndarray]  # a thread: (m, cells) flip sets seen
    bars: np.ndarray  # (m,)

    def of(self, t: int) -> Extremes:
        """Merge what the threads have kept for test point t."""
        size = self.values[0].shape[2]
        # A full heap may have lost everything from its largest entry on.
        cut = np.min([v[t, :, 0] for v in self.values], axis=0)
        parts, masks, costs = [], [], []
        best = np.full(self.cells.count, np.inf)
        for value, mask in zip(self.values, self.masks, strict=True):
            best = np.minimum(best, value[t].min(axis=1))
            finite = np.isfinite(value[t])
            parts.append(value[t][finite])
            masks.append(mask[t][finite])
            costs.append(np.repeat(self.cells.cost, size).reshape(-1, size)[finite])
        values = np.concatenate(parts)
        order = np.argsort(values, kind="stable")
        mask = np.concatenate(masks)[order]
        cost = np.concatenate(costs)[order]
        return Extremes(values[order], mask, cost, best, cut, float(self.bars[t]), self._seen(t))

    def _seen(self, t: int) -> int:
        """The smallest cost from which on flip sets were missed; `NEVER` if none were."""
        cells = self.cells
        offered = np.sum([seen[t] for seen in self.offered], axis=0)
        first_row = np.searchsorted(cells.levels, cells.cost)
        for cost in np.unique(cells.cost).tolist():
            row = int(np.searchsorted(cells.levels, cost))
            later = first_row[first_row > row]
            end = int(later.min()) if len(later) else len(cells.levels)
            if int(offered[cells.cost == cost].sum()) != sum(self.expected[row:end]):
                return cost
        return NEVER


def flips_of(machines: Machines, k: int) -> RelabelSpace:
    """What the attacker can do to machine k, as relabelings of two classes."""
    machine = machines.each[k]
    return RelabelSpace.of_flips(machine.y, machine.space)


def count_class_flips(machines: Machines, budget: int) -> int:
    """How many retrainings `class_lists` of all classes need (an upper bound with costs)."""
    each = (flips_of(machines, k) for k in range(machines.count))
    return sum(RelabelTree(space, budget).count for space in each)


def list_size(machines: Machines, cells: int, jobs: int, m: int) -> int:
    """How many flip sets a cell may keep within `MEMORY`."""
    words = (machines.n + 63) // 64
    entries = max(m, 1) * machines.classes * cells * max(jobs, 1)
    return int(np.clip(MEMORY / (entries * 8 * (1 + words)), SHORTEST, LONGEST))


def class_lists(
    machines: Machines,
    predicted: np.ndarray,
    k: int,
    wanted: np.ndarray,
    budget: int,
    size: int,
    clock: Clock,
    jobs: int = 1,
) -> ClassLists | None:
    """Enumerate the flip sets of class k up to a budget; None if the clock expires before the end.

    predicted (m,): clean classes; wanted (m,) bool: test points that need a list of this class;
    size: flip sets kept in a cell.
    """
    stop = np.zeros(1, dtype=np.uint8)
    core = machines.each[k].oriented(np.where(predicted == k, 1.0, -1.0)).core(stop)
    ladder = machines.ladder.cut(budget)
    space, cells = flips_of(machines, k), Cells.of(ladder)
    kind = np.where(wanted, (predicted - k) % machines.classes, -1)
    member = (machines.labels - k) % machines.classes
    tree = RelabelTree(space, budget)

    def begin() -> tuple[Callable[[Piece], None], Heaps]:
        shape = (cells.count, size, space.words)
        heaps = new_heaps(kind, member, machines.classes, cells.number, cells.levels, shape)
        return _visitor(core, tree, heaps), heaps

    def report(share: float) -> None:
        clock.report(STAGE, (k + share) / machines.classes)

    found, complete = work_off(tree.tasks(), begin, clock, jobs, stop, report)
    if not complete:
        return None
    gap = max(float(heaps.gap[0]) for heaps in found)
    return ClassLists(
        cells,
        space.points.count_by_level(ladder),
        [heaps.values for heaps in found],
        [heaps.masks for heaps in found],
        [heaps.offered for heaps in found],
        bars_of(core, gap),
    )


def _visitor(core: Core, tree: RelabelTree, heaps: Heaps) -> Callable[[Piece], None]:
    """A function that does one piece of work, with solver states of its own."""
    n, m = core.cross.shape
    depth = np.int64(tree.size + 2)
    stack = new_stack(int(depth), n, m, len(core.group_budget))
    start(core, stack)
    path = new_path(tree.space, tree.size)
    values, bars = (np.zeros((tree.size + 2, 1, m)) for _ in range(2))
    record = new_record(heaps.levels, 1, 0, capacity=0)
    nobody, no_mirror = np.zeros(m, dtype=np.int64), np.zeros(0, dtype=np.uint64)

    def visit(piece: Piece) -> None:
        prefix, first = piece
        if tree.affordable(prefix):
            walk_retraining(
                core, stack, depth, nobody, record, tree.moves, path,
                np.array(prefix, dtype=np.int64), np.int64(first), np.int64(tree.budget),
                np.int64(tree.size), tree.cheapest, values, bars, no_mirror, heaps,
            )  # fmt: skip

    return visit
