"""The publisher's split of a named data set, cut down as its rows were, with test rows drawn."""

from __future__ import annotations

import numpy as np

from labelcert.data import datasets
from labelcert.data.cuts import Cuts, kept_nodes
from labelcert.data.splits import Split
from labelcert.intake.numbers import whole


def drawn_standard_split(name: str, cuts: Cuts, test: int | None, seed: int) -> Split:
    """All training rows that the cuts left, and `test` of the test rows, drawn with the seed.

    test: None for all of them. Numbers are those of the rows that are left. Raises InputError: a
    data set without a split of its own, a count below 1, classes that there are not.
    """
    given = datasets.standard_split(name)
    kept = np.arange(len(given.train) + len(given.test))
    if any(cuts.values()):
        kept = kept_nodes(datasets.load(name, progress=False), **cuts)
    at = np.arange(len(kept))
    last = at[kept >= len(given.train)]
    if test is not None and whole(test, "test", 1) < len(last):
        drawn = np.random.default_rng(seed).choice(last, size=test, replace=False)
        last = np.sort(drawn)
    return Split(at[kept < len(given.train)], at[:0], last)
