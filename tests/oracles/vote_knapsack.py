"""Obviously right knapsacks of votes: every choice of every part, and dynamic programming."""

from __future__ import annotations

from itertools import product


def by_every_choice(one, two, need, exactly=False):
    """The least cost of gains of at least `need` (or exactly, which is wrong); or None."""
    best = None
    for gains in product((0, 1, 2), repeat=len(one)):
        reached = sum(gains)
        if reached != need if exactly else reached < need:
            continue
        prices = [(0, one[j], two[j])[g] for j, g in enumerate(gains)]
        if None in prices:
            continue
        if best is None or sum(prices) < best:
            best = sum(prices)
    return best


def by_programming(one, two, need):
    """The same by dynamic programming over min(gain, need)."""
    table = [0] + [None] * need
    for a, b in zip(one, two, strict=True):
        fresh = list(table)
        for gain, cost in enumerate(table):
            if cost is None:
                continue
            for more, price in ((1, a), (2, b)):
                at = min(need, gain + more)
                if price is not None and (fresh[at] is None or cost + price < fresh[at]):
                    fresh[at] = cost + price
        table = fresh
    return table[need]
