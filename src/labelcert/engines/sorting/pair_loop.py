"""The compiled loop behind `pair_radii`: for one test point after the other, every rival's radius.

Cost: two passes over the n weights of a test point, a sort of the few largest, and a walk down them
for each rival; no sort of all labels. A label changes the lead of a over b by c · unit · |s_i|,
where c ∈ {0, 1, 2} follows from its label, from what it may become, and from the sign of s_i. So
one list of the largest |s_i|, descending, serves all rivals: a walk merges its members with c = 2
and those with c = 1. The list holds every label whose gain over any rival is at least `least`;
where a walk would need smaller gains, a longer list is made.
Source: ``math.md`` 11; our own note.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from labelcert._jit import compiled, inner

SAMPLE = 1024
"""So many weights tell how many of the largest will be needed."""


class PairSpace(NamedTuple):
    """What the attacker may do at unit costs, as the loop reads it.

    Labels of one class that may become the same others share a pattern: pattern (n,) int32 numbers
    into label (P,) int64, alternatives (P, K) uint8 and their number (P,) int64, 0 where nothing
    may change. group (n,) int64 numbers into purses (groups,) int64, read only if binds. unit: what
    a weight of 1 adds to a lead; budget: what changes may cost, at unit costs their number.
    """

    pattern: np.ndarray
    label: np.ndarray
    alternatives: np.ndarray
    number: np.ndarray
    group: np.ndarray
    purses: np.ndarray
    binds: bool
    unit: float
    budget: int


class PairWork(NamedTuple):
    """Work space of one thread."""

    gain: np.ndarray  # (P, 2) float64: c of one rival for s_i > 0 and s_i < 0
    most: np.ndarray  # (P, 2) float64: the largest c over all rivals
    size: np.ndarray  # (n,) float64: |s_i| of the labels in the list
    point: np.ndarray  # (n,) int64: their indices
    spent: np.ndarray  # (groups,) int64
    spent_in: np.ndarray  # (groups,) int64: the walk that `spent` belongs to
    walks: np.ndarray  # (1,) int64


@inner
def class_sums(space, weights, sums):
    """Write Σ s_i over the labels of each class into sums (K,); returns Σ |s_i|."""
    total = 0.0
    by_pattern = np.zeros(space.label.shape[0])
    for i in range(weights.shape[0]):
        by_pattern[space.pattern[i]] += weights[i]
        total += abs(weights[i])
    for p in range(by_pattern.shape[0]):
        sums[space.label[p]] += by_pattern[p]
    return total


@inner
def fill_gains(space, a, b, gain):
    """c (P, 2) for the lead of a over b: how many units of |s_i| the best change takes from it."""
    for p in range(space.label.shape[0]):
        gain[p, 0] = gain[p, 1] = 0.0
        if space.number[p] == 0:
            continue
        side = 1.0 if space.label[p] == a else (-1.0 if space.label[p] == b else 0.0)
        to_a, to_b = space.alternatives[p, a], space.alternatives[p, b]
        others = space.number[p] > np.int64(to_a) + np.int64(to_b)
        low = -1.0 if to_b > 0 else (0.0 if others else 1.0)
        high = 1.0 if to_a > 0 else (0.0 if others else -1.0)
        gain[p, 0] = max(side - low, 0.0)
        gain[p, 1] = max(high - side, 0.0)


@inner
def take_list(space, weights, most, least, work):
    """List the labels whose gain may reach `least` > 0 or, if it is 0, be positive; their number.

    Ascending by |s_i|, in work.size and work.point.
    """
    used = 0
    for i in range(weights.shape[0]):
        s = weights[i]
        bound = most[space.pattern[i], np.int64(s < 0.0)] * abs(s)
        if bound >= least and bound > 0.0:
            work.size[used] = abs(s)
            work.point[used] = i
            used += 1
    order = np.argsort(work.size[:used])
    size, point = work.size[:used][order], work.point[:used][order]
    for k in range(used):
        work.size[k] = size[k]
        work.point[k] = point[k]
    return used


@inner
def sampled_gains(space, weights, most):
    """Bounds on the gains of some labels, ascending."""
    n = weights.shape[0]
    step = max(1, n // SAMPLE)
    found = np.empty((n + step - 1) // step)
    for k in range(found.shape[0]):
        s = weights[k * step]
        found[k] = most[space.pattern[k * step], np.int64(s < 0.0)] * abs(s)
    found.sort()
    return found


@inner
def how_many(sample, share, lead, space):
    """How many of a sample's largest gains make up what the attacker will need, and some more."""
    total, k = 0.0, 0
    enough = lead / space.unit * share * 2.0
    while k < sample.shape[0] and total < enough:
        k += 1
        total += sample[sample.shape[0] - k]
    within = space.budget * share
    return np.int64(1.25 * min(float(k), within)) + 16


@inner
def may_spend(space, work, i):
    """Whether the group of label i has a change left in this walk; takes it."""
    g = space.group[i]
    if work.spent_in[g] != work.walks[0]:
        work.spent_in[g] = work.walks[0]
        work.spent[g] = 0
    if work.spent[g] >= space.purses[g]:
        return False
    work.spent[g] += 1
    return True


