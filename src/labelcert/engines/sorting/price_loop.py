"""The compiled loop behind `priced_radii`: changes that differ in price, one pair after the other.

Lower ends are those of the fractional knapsack: by descending gain a unit of price, the last change
in part, on which greed is optimal under a budget and purses of groups. Upper ends come from the
same order in whole changes, and from single ones. In between, where tables are small enough,
dynamic programming over what is spent, group by group, is exact.
Cost: O(n log n) a pair; O(changes · budget) where tables are filled.
Source: ``math.md`` 11; Dantzig 1957 and textbook dynamic programming.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from labelcert._jit import compiled, inner
from labelcert.engines.sorting.pair_loop import fill_gains, only_clean, train

MOST_STEPS = 2 * 10**7
"""Tables of one pair take so many steps at the most: a few hundredths of a second."""


class Offers(NamedTuple):
    """Changes that lower a lead, by descending gain a unit of price.

    gain, price, group (k,); purses (groups,); budget: of all of them.
    """

    gain: np.ndarray
    price: np.ndarray
    group: np.ndarray
    purses: np.ndarray
    budget: int


@inner
def offers_of(space, cost, weights, gain):
    """The changes that lower a lead, of those that can be paid for; gain (P, 2) of `fill_gains`."""
    n, used = weights.shape[0], 0
    value, density, at = np.empty(n), np.empty(n), np.empty(n, dtype=np.int64)
    for i in range(n):
        s = weights[i]
        worth = space.unit * gain[space.pattern[i], np.int64(s < 0.0)] * abs(s)
        if worth > 0.0 and cost[i] <= min(space.purses[space.group[i]], space.budget):
            value[used], density[used], at[used] = worth, -worth / cost[i], i
            used += 1
    order = np.argsort(density[:used])
    chosen = at[:used][order]
    return Offers(
        value[:used][order], cost[chosen], space.group[chosen], space.purses, space.budget
    )


@inner
def surely_kept(offers, lead, bar):
    """The largest budget at which even changes in part leave the lead positive, −1 if none."""
    if not lead > bar:
        return np.int64(-1)
    left = offers.purses.copy()
    spent, fall = np.int64(0), 0.0
    for k in range(offers.gain.shape[0]):
        price = offers.price[k]
        part = min(price, left[offers.group[k]], offers.budget - spent)
        if part <= 0:
            continue
        a_unit = offers.gain[k] / price
        if lead - (fall + a_unit * part) > bar:
            left[offers.group[k]] -= part
            spent += part
            fall += a_unit * part
            continue
        taken = min(part, np.int64((lead - fall - bar) / a_unit) + 1)
        while taken > 0 and not lead - (fall + a_unit * taken) > bar:
            taken -= 1
        return spent + taken
    return np.int64(offers.budget)


@inner
def surely_lost(offers, lead, bar):
    """What whole changes that surely take the lead cost, budget + 1 if none are found."""
    if lead <= -bar:
        return np.int64(0)
    best = np.int64(offers.budget + 1)
    left = offers.purses.copy()
    spent, fall = np.int64(0), 0.0
    for k in range(offers.gain.shape[0]):
        price = offers.price[k]
        if lead - offers.gain[k] <= -bar:
            best = min(best, price)
        if price <= min(left[offers.group[k]], offers.budget - spent):
            left[offers.group[k]] -= price
            spent += price
            fall += offers.gain[k]
            if lead - fall <= -bar:
                return min(best, spent)
    return best


@inner
def fill_table(offers, group, most):
    """(most + 1,) the largest gain for what is spent on one group, or on all if it is −1."""
    table = np.zeros(most + 1)
    for k in range(offers.gain.shape[0]):
        price = offers.price[k]
        if (group < 0 or offers.group[k] == group) and price <= most:
            gain = offers.gain[k]
            for spent in range(most, price - 1, -1):
                table[spent] = max(table[spent], table[spent - price] + gain)
    return table


@inner
def largest_gains(offers, most, binding):
    """(most + 1,) the largest gain at each budget; binding: groups with offers, if any binds."""
    if binding.shape[0] == 0:
        return fill_table(offers, -1, most)
    total = np.zeros(most + 1)
    for g in binding:
        purse = min(most, offers.purses[g])
        one = fill_table(offers, g, purse)
        for spent in range(most, -1, -1):
            best = 0.0
            for part in range(min(spent, purse) + 1):
                best = max(best, total[spent - part] + one[part])
            total[spent] = best
    return total


@inner
def one_pair(offers, lead, bar, binds):
    """(radius, upper) of a pair, as in `PairRadii`."""
    budget = np.int64(offers.budget)
    low, high = surely_kept(offers, lead, bar), surely_lost(offers, lead, bar) - 1
    if low >= high:
        return low, max(low, high)
    most = min(budget, high + 1)
    binding = np.unique(offers.group) if binds else np.empty(0, dtype=np.int64)
    steps = float(offers.gain.shape[0]) + float(binding.shape[0]) * float(most + 1)
    if steps * float(most + 1) > MOST_STEPS:
        return low, high
    table = largest_gains(offers, most, binding)
    for r in range(most + 1):
        if lead - table[r] > bar:
            low = max(low, np.int64(r))
        if lead - table[r] <= -bar:
            return low, min(high, np.int64(r - 1))
    return low, high


@compiled
def walk_prices(
    space, cost, weights, error, rounding, ends, given, sums, bars, radius, upper, stop
):
    """As `pair_loop.walk_points`, where changes cost (n,) different prices."""
    gain = np.zeros((space.label.shape[0], 2))
    for t in range(ends[0], ends[1]):
        a = train(space, weights, error, rounding, given, sums, bars, t)
        only_clean(space, a, sums[t], bars[t], radius[t], upper[t])
        for b in range(sums.shape[1]):
            if b == a or stop[0]:
                continue
            fill_gains(space, a, b, gain)
            offers = offers_of(space, cost, weights[t], gain)
            lead = space.unit * (sums[t, a] - sums[t, b])
            radius[t, b], upper[t, b] = one_pair(offers, lead, bars[t], space.binds)
        radius[t, a] = upper[t, a] = space.budget
