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

from labelcert.engines.enumeration import LARGEST_TASK, Task, count_flip_sets, split_tasks
from labelcert.engines.flips import FlipSpace
from labelcert.engines.joining.cells import Cells
from labelcert.engines.joining.extremes_loop import walk_class
from labelcert.engines.knowledge.lead import bars_of
from labelcert.engines.knowledge.recording import NEVER
from labelcert.engines.machines.machine import Problem
from labelcert.engines.machines.machines import MulticlassProblem
from labelcert.engines.machines.retraining import Core, new_stack, start
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


def count_class_flips(problem: MulticlassProblem, budget: int) -> int:
    """How many retrainings `class_lists` of all classes need (an upper bound with costs)."""
    return sum(
        count_flip_sets(len(p.space.candidates), _most_flips(p, budget))
        for p in problem.class_problems
    )


def list_size(problem: MulticlassProblem, cells: int, jobs: int, m: int) -> int:
    """How many flip sets a cell may keep within `MEMORY`."""
    words = (problem.n + 63) // 64
    entries = max(m, 1) * problem.classes * cells * max(jobs, 1)
    return int(np.clip(MEMORY / (entries * 8 * (1 + words)), SHORTEST, LONGEST))


def class_lists(
    problem: MulticlassProblem,
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
    binary = problem.class_problems[k]
    sign = np.where(predicted == k, 1.0, -1.0)
    core = binary.core(sign)
    ladder = problem.ladder.cut(budget)
    cells = Cells.of(ladder)
    kind = np.where(wanted, (predicted - k) % problem.classes, -1).astype(np.int64)
    member = ((problem.labels - k) % problem.classes).astype(np.int64)
    candidates = binary.space.candidates.astype(np.int64)
    flips = _most_flips(binary, budget)
    tasks = split_tasks(len(candidates), flips, LARGEST_TASK)

    def begin() -> tuple[Callable[[Task], None], _Heaps]:
        words = (problem.n + 63) // 64
        values = np.full((problem.m, cells.count, size), np.inf)
        masks = np.zeros((problem.m, cells.count, size, words), dtype=np.uint64)
        heaps = _Heaps(
            values, masks, np.zeros((problem.m, cells.count), dtype=np.int64), np.zeros(1)
        )
        visit = _visitor(core, binary.space, flips, candidates, budget, member, cells, kind, heaps,
                         problem.classes)  # fmt: skip
        return visit, heaps

    def report(share: float) -> None:
        clock.report(STAGE, (k + share) / problem.classes)

    found, complete = work_off(tasks, begin, clock, jobs, core.stop, report)
    if not complete:
        return None
    gap = max(float(heaps.gap[0]) for heaps in found)
    bars = bars_of(core, gap)
    return ClassLists(
        cells,
        binary.space.count_by_level(ladder),
        [heaps.values for heaps in found],
        [heaps.masks for heaps in found],
        [heaps.offered for heaps in found],
        bars,
    )


class _Heaps(NamedTuple):
    """What one thread keeps, see `walk_class`; gap (1,): the largest duality gap."""

    values: np.ndarray
    masks: np.ndarray
    offered: np.ndarray
    gap: np.ndarray


def _visitor(
    core: Core,
    space: FlipSpace,
    flips: int,
    candidates: np.ndarray,
    budget: int,
    member: np.ndarray,
    cells: Cells,
    kind: np.ndarray,
    heaps: _Heaps,
    kinds: int,
) -> Callable[[Task], None]:
    """A function that does one task, with solver states of its own."""
    n, m = core.cross.shape
    stack = new_stack(flips + 3, n, m, len(core.group_budget))
    start(core, stack)

    def visit(task: Task) -> None:
        base = candidates[list(task[0])]
        if space.contains(base, budget):
            walk_class(
                core, stack, candidates, base, np.int64(task[1]), np.int64(budget), member,
                cells.number, cells.levels, kind, *heaps, np.int64(kinds),
            )  # fmt: skip

    return visit


def _most_flips(problem: Problem, budget: int) -> int:
    candidates = problem.space.candidates
    cheapest = int(problem.space.cost[candidates].min()) if len(candidates) else 1
    return min(len(candidates), budget // cheapest)
