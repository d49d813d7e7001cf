"""Attackers as they are handed over: masks, percentages of groups, costs."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

import labelcert as lc
from intake.small_problems import problem, radii

ONE = {"C": 1.0, "n_jobs": 1}


def test_a_mask_of_trusted_labels_is_a_mask():
    gram, cross, y = problem(59)
    mask = np.zeros(8, dtype=bool)
    mask[[3, 5]] = True
    truth = radii(gram, cross, y, 1.0, 3, lambda flips: not {3, 5} & set(flips))
    other = radii(gram, cross, y, 1.0, 3, lambda flips: not {0, 1} & set(flips))
    assert truth != other  # what the positions 1 and 0 would prove
    for trusted in (mask, mask.tolist(), pd.Series(mask), np.array([5, 3]), {3, 5}):
        threat = lc.ThreatModel(3, trusted=trusted)
        cert = lc.certify(gram, cross, y, **ONE, threat=threat)
        assert cert.radius.tolist() == truth
    for trusted in ([3.0, 5.0], mask[:5], [8], [-1], ["3"], [True, 5], iter([3])):
        with pytest.raises(lc.InputError, match=r"^trusted"):
            lc.certify(gram, cross, y, **ONE, threat=lc.ThreatModel(3, trusted=trusted))


def test_advice_takes_a_mask_of_trusted_labels_too():
    gram, cross, y = problem(0)
    mask = np.zeros(8, dtype=bool)
    mask[[3, 5]] = True
    asked = {**ONE, "k": 2, "time_limit": None}
    told = [
        lc.advise(gram, cross, y, **asked, threat=lc.ThreatModel(3, trusted=trusted))
        for trusted in (mask, [3, 5])
    ]
    assert told[0].chosen.tolist() == told[1].chosen.tolist()
    assert not {3, 5} & set(told[0].chosen.tolist())
    assert told[0].after.radius.tolist() == told[1].after.radius.tolist()
    chosen = told[0].chosen.tolist()
    fixed = lc.ThreatModel(3, trusted=[3, 5, *chosen])
    after = lc.certify(gram, cross, y, **ONE, threat=fixed)
    assert told[0].after.radius.tolist() == after.radius.tolist()
    assert after.radius.sum() > told[0].before.radius.sum()


@pytest.mark.parametrize(
    ("group_budgets", "counts"),
    [
        ("50%", {"a": 2, "b": 1}),
        ({"a": "50%", "b": "0%"}, {"a": 2, "b": 0}),
        ({"a": "100%"}, {"a": 5, "b": 9}),
        ("34 %", {"a": 1, "b": 1}),
        (10**30, {"a": 5, "b": 9}),
        ({b"a": 1}, {"a": 1, "b": 9}),
    ],
)
def test_a_groups_percentage_is_one_of_what_its_labels_cost(group_budgets, counts):
    gram, cross, y = problem(7, n=6)
    groups, costs = list("aaabbb"), [1, 2, 2, 1, 1, 1]

    def spent(flips, group):
        return sum(costs[i] for i in flips if groups[i] == group)

    allowed = [
        flips
        for size in range(7)
        for flips in combinations(range(6), size)
        if all(spent(flips, g) <= counts[g] for g in "ab")
    ]
    expected = []
    for budget in range(5):
        within = {f for f in allowed if sum(costs[i] for i in f) <= budget}
        expected.append([r == 6 for r in radii(gram, cross, y, 1.0, 6, within.__contains__)])
    threat = lc.ThreatModel(4, costs=costs, groups=groups, group_budgets=group_budgets)
    cert = lc.certify(gram, cross, y, **ONE, threat=threat)
    assert [(cert.radius >= budget).tolist() for budget in range(5)] == expected


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"groups": list("aabb"), "group_budgets": 1.5}, "group_budgets=1.5"),
        ({"groups": list("aabb"), "group_budgets": "150%"}, "out of range"),
        ({"groups": list("aabb"), "group_budgets": {"a": True}}, "True is not a count"),
        ({"groups": list("aabb"), "group_budgets": {"a": None}}, "None is not a count"),
        ({"groups": list("aabb"), "group_budgets": {"A": 1}}, "did you mean 'a'"),
        ({"groups": list("aabb"), "group_budgets": {"a": 1, b"a": 2}}, "twice"),
        ({"groups": [1, 1, 2, 2], "group_budgets": {"1": 1}}, "write 1, which is integers"),
        ({"groups": ["bob", "bob ", "eve", "eve"], "group_budgets": {"bob": 0}}, "look the same"),
        ({"groups": "aabb", "group_budgets": 1}, "single value"),
        ({"groups": [1.0, 1.0, float("nan"), 2.0], "group_budgets": 1}, "missing value"),
        ({"costs": np.full(4, 2**63 + 5, dtype=np.uint64)}, "add up to"),
        ({"costs": [2**31] * 4}, "add up to"),
        ({"costs": [1.5, 1, 1, 1]}, "position 0 holds 1.5"),
        ({"costs": [True, True, True, True]}, "position 0 holds True"),
        ({"costs": ["1", "1", "1", "1"]}, "position 0 holds '1'"),
        ({"costs": np.ma.masked_array([1, 1, 1, 1], [1, 0, 0, 0])}, "missing value at position 0"),
        ({"directions": [("0", "1")]}, "write 0, which is integers"),
        ({"directions": ["01"]}, "pass pairs"),
        ({"directions": ("ab", "cd")}, "pass pairs"),
        ({"directions": {0: 1}}, "no order"),
        ({"directions": zip([0], [1], strict=True)}, "read once"),
        ({"directions": []}, "directions is empty"),
        ({"directions": [(0, None)]}, "missing value"),
        ({"directions": [(0, 0.5)]}, "fraction"),
    ],
)
def test_attackers_that_cannot_be_meant_are_refused(changes, told):
    gram = np.eye(4) + 0.5
    with pytest.raises(lc.InputError, match=told) as caught:
        lc.certify(gram, gram, [0, 1, 0, 1], **ONE, threat=lc.ThreatModel(2, **changes))
    assert str(caught.value).split("=")[0].split("[")[0].split()[0] in changes
    assert "\n" not in str(caught.value)


def test_costs_may_be_whole_floats_and_add_up_to_a_thousand_million():
    gram, cross, y = problem(3, n=4)
    plain = lc.certify(gram, cross, y, **ONE, threat=lc.ThreatModel(3, costs=[1, 2, 1, 2]))
    whole = lc.certify(gram, cross, y, **ONE, threat=lc.ThreatModel(3, costs=[1.0, 2.0, 1, 2]))
    assert plain.radius.tolist() == whole.radius.tolist()
    dear = lc.ThreatModel(2, costs=[10**9 - 3, 1, 1, 1])
    free = lc.ThreatModel(2, trusted=[0])
    assert (
        lc.certify(gram, cross, y, **ONE, threat=dear).radius.tolist()
        == lc.certify(gram, cross, y, **ONE, threat=free).radius.tolist()
    )
