"""Walk over all relabelings of a subtree, retraining the machines that a change touches.

Each node copies its parent's solver states and flips one label, so no error builds up along
siblings, and the walk can be cut wherever a budget is spent. The states of all machines lie in one
stack, machine k at the levels k·depth and up, the clean fit lowest; a change pushes one level for
the machine of the class that the point leaves and one for that of the class that it joins. With
two classes both are the same one.
"""

from __future__ import annotations

import numpy as np

from labelcert._jit import compiled, inner
from labelcert.engines.knowledge.lead import bar_at, one_lead, smallest_leads
from labelcert.engines.knowledge.record import write_down
from labelcert.engines.machines.retraining import (
    copy_level,
    flip_at,
    measure,
    solve_leaf,
    solve_level,
)
from labelcert.engines.walk.heaps import offer
from labelcert.engines.walk.path import affordable, look_ahead, step_in, step_out


@inner
def _keep(core, stack, gap, values, bars, k):
    """Keep what machine k says of the solution measured last."""
    width = np.sqrt(2.0 * gap)
    for t in range(stack.margin.shape[0]):
        values[k, t] = stack.margin[t]
        bars[k, t] = bar_at(core, width, t)


@compiled
def walk_retraining(
    core, stack, depth, predicted, record, moves, path, prefix, first, budget, size, cheapest,
    values, bars, mirror, heaps,
):  # fmt: skip
    """Visit the relabeling of `prefix` and all its extensions by changes number `first` and up.

    core: of any machine (they differ in the clean labels only); with one, its values are leads of
    the predicted classes. prefix (p,): changes made already; size: most changes of one relabeling;
    cheapest: what the cheapest costs. values, bars (size + 2, machines, m): work space. mirror:
    empty, or (2 words,) for a mirrored walk, in its second half a mask of all points. heaps: those
    of one machine, which are kept in place of a record, or `no_heaps`.
    """
    count, given = moves.point.shape[0], prefix.shape[0]
    machines, n = values.shape[1], core.gram.shape[0]
    most = record.levels[record.levels.shape[0] - 1]
    height = np.zeros(machines, dtype=np.int64)
    words = mirror.shape[0] // 2
    level = np.int64(-1)  # the clean label vector comes first
    gap = 0.0
    while True:
        lasting = True
        if level < 0:
            for k in range(machines):
                gap = solve_level(core, stack, np.int64(k * depth))
                measure(core, stack)
                _keep(core, stack, gap, values[0], bars[0], k)
        else:
            c = prefix[level] if level < given else path.next[level]
            if level >= given:
                if core.stop[0] != 0:
                    break
                if c >= count or level >= size:
                    if level == given:
                        break
                    level -= 1
                    c = step_out(path, moves, level)
                    height[moves.source[c]] -= 1
                    height[moves.target[c]] -= machines > 1
                    continue
                path.next[level] = c + 1
                if not affordable(path, moves, level, c, budget):
                    continue
                lasting = (
                    moves.following[c] < count
                    and level + 1 < size
                    and path.spent[level] + moves.cost[c] + cheapest <= budget
                )
            look_ahead(path, moves, level, c)
            for k in range(machines if machines > 1 else 0):
                for t in range(values.shape[2]):
                    values[level + 1, k, t] = values[level, k, t]
                    bars[level + 1, k, t] = bars[level, k, t]
            # The machines of the classes that the point leaves and joins; one machine has both.
            for side in range(2 if machines > 1 else 1):
                k = moves.source[c] if side == 0 else moves.target[c]
                state = np.int64(k * depth) + height[k]
                if lasting:
                    copy_level(stack, state, state + 1)
                    flip_at(core, stack, state + 1, moves.point[c])
                    gap = solve_level(core, stack, state + 1)
                else:
                    gap = solve_leaf(core, stack, state, moves.point[c])
                measure(core, stack)
                if machines > 1:
                    _keep(core, stack, gap, values[level + 1], bars[level + 1], k)
                height[k] += lasting
            if lasting:
                step_in(path, moves, level, c)
        at = level + 1
        if at >= given:
            spent = path.spent[at]
            if heaps.values.shape[0] > 0:
                offer(heaps, stack.margin, gap, path.mask[at], spent, core.cost)
                notes = 0
            else:
                notes = 1 + (words > 0)
            for note in range(notes):
                mask, cost, sign = path.mask[at], spent, 1.0
                if note == 1:  # the opposite label vector, whose leads are the opposite ones
                    mask, cost, sign = mirror[:words], n - spent, -1.0
                    for w in range(words):
                        mask[w] = path.mask[at, w] ^ mirror[words + w]
                if cost > most:
                    continue
                if machines > 1:
                    smallest_leads(
                        values[at], bars[at], predicted, record.lead, record.low, record.high
                    )
                else:
                    one_lead(
                        core.bar_slope, core.bar_floor, stack.margin, gap, sign, record.lead,
                        record.low, record.high,
                    )  # fmt: skip
                write_down(record, mask, cost)
        if lasting:
            level = at
            if level == given:
                path.next[level] = first
    for k in range(level - 1, -1, -1):
        step_out(path, moves, k)
