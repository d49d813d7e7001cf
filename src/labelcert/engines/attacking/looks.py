"""Look one change ahead: retrain on each that the budget allows, and tell which harms most.

What the attacker wants small is the lead of one test point's class over a rival, or minus the
number of broken predictions with a share for near misses (`Aim`).
Cost: a retraining without an update of the tableau for each point and machine that the aim depends
on: the one of two classes, the two of a lead, or all K for the number of broken predictions. With
one machine every label vector looked at is measured on all test points and written down
(``math.md`` 4.1); with more that would cost K times as much, and only what is kept is.
Source: our own note; ``math.md`` 5.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from labelcert._jit import inner
from labelcert.engines.attacking.position import (
    DEPTH,
    can_pay,
    is_changed,
    measure_machine,
    write_one_lead,
)
from labelcert.engines.knowledge.record import write_down
from labelcert.engines.machines.machines import Machines
from labelcert.engines.machines.retraining import copy_vector, measure, solve_leaf


class Aim(NamedTuple):
    """What an attack wants small: Σ sign · value of all machines at test point t, a lead.

    t: −1 for the number of broken predictions, of which leads up to `reach` are near misses. With
    one machine the lead of t is the one that is written down.
    """

    t: int
    sign: np.ndarray  # (machines,)
    reach: float


def lead_of(machines: Machines, t: int, a: int, b: int) -> Aim:
    """The lead of the predicted class a of test point t over b."""
    sign = np.zeros(machines.count)
    for part in machines.lead(a, b):
        sign[part.machine] = part.sign
    return Aim(t, sign, 1.0)


def count_within(machines: Machines, reach: float) -> Aim:
    """The number of broken predictions."""
    return Aim(-1, np.ones(machines.count), reach)


@inner
def shared_value(lead, reach):
    """What one prediction adds to the attacker's loss: whether it stands, and how firmly."""
    if lead <= 0.0:
        return 0.0
    return 1.5 if lead >= reach else 1.0 + 0.5 * lead / reach


@inner
def loss_of(lead, reach):
    """The attacker's loss over all test points, of leads (m,)."""
    total = 0.0
    for t in range(lead.shape[0]):
        total += shared_value(lead[t], reach)
    return total


@inner
def value_of(lead, board, aim):
    """What the attacker wants small, where the leads (m,) of all test points are known."""
    total = 0.0
    if aim.t < 0:
        total = loss_of(lead, aim.reach)
    elif board.value.shape[0] == 1:
        total = lead[aim.t]
    else:
        for k in range(board.value.shape[0]):
            total += aim.sign[k] * board.value[k, aim.t]
    return total


@inner
def concerns(board, aim, level, i, k):
    """Whether another label of point i, on top of a level, can matter through machine k."""
    if board.value.shape[0] == 1:
        return True
    if aim.sign[k] == 0.0:
        return False
    if is_changed(board, level, i):
        return (k == board.clean[i]) | (k == board.label[level, i])
    return (k == board.clean[i]) | board.options[i, k]


@inner
def recall(lead, board, aim, i, k):
    """What a look at the flip of point i alone in machine k has shown before."""
    values = board.first[k, i]
    if board.value.shape[0] == 1:
        copy_vector(values, lead)
    elif aim.t >= 0:
        board.after[k, aim.t] = values[aim.t]
    else:
        copy_vector(values, board.after[k])


@inner
def look_at_point(core, stack, record, board, aim, level, i):
    """Flip point i on top of a level, in every machine through which that can matter.

    With one machine it is written down, with more the values are left in `after`.
    """
    machines = board.value.shape[0]
    for k in range(machines):
        if not concerns(board, aim, level, i, k):
            continue
        single = board.version[level, k] == 0 and board.first.shape[1] > 0
        if single and board.known[k, i]:
            recall(record.lead, board, aim, i, k)
            continue
        at = k * DEPTH + level
        gap = solve_leaf(core, stack, at, i)
        if machines > 1 and aim.t >= 0:
            total = 0.0
            for j in range(stack.beta.shape[0]):
                total += stack.beta[j] * core.cross[j, aim.t]
            board.after[k, aim.t] = total
            continue
        measure(core, stack)
        if machines == 1:
            write_one_lead(core, stack, record, gap)
            write_down(record, stack.mask[at + 1], stack.spent[at + 1])
        else:
            copy_vector(stack.margin, board.after[k])
        if single:
            copy_vector(stack.margin, board.first[k, i])
            board.known[k, i] = True


@inner
def loss_between(value, after, predicted, c, k, reach):
    """The attacker's loss over all test points once a point has moved from class c to k.

    value and after (machines, m): of the machines as they stand, and with that point flipped.
    """
    machines, total = value.shape[0], 0.0
    if machines == 1:
        return loss_of(after[0], reach)
    for t in range(value.shape[1]):
        a = predicted[t]
        own = after[a, t] if (a == c) | (a == k) else value[a, t]
        rival = -np.inf
        for b in range(machines):
            if b != a:
                rival = max(rival, after[b, t] if (b == c) | (b == k) else value[b, t])
        total += shared_value(own - rival, reach)
    return total


@inner
def value_between(board, aim, c, k):
    """The attacker's value once the point that was looked at has moved from class c to k."""
    value, after = board.value, board.after
    if aim.t < 0:
        return loss_between(value, after, board.predicted, c, k, aim.reach)
    total = 0.0
    for j in range(value.shape[0]):
        if aim.sign[j] != 0.0:
            moved = (j == c) | (j == k)
            total += aim.sign[j] * (after[j, aim.t] if moved else value[j, aim.t])
    return total


@inner
def best_label(lead, board, aim, level, i):
    """The label that leaves the smallest value if point i, looked at before, gets it; that value.

    A changed point can only get its clean label back.
    """
    clean, before = board.clean[i], board.label[level, i]
    if board.value.shape[0] == 1:
        return 1 - before, value_of(lead, board, aim)
    changed = before != clean
    chosen, best = clean, np.inf
    for k in range(board.options.shape[1]):
        if (k == clean) if changed else board.options[i, k]:
            value = value_between(board, aim, before, np.int64(k))
            if value < best:
                chosen, best = np.int64(k), value
    return chosen, best


@inner
def best_change(core, stack, record, board, aim, level, budget, base, back):
    """Point, new label and value of the affordable change on top of a level that harms most.

    That is the steepest fall below `base` per unit of cost. back: of those that give a changed
    point its clean label back, the one with the smallest value. The point is −1 if there is none.
    """
    machines = board.value.shape[0]
    for k in range(machines):
        if machines > 1 and aim.sign[k] != 0.0:
            measure_machine(core, stack, board, level, k)
    point, new, best, steepest = np.int64(-1), np.int64(-1), np.inf, np.inf
    for i in board.candidates:
        if is_changed(board, level, i) != back:
            continue
        if not (back or can_pay(board, level, i, budget)):
            continue
        look_at_point(core, stack, record, board, aim, level, i)
        label, value = best_label(record.lead, board, aim, level, i)
        slope = value if back else (value - base) / board.cost[i]
        if slope < steepest:
            point, new, best, steepest = i, label, value, slope
        if core.stop[0] != 0:
            break
    return point, new, best
