"""What no certificate can say: columns that do not fit, proofs that a witness refutes."""

from __future__ import annotations

import operator

import numpy as np

from labelcert.certificates.array_types import IntArray
from labelcert.certificates.results.certificate import Certificate
from labelcert.certificates.results.collective_certificate import CollectiveCertificate
from labelcert.certificates.results.witness_recipe import WitnessRecipe


def refuse_contradictions(c: Certificate) -> None:
    """ValueError where columns do not fit together, or contradict each other."""
    columns = (c.radius, c.radius_upper, c.witnesses, c.proven_by, c.broken_by)
    numbers = [v for v in (c.class_numbers, c.relaxed_radius) if v is not None]
    if {len(v) for v in (*columns, *numbers)} != {c.num_test}:
        raise ValueError("columns of different lengths")
    if c.class_numbers is not None and not set(c.class_numbers.tolist()) <= set(
        range(len(c.classes))
    ):
        raise ValueError("a prediction that is no class")
    if not set(c.labels.tolist()) <= set(c.classes.tolist()):
        raise ValueError("labels of other classes than those named")
    if not (np.isfinite(c.decision).all() and np.isfinite(c.error_bar).all()):
        raise ValueError("a decision value or an error bar that is not finite")
    if c.bad_groups < 0:
        raise ValueError("fewer bad groups than none")
    if bool((c.error_bar < 0).any()):
        raise ValueError("an error bar below 0")
    _check_radii(c)
    if c.collective is not None:
        _check_counts(c.collective, c)


def _check_radii(c: Certificate) -> None:
    """ValueError where proofs, witnesses and bounds contradict each other."""
    if bool(((c.radius < -1) | (c.radius > c.max_flips) | (c.radius_upper > c.max_flips)).any()):
        raise ValueError("a radius above max_flips, or below -1")
    if bool((c.radius > c.radius_upper).any()):
        raise ValueError("a prediction proven robust where it is broken")
    if bool((c.relaxed_radius is not None) and (c.relaxed_radius > c.radius_upper).any()):
        raise ValueError("a relaxed radius where the prediction is broken")
    classes = set(c.classes.tolist())
    if isinstance(c.witnesses, WitnessRecipe):
        _check_recipe(c.witnesses.rival, c)
        return
    for witness, upper in zip(c.witnesses, c.radius_upper.tolist(), strict=True):
        if witness is None:
            continue
        if upper >= c.max_flips or len(witness.indices) != len(witness.labels):
            raise ValueError("a witness beyond max_flips, or without its labels")
        _check_flips(witness.indices, c.num_labeled)
        new, old = witness.labels.tolist(), c.labels[witness.indices].tolist()
        if not set(new) <= classes or any(map(operator.eq, new, old)):
            raise ValueError("a witness that changes a label to itself, or to no class")
        if c.unit == "flips" and not c.bad_groups and len(witness.indices) > upper + 1:
            raise ValueError("a witness of more flips than break the prediction")


def _check_recipe(rival: IntArray, c: Certificate) -> None:
    known = rival >= 0
    if bool((rival >= len(c.classes)).any()) or bool(
        (known & (c.radius_upper >= c.max_flips)).any()
    ):
        raise ValueError("a rival that is no class, or that overtakes beyond max_flips")
    if c.class_numbers is not None and bool((rival == c.class_numbers).any()):
        raise ValueError("a prediction that is its own rival")


def _check_counts(found: CollectiveCertificate, c: Certificate) -> None:
    lower, upper = found.broken_lower, found.broken_upper
    # From features the counts have budgets of their own, where they change.
    own = found.levels is not None and not np.array_equal(found.budgets, c.budgets)
    if (
        len(lower) != len(upper)
        or len(lower) != len(found.budgets if own else c.budgets)
        or len(found.witnesses) != len(lower)
    ):
        raise ValueError("collective columns of different lengths")
    budgets = found.budgets if own else c.budgets
    steps = np.diff(budgets)
    if own and (budgets[0] != 0 or budgets[-1] != c.max_flips or bool((steps <= 0).any())):
        raise ValueError("collective budgets that do not go from 0 to max_flips")
    if found.num_test != c.num_test:
        raise ValueError("a collective certificate of other test points")
    if bool(((lower < 0) | (lower > upper) | (upper > c.num_test)).any()):
        raise ValueError("more predictions broken than a proof allows")
    if bool((np.diff(lower) < 0).any()):
        raise ValueError("a larger budget that breaks fewer predictions")
    alone = (c.radius[:, None] < budgets[None, :]).sum(axis=0)
    if bool((lower > alone).any()):
        raise ValueError("more predictions broken at once than can be broken at all")
    for witness in found.witnesses:
        _check_flips(witness.indices, c.num_labeled)


def _check_flips(flips: IntArray, n: int) -> None:
    if len(set(flips.tolist())) < len(flips) or bool(((flips < 0) | (flips >= n)).any()):
        raise ValueError("flipped labels that do not exist, or that are named twice")