@inner
def walk_down(space, weights, work, used, least, lead, bar):
    """Take the largest gains from a lead until it is surely lost; (radius, upper, finished).

    radius: the most changes that surely leave it positive, −1 if none do; upper: one less than the
    fewest that surely do not. Unfinished where gains below `least` are needed.
    """
    budget, unit = space.budget, space.unit
    radius, steps, fall, best = -1, 0, 0.0, 0.0
    work.walks[0] += 1
    two = one = used - 1
    while True:
        left = lead - fall
        if left > bar:
            radius = steps
        elif left <= -bar:
            return radius, steps - 1, True
        if steps == budget:
            return radius, budget, True
        found = False
        while not found:
            while two >= 0:
                i = work.point[two]
                if work.gain[space.pattern[i], np.int64(weights[i] < 0.0)] == 2.0:
                    break
                two -= 1
            while one >= 0:
                i = work.point[one]
                if work.gain[space.pattern[i], np.int64(weights[i] < 0.0)] == 1.0:
                    break
                one -= 1
            first = 2.0 * work.size[two] if two >= 0 else 0.0
            second = work.size[one] if one >= 0 else 0.0
            best = max(first, second)
            if best < least:
                return radius, budget, False
            if best == 0.0:  # nothing lowers the lead any further
                return (budget if left > bar else radius), budget, True
            if first >= second:
                i = work.point[two]
                two -= 1
            else:
                i = work.point[one]
                one -= 1
            found = not space.binds or may_spend(space, work, i)
        fall += unit * best
        steps += 1


@inner
def new_work(space, n):
    """Work space for n labels."""
    patterns, groups = space.label.shape[0], space.purses.shape[0]
    return PairWork(
        np.zeros((patterns, 2)),
        np.zeros((patterns, 2)),
        np.empty(n),
        np.empty(n, dtype=np.int64),
        np.zeros(groups, dtype=np.int64),
        np.zeros(groups, dtype=np.int64),
        np.zeros(1, dtype=np.int64),
    )


@inner
def most_gains(space, a, work):
    """The largest c over all rivals of a, into work.most."""
    work.most[:] = 0.0
    for b in range(space.alternatives.shape[1]):
        if b != a:
            fill_gains(space, a, b, work.gain)
            for p in range(work.gain.shape[0]):
                for q in range(2):
                    work.most[p, q] = max(work.most[p, q], work.gain[p, q])


@inner
def one_point(space, weights, a, sums, bar, work, radius, upper):
    """Radii of every rival of a for one test point, into radius and upper (K,)."""
    classes = sums.shape[0]
    most_gains(space, a, work)
    sample = sampled_gains(space, weights, work.most)
    share = sample.shape[0] / weights.shape[0]
    widest = 0.0
    for b in range(classes):
        widest = max(widest, space.unit * (sums[a] - sums[b]))
    taken = how_many(sample, share, widest, space)
    used, least, listed = 0, 0.0, False
    for b in range(classes):
        if b == a:
            continue
        fill_gains(space, a, b, work.gain)
        lead = space.unit * (sums[a] - sums[b])
        finished = False
        while not finished:
            if not listed:
                all_of_them = taken >= sample.shape[0] or share == 1.0
                least = 0.0 if all_of_them else sample[sample.shape[0] - taken]
                used, listed = take_list(space, weights, work.most, least, work), True
            low, high, finished = walk_down(space, weights, work, used, least, lead, bar)
            radius[b], upper[b] = low, high
            if not finished:
                taken, listed = 4 * taken, False


@inner
def train(space, weights, error, rounding, given, sums, bars, t):
    """Write sums, bar and leader of a test point (as in `walk_points`); returns the leader."""
    sums[t, :] = 0.0
    size = class_sums(space, weights[t], sums[t])
    bars[t] = error[t] + rounding * space.unit * size
    if given[t] < 0:
        best = 0
        for k in range(1, sums.shape[1]):
            if sums[t, k] > sums[t, best]:
                best = k
        given[t] = best
    return given[t]


@inner
def only_clean(space, a, sums, bar, radius, upper):
    """What the sums alone tell of budget 0, into radius and upper (K,)."""
    for b in range(sums.shape[0]):
        lead = space.unit * (sums[a] - sums[b])
        radius[b], upper[b] = (0 if lead > bar else -1), (-1 if lead <= -bar else space.budget)


@compiled
def walk_points(space, weights, error, rounding, ends, given, sums, bars, radius, upper, stop):
    """`pair_radii` for the test points from ends[0] to ends[1] − 1.

    error (m,): of weights, times a unit; rounding: of the sums, as a share of unit · Σ |s_i|. given
    (m,): the classes that lead, −1 for the largest sum, which is then written. sums (m, K), bars
    (m,), radius and upper (m, K) are written. Once stop (1,) uint8 is set only what budget 0 is
    like.
    """
    work = new_work(space, weights.shape[1])
    for t in range(ends[0], ends[1]):
        a = train(space, weights, error, rounding, given, sums, bars, t)
        if stop[0]:
            only_clean(space, a, sums[t], bars[t], radius[t], upper[t])
        else:
            one_point(space, weights[t], a, sums[t], bars[t], work, radius[t], upper[t])
        radius[t, a] = upper[t, a] = space.budget
