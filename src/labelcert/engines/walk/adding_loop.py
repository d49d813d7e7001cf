"""Walk over all relabelings of a subtree where values are linear in the labels: only additions."""

from __future__ import annotations

import numpy as np

from labelcert._jit import compiled, inner
from labelcert.engines.knowledge.lead import smallest_leads
from labelcert.engines.knowledge.record import write_down
from labelcert.engines.walk.path import affordable, look_ahead, step_in, step_out


@inner
def _add(values, drop, moves, level, c):
    """The values (machines, m) one level up, with change c made."""
    machines, m = values.shape[1], values.shape[2]
    i, source, target = moves.point[c], moves.source[c], moves.target[c]
    for k in range(machines):
        for t in range(m):
            values[level + 1, k, t] = values[level, k, t]
    for t in range(m):
        values[level + 1, source, t] -= drop[i, t]
    if target != source:
        for t in range(m):
            values[level + 1, target, t] += drop[i, t]


@inner
def _note(record, predicted, path, level, values, bars):
    if values.shape[1] > 1:
        smallest_leads(values[level], bars, predicted, record.lead, record.low, record.high)
    else:
        for t in range(bars.shape[1]):
            record.lead[t] = values[level, 0, t]
            record.low[t] = values[level, 0, t] - bars[0, t]
            record.high[t] = values[level, 0, t] + bars[0, t]
    write_down(record, path.mask[level], path.spent[level])


@compiled
def walk_adding(
    drop, bars, predicted, record, moves, path, prefix, first, budget, size, values, stop
):
    """Visit the relabeling of `prefix` and all its extensions by changes number `first` and up.

    drop (n, m): what a point that leaves a class takes off its machine's values, and a point that
    joins adds; with one machine, what its change takes off the leads. bars (machines, m). values
    (size + 2, machines, m): work space, at level 0 those of the clean labels.
    """
    count = moves.point.shape[0]
    level = np.int64(0)
    for c in prefix:
        look_ahead(path, moves, level, c)
        _add(values, drop, moves, level, c)
        step_in(path, moves, level, c)
        level += 1
    floor = level
    _note(record, predicted, path, level, values, bars)
    path.next[level] = first
    while level >= floor and stop[0] == 0:
        c = path.next[level]
        if c >= count or level >= size:
            level -= 1
            if level >= floor:
                step_out(path, moves, level)
            continue
        path.next[level] = c + 1
        if not affordable(path, moves, level, c, budget):
            continue
        look_ahead(path, moves, level, c)
        _add(values, drop, moves, level, c)
        step_in(path, moves, level, c)
        level += 1
        _note(record, predicted, path, level, values, bars)
    for k in range(floor - 1, -1, -1):
        step_out(path, moves, k)
