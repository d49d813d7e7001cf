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
from labelcert.engines.attacking.looks import best_change, least_missed, value_of
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
def take(position, aim, level, i, label):
    """Give point i a label, write down where that leads, and return its value."""
    relabel(position, level, i, label)
    write_position(position, level)
    return value_of(position, aim)


@inner
def greedy(position, aim, level, budget):
    """Make the most harmful change at a level until nothing can be paid for or lowers the lead."""
    write_position(position, level)
    value = value_of(position, aim)
    while not reached(aim, value):
        i, label, best = best_change(position, aim, level, budget, value)
        if i < 0 or position.core.stop[0] != 0 or (aim.t >= 0 and not best < value):
            break
        value = take(position, aim, level, i, label)
    return value


@inner
def exchange(position, aim, budget, value, rounds):
    """Take one change back at `CURRENT` and make the best other, while it helps."""
    for _ in range(rounds):
        improved = False
        for i in position.candidates:
            if not is_changed(position, CURRENT, i):
                continue
            clean, before = position.clean[i], position.label[CURRENT, i]
            copy_position(position, CURRENT, TRIAL)
            relabel(position, TRIAL, i, clean)
            j, label, best = best_change(position, aim, TRIAL, budget, value)
            if position.core.stop[0] != 0:
                return value
            same = j == i and label == before
            if j >= 0 and not same and best < value - 1e-12 * abs(value):
                relabel(position, CURRENT, i, clean)
                value = take(position, aim, CURRENT, j, label)
                improved = True
                if reached(aim, value):
                    return value
        if not improved:
            break
    return value


@compiled
def attack_lead(position, aim, budget, rounds):
    """Break one test point as cheaply as can be found: greedy, then exchange and drop.

    Starts from `PATH`. Returns the smallest cost at which the point surely broke, `NEVER` if none.
    """
    copy_position(position, PATH, CURRENT)
    value = greedy(position, aim, CURRENT, budget)
    if value > 0.0:
        value = exchange(position, aim, budget, value, rounds)
    cheapest = np.int64(NEVER)
    while value <= 0.0 and position.spent[CURRENT] > 0 and position.core.stop[0] == 0:
        # What was written down last is what the search stands at.
        if position.record.high[aim.t] <= 0.0:
            cheapest = min(cheapest, position.spent[CURRENT])
        i = least_missed(position, aim, CURRENT)
        if i < 0:
            break
        value = take(position, aim, CURRENT, i, position.clean[i])
        if value > 0.0:
            value = exchange(position, aim, position.spent[CURRENT], value, rounds)
    return cheapest


@compiled
def attack_count(position, aim, budget, rounds):
    """Go on with the greedy path at `PATH` up to a budget, and try to exchange its changes."""
    value = greedy(position, aim, PATH, budget)
    if rounds > 0:
        copy_position(position, PATH, CURRENT)
        exchange(position, aim, budget, value, rounds)
