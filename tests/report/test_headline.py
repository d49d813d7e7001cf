"""The sentence that stands first, against counts by hand."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from labelcert.certificates import Advice, AdviceStep, Witness
from labelcert.report.headline import headline


def of(certificate, radius, upper=None, **changes):
    radius = np.array(radius)
    flips = Witness(np.array([0]), np.array(["b"]))
    return replace(
        certificate,
        radius=radius,
        radius_upper=radius if upper is None else np.array(upper),
        witnesses=tuple(flips if r < 3 else None for r in radius),
        **changes,
    )


@pytest.mark.parametrize(
    ("radius", "upper", "told"),
    [
        ([0, 1, 3, 3], None, "3 of 4 predictions survive any one wrong label; the weakest is t0."),
        ([0, 1, 2, 0], None, "2 of 4 predictions survive any one wrong label; the weakest are "),
        ([3, 3, 3, 3], None, "4 of 4 predictions survive any one wrong label."),
        ([1, 1, 1, 1], None, "4 of 4 predictions survive any one wrong label; all are equally "),
        ([0, 0, 3, -1], [2, 0, 3, -1], "At least 1 and at most 2 of 4 predictions survive any one"),
        ([-1, -1, -1, -1], None, "0 of 4 predictions survive any one wrong label; all are equally"),
    ],
)
def test_one_flip(certificate, radius, upper, told):
    sentence = headline(of(certificate, radius, upper), lambda t: f"t{t}", limited=False)
    assert sentence.startswith(told)
    assert sentence.endswith(".")


def test_the_weakest_of_equal_radii_by_margin(certificate):
    sentence = headline(of(certificate, [0, 0, 0, 2]), limited=False)  # margins 0.5, 1, 0.3
    assert sentence.endswith("the weakest are 2, 0 and 1.")


def test_what_the_attacker_may_not_do_is_never_left_out(certificate):
    assert "any one wrong label that the attacker may make" in headline(certificate)


def test_bad_groups_and_costs(certificate):
    bad = of(certificate, [0, -1, 3, 3], bad_groups=1)
    assert headline(bad).startswith("3 of 4 predictions survive any one bad group; the weakest")
    costs = of(certificate, [1, 2, 3, 3], unit="cost")
    told = "3 of 4 predictions survive any wrong labels that cost up to 2"
    assert headline(costs, limited=False).startswith(told)


def test_no_flips_asked(certificate):
    none = of(certificate, [0, 0, 0, -1], max_flips=0)
    assert headline(none).startswith("3 of 4 predictions survive as they are; wrong labels were")


def advice_of(before, after, ratios, budget):
    steps = tuple(
        AdviceStep(i, "b", low, high, 0.0, 0.0, high > low, True, True)
        for i, (low, high) in enumerate(pairwise(ratios))
    )
    return Advice(steps, budget, np.zeros((len(ratios), 4)), before, after)


@pytest.mark.parametrize(
    ("radius", "ratios", "budget", "told"),
    [
        ([1, 1, 3, 3], [0.5, 0.75, 1.0], 1, "; verify these 2 labels to reach 4."),
        ([1, 0, 3, 3], [0.5, 0.75], 1, "; verify this label to reach 3."),
        ([1, 0, 3, 3], [0.5, 0.75, 0.75], 1, "; verify the first label below to reach 3."),
        ([1, 1, 3, 3], [0.5, 0.75, 1, 1], 1, "; verify the first 2 labels below to reach 4."),
        ([2, 0, 3, 3], [0.5, 0.75], 2, "; verify this label, and 3 in place of 2 survive any 2 "),
        ([0, 0, 3, 3], [0.5, 0.5, 0.5], 1, "; to verify 2 labels would add none."),
        ([0, 0, 3, 3], [0.5], 1, "the weakest are 0 and 1."),
    ],
)
def test_what_verifying_reaches(certificate, radius, ratios, budget, told):
    before = of(certificate, [0, 0, 3, 3])
    advice = advice_of(before, of(certificate, radius), ratios, budget)
    sentence = headline(before, limited=False, advice=advice)
    assert sentence.startswith("2 of 4 predictions survive any one wrong label")
    assert told in sentence
