"""Look one change ahead: retrain on each that the budget allows, and tell which harms most.

What the attacker wants small is the lead of one test point's class over a rival, or minus the
number of broken predictions with a share for near misses (`Aim`).
Cost: a walk without pivots on the tableau for each point and machine that the aim depends on, once:
one machine for two classes, the two of a lead, or all K for the number of broken predictions. With
one machine every label vector looked at is measured on all test points and written down (``math.md``
4.1); with more that would cost K times as much, and only what is kept is.
Source: our own note; ``math.md`` 5.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from labelcert._jit import inner
from labelcert.engines.attacking.position import (
    DEPTH,
    Position,
    can_pay,
    is_changed,
    measure_machine,
)
from labelcert.engines.knowledge.lead import one_lead
from labelcert.engines.knowledge.record import write_down
from labelcert.engines.machines.machines import Machines
from labelcert.engines.machines.retraining import measure, solve_leaf, solve_level


class Aim(NamedTuple):
    """What an attack wants small: Σ sign · value of some machines at test point t, a lead.

    t: −1 for the number of broken predictions, of which leads up to `reach` are near misses.
    """

    t: int
    machine: np.ndarray  # (parts,) int64
    sign: np.ndarray  # (parts,)
    reach: float


def lead_of(machines: Machines, t: int, a: int, b: int) -> Aim:
    """The lead of the predicted class a of test point t over b."""
    parts = machines.lead(a, b)
    sign = np.array([part.sign for part in parts])
    if machines.count == 1:
        sign[:] = 1.0  # `cores_of` turned it already
    return Aim(t, np.array([part.machine for part in parts], dtype=np.int64), sign, 1.0)


def count_within(reach: float) -> Aim:
    """The number of broken predictions."""
    return Aim(-1, np.zeros(0, dtype=np.int64), np.zeros(0), float(reach))


@inner
def shared_value(lead, reach):
    """What one prediction adds to the attacker's loss: whether it stands, and how firmly."""
    return (1.0 if lead > 0.0 else 0.0) + 0.5 * min(max(lead / reach, 0.0), 1.0)


@inner
def value_of(position, aim):
    """What the attacker wants small, at the label vector written down last."""
    lead = position.record.lead
    if aim.t < 0:
        total = 0.0
        for t in range(lead.shape[0]):
            total += shared_value(lead[t], aim.reach)
        return total
    if position.value.shape[0] == 1:
        return lead[aim.t]
    total = 0.0
    for p in range(aim.machine.shape[0]):
        total += aim.sign[p] * position.value[aim.machine[p], aim.t]
    return total


@inner
def look(position, aim, level, i):
    """Flip point i on top of a level in the one machine there is; write it down; its value."""
    core, stack, record = position.core, position.stack, position.record
    gap = solve_leaf(core, stack, level, i)
    measure(core, stack)
    one_lead(core, stack.margin, gap, 1.0, record.lead, record.low, record.high)
    write_down(record, stack.mask[level + 1], stack.spent[level + 1])
    return value_of(position, aim)


@inner
def value_at(position, t):
    """Value at test point t of the solution looked at last."""
    cross, beta = position.core.cross, position.stack.beta
    total = 0.0
    for i in range(beta.shape[0]):
        total += beta[i] * cross[i, t]
    return total


@inner
def look_at_part(position, aim, level, p, i):
    """Value of part p of a lead after the flip of point i in its machine."""
    solve_leaf(position.core, position.stack, aim.machine[p] * DEPTH + level, i)
    return value_at(position, aim.t)


@inner
def prepare(position, aim, level):
    """Measure a level as far as looks on top of it need that, with more than one machine."""
    machines = position.value.shape[0]
    if machines > 1 and aim.t < 0:
        for k in range(machines):
            measure_machine(position, level, k)
    elif machines > 1:
        for p in range(aim.machine.shape[0]):
            solve_level(position.core, position.stack, aim.machine[p] * DEPTH + level)
            position.now[p] = value_at(position, aim.t)


