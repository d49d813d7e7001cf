"""Collective attack on margins that are linear in the labels: enumeration, and greedy beyond it.

What it decides: the most predictions that one flip set of each budget breaks; exactly if all flip
sets fit into the time, else a lower end by a witness.
Cost: O(m) a label vector, no retraining. When to prefer it: ridge regression and saturation, where
`labelcert.engines.by_sort` already knows every radius.
Source: our own note; ``math.md`` 4.1, 7.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

from labelcert._jit import compiled, inner
from labelcert.engines.by_sort import LinearModel
from labelcert.engines.enumeration import LARGEST_TASK, Task, count_flip_sets, split_tasks
from labelcert.engines.flips import FlipSpace
from labelcert.engines.knowledge.account import last_complete
from labelcert.engines.knowledge.ledger import Ledger
from labelcert.engines.knowledge.recording import row_of
from labelcert.engines.work.clock import Clock
from labelcert.engines.work.threads import work_off

STAGE = "collective enumeration"

MOST = 2**40
"""No enumeration of more flip sets than this is begun."""


@compiled
def walk_linear(
    gain, error, candidates, base, first, cost, group, left, flips, budget, stop, levels, best,
    over, seen, sets,
):  # fmt: skip
    """Visit all extensions of `base`; gain (n, m) lowers the margins in its last row (clean).

    best (rows,), sets (rows, flips): most surely broken at exactly this level, and the flips (then
    −1); over (rows,): most broken or inside the error bar; seen (rows,): flip sets looked at.
    """
    margin, chosen, following = stack_of(error, flips)
    spent = 0
    m = error.shape[0]
    for t in range(m):
        margin[0, t] = gain[gain.shape[0] - 1, t]
    level = 0
    for i in base:
        for t in range(m):
            margin[level + 1, t] = margin[level, t] - gain[i, t]
        chosen[level] = i
        left[group[i]] -= cost[i]
        spent += cost[i]
        level += 1
    floor = level
    following[level] = first
    fresh = True
    while level >= floor and stop[0] == 0:
        if fresh:
            broken = 0
            robust = 0
            row = margin[level]
            for t in range(row.shape[0]):
                broken += row[t] <= -error[t]
                robust += row[t] > error[t]
            at = row_of(levels, spent)
            over[at] = max(over[at], row.shape[0] - robust)
            seen[at] += 1
            if broken > best[at]:
                best[at] = broken
                for k in range(flips):
                    sets[at, k] = chosen[k] if k < level else -1
        c = following[level]
        fresh = False
        if c >= candidates.shape[0] or level >= flips:
            level -= 1
            if level >= floor:
                left[group[chosen[level]]] += cost[chosen[level]]
                spent -= cost[chosen[level]]
            continue
        following[level] = c + 1
        i = candidates[c]
        if left[group[i]] >= cost[i] and spent + cost[i] <= budget:
            left[group[i]] -= cost[i]
            spent += cost[i]
            chosen[level] = i
            for t in range(m):
                margin[level + 1, t] = margin[level, t] - gain[i, t]
            level += 1
            following[level] = c + 1
            fresh = True


@inner
def stack_of(error, flips):
    """Work arrays of a walk: margins a level, flips chosen, next candidate."""
    levels = flips + 2
    return (
        np.zeros((levels, error.shape[0])),
        np.zeros(levels, dtype=np.int64),
        np.zeros(levels, dtype=np.int64),
    )


def enumerate_linear(
    model: LinearModel,
    y: np.ndarray,
    sign: np.ndarray,
    space: FlipSpace,
    ledger: Ledger,
    budget: int,
    clock: Clock,
    jobs: int = 1,
) -> bool:
    """Write the collective counts at budgets up to `budget` into the ledger; whether completed.

    Margins inside their rounding error leave the count an interval.
    """
    candidates = space.candidates
    flips = most_flips(space, budget)
    gain = (2 * (model.weights * sign[:, None]) * y).T
    clean = (model.weights * sign[:, None]) @ y
    table = np.ascontiguousarray(np.vstack([gain, clean[None]]))
    error = model.error + 4 * (flips + 2) * np.finfo(float).eps * np.abs(model.weights).sum(axis=1)
    tasks = split_tasks(len(candidates), flips, 10 * LARGEST_TASK)
    stop = np.zeros(1, dtype=np.uint8)
    ladder = ledger.ladder.cut(budget)

    def begin() -> tuple[Callable[[Task], None], _Seen]:
        mine = _Seen.nothing(ladder.rows, flips)

        def do(task: Task) -> None:
            base = candidates[list(task[0])].astype(np.int64)
            if space.contains(base, budget):
                left = space.group_budget.copy()
                walk_linear(table, error, candidates, base, task[1], space.cost, space.group,
                            left, flips, budget, stop, ladder.levels, *mine)  # fmt: skip

        return do, mine

    results, _ = work_off(tasks, begin, clock, jobs, stop, partial(clock.report, STAGE))
    for found in results:
        for row, level in enumerate(ladder.levels.tolist()):
            if found.best[row] > 0:
                flipped = found.sets[row]
                ledger.count_broken(level, int(found.best[row]), flipped[flipped >= 0])
    seen = np.sum([found.seen for found in results], axis=0)
    over = np.maximum.accumulate(np.max([found.over for found in results], axis=0))
    last = last_complete(space.count_by_level(ladder), seen.tolist())
    for row in range(last + 1):
        ledger.bound_count(int(ladder.levels[row]), int(over[row]))
    return last + 1 == ladder.rows


class _Seen(NamedTuple):
    """What one thread has seen, see `walk_linear`."""

    best: np.ndarray
    over: np.ndarray
    seen: np.ndarray
    sets: np.ndarray

    @classmethod
    def nothing(cls, rows: int, flips: int) -> _Seen:
        best, over, seen = (np.zeros(rows, dtype=np.int64) for _ in range(3))
        return cls(best, over, seen, np.full((rows, flips), -1, dtype=np.int64))


def most_flips(space: FlipSpace, budget: int) -> int:
    """How many flips a budget can pay for at the most."""
    candidates = space.candidates
    cheapest = int(space.cost[candidates].min()) if len(candidates) else 1
    return min(len(candidates), budget // cheapest)


def count_linear_sets(space: FlipSpace, budget: int) -> int:
    """How many flip sets `enumerate_linear` would visit (an upper bound with costs)."""
    return count_flip_sets(len(space.candidates), most_flips(space, budget))


def greedy_count(
    model: LinearModel,
    y: np.ndarray,
    sign: np.ndarray,
    space: FlipSpace,
    ledger: Ledger,
    clock: Clock | None = None,
) -> None:
    """Break many predictions at once by greedy choice; lower ends of the collective counts."""
    clock = clock or Clock()
    gain = 2 * (model.weights * sign[:, None]) * y
    clean = (model.weights * sign[:, None]) @ y
    for reach in (0.1, 0.3, 1.0, 3.0):
        scale = reach * float(np.median(np.abs(clean)) or 1.0)
        margin, left = clean.copy(), space.group_budget.copy()
        purse = min(model.max_budget, ledger.max_budget)
        flips: list[int] = []
        while not clock.expired:
            open_points = [
                int(i)
                for i in space.candidates
                if i not in flips and space.cost[i] <= min(purse, left[space.group[i]])
            ]
            if not open_points:
                break
            after = margin[:, None] - gain[:, open_points]
            score = np.clip(after / scale, 0.0, 1.0).sum(axis=0) + (after > 0).sum(axis=0)
            now = np.clip(margin / scale, 0.0, 1.0).sum() + (margin > 0).sum()
            fall = (now - score) / space.cost[open_points]
            chosen = open_points[int(np.argmax(fall))]
            margin = margin - gain[:, chosen]
            flips.append(chosen)
            purse -= int(space.cost[chosen])
            left[space.group[chosen]] -= space.cost[chosen]
            surely = int((margin <= -model.error).sum())
            if surely:
                spent = space.cost_of(np.array(flips))
                ledger.count_broken(spent, surely, np.array(flips))
