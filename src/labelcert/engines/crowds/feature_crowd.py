"""Whole groups for nothing, where machines are linear in the labels and given by features.

What it decides: as `linear_crowd`, for more labels than a Gram matrix holds: the weights of a block
of test points at a time. Cost: a table of n · k · levels steps for each test point and rival.
Source: our own note.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from labelcert.engines.attacker import RelabelSpace
from labelcert.engines.crowds.deciding import new_ledger
from labelcert.engines.crowds.linear_crowd import LinearCrowd
from labelcert.engines.knowledge.ledger import Ledger
from labelcert.engines.machines.feature_model import FeatureModel
from labelcert.engines.machines.linear_model import LinearModel
from labelcert.engines.sorting.feature_radii import FeatureRadii, feature_radii, logit_bars_of
from labelcert.engines.work.clock import Clock


class FeatureCrowd(NamedTuple):
    """radii: as of an attacker without groups, upper −1 also where groups alone break; witness (m,)
    of changes, None where none is known."""

    radii: FeatureRadii
    witness: list[np.ndarray | None]


def feature_crowd(
    model: FeatureModel, space: RelabelSpace, budget: int, jobs: int, name: str, clock: Clock
) -> FeatureCrowd:
    """The radii of a model's test points against an attacker with groups for itself."""
    found = feature_radii(model, replace(space, free_groups=0), 0, jobs, clock)
    known = found.radius >= 0  # at no flip at all
    tied = found.upper < 0
    radius = np.full(model.m, -1, dtype=np.int64)
    upper = np.where(tied, -1, budget).astype(np.int64)
    witness: list[np.ndarray | None] = [
        np.zeros(0, dtype=np.int64) if tie else None for tie in tied.tolist()
    ]
    for t in np.flatnonzero(known).tolist():
        if clock.expired:
            break
        ledger = _one(model, found, space, budget, t, name, clock)
        radius[t], witness[t] = int(ledger.robust[0]), ledger.witness[0]
        upper[t] = min(int(ledger.broken[0]) - 1, budget)
        clock.report("groups", (t + 1) / model.m)
    return FeatureCrowd(replace(found, radius=radius, upper=upper), witness)


def _one(
    model: FeatureModel,
    found: FeatureRadii,
    space: RelabelSpace,
    budget: int,
    t: int,
    name: str,
    clock: Clock,
) -> Ledger:
    """What is known of one test point: its weights, and the bar of its leads at any relabeling."""

    def exact_weights(_: int) -> list[Fraction] | None:
        return model.exact_weights(t, clock)

    block = model.block(t, t + 1)
    error = logit_bars_of(block, space)
    linear = LinearModel(block.weights, error, exact_weights, budget, name)
    ledger = new_ledger(space, budget, found.leader[t : t + 1])
    LinearCrowd(linear, space, ledger, clock).run()
    return ledger