@inner
def best_for_lead(position, aim, level, i):
    """The label that makes the lead smallest if point i gets it, and that lead."""
    clean, options = position.clean[i], position.options[i]
    for p in range(aim.machine.shape[0]):
        k = aim.machine[p]
        if k == clean or options[k]:
            position.then[p] = look_at_part(position, aim, level, p, i)
    best, chosen = np.inf, clean
    elsewhere = False
    for label in range(options.shape[0]):
        if not options[label]:
            continue
        value, concerned, joins = 0.0, False, False
        for p in range(aim.machine.shape[0]):
            k = aim.machine[p]
            joins |= k == label
            moved = k == label or k == clean
            concerned |= moved
            value += aim.sign[p] * (position.then[p] if moved else position.now[p])
        # All labels that the lead does not depend on are the same to it.
        if concerned and (joins or not elsewhere) and value < best:
            best, chosen = value, label
        elsewhere |= not joins
    return chosen, best


@inner
def loss_between(value, after, predicted, c, k, reach):
    """The attacker's loss over all test points once a point has moved from class c to k.

    value and after (K, m): of all machines as they stand, and with that point flipped.
    """
    total = 0.0
    for t in range(value.shape[1]):
        a = predicted[t]
        own = after[a, t] if a == c or a == k else value[a, t]
        rival = -np.inf
        for b in range(value.shape[0]):
            if b != a:
                rival = max(rival, after[b, t] if b == c or b == k else value[b, t])
        total += shared_value(own - rival, reach)
    return total


@inner
def best_for_count(position, aim, level, i):
    """The label that makes the loss over all test points smallest if point i gets it; that loss."""
    clean, options, stack = position.clean[i], position.options[i], position.stack
    for k in range(position.value.shape[0]):
        if k == clean or options[k]:
            solve_leaf(position.core, stack, k * DEPTH + level, i)
            measure(position.core, stack)
            for t in range(stack.margin.shape[0]):
                position.after[k, t] = stack.margin[t]
    best, chosen = np.inf, clean
    for k in range(options.shape[0]):
        if options[k]:
            loss = loss_between(
                position.value, position.after, position.predicted, clean, np.int64(k), aim.reach
            )
            if loss < best:
                best, chosen = loss, k
    return chosen, best


@inner
def best_change(position, aim, level, budget, base):
    """Point, new label and value of the affordable change on top of a level that harms most.

    That is the steepest fall below `base` per unit of cost. The point is −1 if there is no change.
    """
    machines = position.value.shape[0]
    prepare(position, aim, level)
    point, new, best, steepest = np.int64(-1), np.int64(-1), np.inf, np.inf
    for i in position.candidates:
        if is_changed(position, level, i) or not can_pay(position, level, i, budget):
            continue
        if machines == 1:
            label, value = 1 - position.clean[i], look(position, aim, level, i)
        elif aim.t >= 0:
            label, value = best_for_lead(position, aim, level, i)
        else:
            label, value = best_for_count(position, aim, level, i)
        slope = (value - base) / position.core.cost[i]
        if slope < steepest:
            point, new, best, steepest = i, label, value, slope
        if position.core.stop[0] != 0:
            break
    return point, new, best


@inner
def least_missed(position, aim, level):
    """The changed point whose clean label, given back, leaves the smallest lead; −1 if none."""
    machines = position.value.shape[0]
    prepare(position, aim, level)
    best, chosen = np.inf, np.int64(-1)
    for i in position.candidates:
        if not is_changed(position, level, i):
            continue
        if machines == 1:
            value = look(position, aim, level, i)
        else:
            value = 0.0
            for p in range(aim.machine.shape[0]):
                k = aim.machine[p]
                moved = k == position.clean[i] or k == position.label[level, i]
                after = look_at_part(position, aim, level, p, i) if moved else position.now[p]
                value += aim.sign[p] * after
        if value < best:
            best, chosen = value, i
    return chosen
