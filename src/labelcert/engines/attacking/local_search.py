"""Greedy attack and local search with retraining, compiled.

A greedy path makes the most harmful change until the budget is spent or the aim is reached. Then
changes are exchanged as long as that helps, and once a prediction is broken changes are dropped, to
break it for less. Every label vector that is kept is measured on all test points and written down:
it may break others, whoever the attack was for.
Source: our own note; ``math.md`` 5.
"""

from __future__ import annotations

import numpy as np

from labelcert._jit import compiled, inner
from labelcert.engines.attacking.looks import best_change, value_of
from labelcert.engines.attacking.position import (
    CURRENT,
    PATH,
    TRIAL,
    copy_position,
    is_changed,
    relabel,
    write_position,
)
from labelcert.engines.knowledge.ledger import NEVER


@inner
def reached(aim, value):
    """Whether the aim is a lead, and lost; the number of broken predictions may always grow."""
    return aim.t >= 0 and value <= 0.0


@inner
def greedy(core, stack, record, board, aim, level, budget):
    """Make the most harmful change at a level until nothing can be paid for or lowers the lead."""
    while True:
        write_position(core, stack, record, board, level)
        value = value_of(record.lead, board, aim)
        if reached(aim, value):
            return value
        i, label, best = best_change(core, stack, record, board, aim, level, budget, value, False)
        if i < 0 or core.stop[0] != 0 or (aim.t >= 0 and not best < value):
            return value
        relabel(core, stack, board, level, i, label)


@inner
def exchange(core, stack, record, board, aim, budget, value, rounds):
    """Take one change back at `CURRENT` and make the best other, while it helps."""
    for _ in range(rounds):
        improved = False
        for i in board.candidates:
            if not is_changed(board, CURRENT, i):
                continue
            clean, before = board.clean[i], board.label[CURRENT, i]
            copy_position(stack, board, CURRENT, TRIAL)
            relabel(core, stack, board, TRIAL, i, clean)
            j, label, best = best_change(
                core, stack, record, board, aim, TRIAL, budget, value, False
            )
            if core.stop[0] != 0:
                return value
            same = j == i and label == before
            if j >= 0 and not same and best < value - 1e-12 * abs(value):
                relabel(core, stack, board, CURRENT, i, clean)
                relabel(core, stack, board, CURRENT, j, label)
                write_position(core, stack, record, board, CURRENT)
                value = value_of(record.lead, board, aim)
                improved = True
                if reached(aim, value):
                    return value
        if not improved:
            break
    return value


@compiled
def attack(core, stack, record, board, aim, budget, rounds):
    """Break one test point as cheaply as can be found, or many of them at once.

    One: a greedy path from the clean labels at `PATH`, then exchange and drop. Many: the greedy
    path at `PATH` goes on up to the budget, then changes of a copy are exchanged.
    Returns the smallest cost at which the one surely broke, `NEVER` if none.
    """
    counting = aim.t < 0
    if not counting:
        copy_position(stack, board, PATH, CURRENT)
    value = greedy(core, stack, record, board, aim, PATH if counting else CURRENT, budget)
    if counting:
        copy_position(stack, board, PATH, CURRENT)
    cheapest = np.int64(NEVER)
    while True:
        if not reached(aim, value):
            value = exchange(core, stack, record, board, aim, budget, value, rounds)
        done = not reached(aim, value) or board.spent[CURRENT] == 0
        if done or core.stop[0] != 0:
            return cheapest
        # What was written down last is what the search stands at.
        if record.high[aim.t] <= 0.0:
            cheapest = min(cheapest, board.spent[CURRENT])
        i, label, _ = best_change(core, stack, record, board, aim, CURRENT, budget, value, True)
        if i < 0:
            return cheapest
        relabel(core, stack, board, CURRENT, i, label)
        write_position(core, stack, record, board, CURRENT)
        value, budget = value_of(record.lead, board, aim), board.spent[CURRENT]
