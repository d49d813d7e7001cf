"""Rankings, effects, plateaus and gaps on cases small enough to do by hand."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelcert.report.curves import COLLECTIVE, SAMPLE_WISE
from labelcert.report.findings import find
from labelcert.report.findings.averages import estimate
from labelcert.report.findings.gaps import find_gaps, widest
from labelcert.report.findings.plateaus import Run, find_plateaus, runs
from labelcert.report.findings.rankings import ALL, UNRANKED, rank
from labelcert.report.results import ACCURACY, RATIO, Quantity, told_apart
from report.hand_made_results import made

ALONE, TOGETHER = Quantity(SAMPLE_WISE, RATIO), Quantity(COLLECTIVE, RATIO)


def test_estimate_by_hand():
    assert estimate([1, 2, 6]) == (3.0, pytest.approx(math.sqrt(7 / 3)), 3)
    assert estimate([0.25]) == (0.25, None, 1)
    assert math.isnan(estimate([]).mean)


# Ratios at budgets 0 … 3 with four test nodes.
#   gcn seed 0: radii 0 1 2 3 -> 1, 3/4, 2/4, 1/4, average over 1 … 3: 1/2
#   gcn seed 1: radii 1 1 1 1 -> 1, 1, 0, 0, average 1/3
#   mlp seed 0: radii 0 0 0 3 -> 1, 1/4, 1/4, 1/4, average 1/4
#   mlp seed 1: radii 0 0 3 3 -> 1, 1/2, 1/2, 1/2, average 1/2
GCN = [made([0, 1, 2, 3], broken=[0, 1, 1, 2]), made([1, 1, 1, 1], seed=1, broken=[0, 0, 2, 2])]
MLP = [
    made([0, 0, 0, 3], model="mlp", network="mlp", parameters={"depth": 1}, broken=[0, 1, 1, 1]),
    made([0, 0, 3, 3], model="mlp", network="mlp", parameters={"depth": 1}, seed=1, wrong=[3],
         broken=[0, 2, 2, 2]),
]  # fmt: skip


def places(results, quantity, budget, dataset="karate"):
    return [
        (p.rank, p.model, p.proven)
        for p in rank(results)
        if (p.dataset, p.quantity, p.budget) == (dataset, quantity, budget)
    ]


def test_ranking_on_average_and_at_budgets():
    average = places(GCN + MLP, ALONE, None)
    assert [(place, model) for place, model, _ in average] == [(1, "gcn"), (2, "mlp")]
    assert average[0][2] == (pytest.approx(5 / 12), pytest.approx(1 / 12), 2)
    assert average[1][2] == (pytest.approx(3 / 8), pytest.approx(1 / 8), 2)
    at_three = places(GCN + MLP, ALONE, 3)
    assert [(place, model) for place, model, _ in at_three] == [(1, "mlp"), (2, "gcn")]
    assert at_three[1][2].mean == pytest.approx(1 / 8)


def test_ranking_of_collective_ratio_and_accuracy():
    together = places(GCN + MLP, TOGETHER, 1)  # 1 − 1/4 and 1 − 0; 1 − 1/4 and 1 − 2/4
    assert [(model, e.mean) for _, model, e in together] == [("gcn", 0.875), ("mlp", 0.625)]
    accuracy = places(MLP, Quantity(SAMPLE_WISE, ACCURACY), 3)  # 1/4, and one of two right
    assert accuracy[0][2].mean == pytest.approx(0.25)


def test_models_with_equal_means_share_a_rank():
    same = [made([1, 1], model=name) for name in ("first", "second")] + [made([0, 0], model="last")]
    assert [(r, m) for r, m, _ in places(same, ALONE, 1)] == [
        (1, "first"), (1, "second"), (3, "last"),
    ]  # fmt: skip


def test_ranking_over_data_sets_takes_seeds_as_blocks():
    other = [made([3, 3, 3, 3], dataset="b"), made([0, 0, 0, 0], dataset="b", seed=1)]
    lonely = made([3, 3, 3, 3], dataset="b", model="lonely")
    ((one, name, first), (two, last, second)) = places([*GCN, *other, lonely], ALONE, None, ALL)
    # At budget 1 of either: gcn with seed 0 (3/4 + 1)/2, with seed 1 (1 + 0)/2.
    assert (one, name, first.number) == (1, "gcn", 2)
    assert first.mean == pytest.approx((7 / 8 + 1 / 2) / 2)
    assert first.error == pytest.approx((7 / 8 - 1 / 2) / 2)
    # lonely has all of 1.0, but only on the easier data set: that must not win against gcn's mean
    # over both, so it follows without a rank.
    assert (two, last, second) == (UNRANKED, "lonely", (1.0, None, 1))
    counts = {p.model: p.datasets for p in rank([*GCN, *other, lonely]) if p.dataset == ALL}
    assert counts == {"gcn": 2, "lonely": 1}


def test_models_are_averaged_over_the_budgets_that_all_of_a_data_set_have():
    short = made([1, 1, 1, 1], model="short", max_flips=1, broken=[0, 0])
    found = [p for p in rank([*GCN, short]) if (p.quantity, p.budget) == (ALONE, None)]
    # at budget 1: short 1, gcn (3/4 + 1)/2; over 1 … 3 gcn would have 5/12 against the same 1
    assert [(p.model, p.proven.mean, p.last) for p in found] == [
        ("short", 1.0, 1),
        ("gcn", 7 / 8, 1),
    ]
    gaps = {g.model: g for g in find_gaps([*GCN, short]) if g.budget is None}
    assert gaps["gcn"].gap.mean == pytest.approx(0)  # budget 1: 3/4 − 3/4 and 1 − 1
    assert {g.last for g in gaps.values()} == {1}


def test_each_data_set_has_its_own_last_budget():
    results = [*GCN, made([1, 1], dataset="b", max_flips=1), made([1, 1], dataset="b", seed=1)]
    ends = {p.dataset: p.last for p in rank(results) if (p.quantity, p.budget) == (ALONE, None)}
    assert ends == {"karate": 3, "b": 1, ALL: None}


def test_the_most_telling_budget_is_where_models_differ_most():
    weak, strong = made([0, 1, 1, 1]), made([1, 2, 2, 2], model="strong")
    # at 1: 3/4 and 1; at 2: 0 and 3/4; at 3: 0 and 0, which an average would count
    assert find([weak, strong]).telling == {"karate": 2}
    assert find([weak]).telling == {"karate": 1}
    assert find([weak, made([0, 1, 1, 1], model="equal")]).telling == {"karate": 1}
    short = made([1, 2, 2, 2], model="strong", max_flips=1)
    assert find([weak, short]).telling == {"karate": 1}
    assert find([made([0], max_flips=0), made([0], max_flips=0, model="b")]).telling["karate"] == 0


def test_what_is_open_is_told_apart_from_what_is_proven():
    (place,) = [
        p
        for p in rank([made([1, 1], radius_upper=[2, 1])])
        if p.quantity == ALONE and p.budget == 2
    ]
    assert (place.proven.mean, place.upper) == (0.0, 0.5)


def test_runs_by_hand():
    curve = [1.0, 0.9, 0.6, 0.59, 0.58, 0.3, 0.3, 0.3, 0.3, 0.0, 0.0, 0.0]
    assert runs(curve, curve, 0.02, 3) == [Run(2, 4, 0.58, 0.6), Run(5, 8, 0.3, 0.3)]
    assert runs(curve, curve, 0.005, 3) == [Run(5, 8, 0.3, 0.3)]
    assert runs(curve, curve, 0.02, 5) == []
    whole = [1.0] * 6
    assert runs(whole, whole, 0.02, 3) == []


def test_a_run_must_hold_wherever_the_curve_lies_in_its_interval():
    lower, upper = [1.0, 0.5, 0.5, 0.5], [1.0, 0.5, 0.6, 0.5]
    assert runs(lower, upper, 0.05, 3) == []
    assert runs(lower, upper, 0.1, 3) == [Run(1, 3, 0.5, 0.6)]


@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=30),
    st.floats(0, 0.3),
    st.integers(1, 5),
)
def test_runs_are_disjoint_flat_and_long_enough(values, tolerance, shortest):
    curve = sorted(values, reverse=True)
    found = runs(curve, curve, tolerance, shortest)
    taken = {r for run in found for r in range(run.first, run.last + 1)}
    for first in range(1, len(curve) - shortest + 1):  # nothing that is left holds a run
        low, high = curve[first + shortest - 1], curve[first]
        flat = high - low <= tolerance and low > tolerance and high < 1 - tolerance
        assert not flat or taken & set(range(first, first + shortest))
    for run in found:
        assert run.first >= 1
        assert run.last - run.first + 1 >= shortest
        assert run.high - run.low <= tolerance + 1e-6
    assert all(a.last < b.first for a, b in itertools.pairwise(found))


def test_what_a_longer_run_leaves_is_searched_again():
    # The longest run is 4 … 8; 1 … 4 overlaps it, but 1 … 3 is flat and long enough by itself.
    curve = [1.0, 0.5, 0.5, 0.5, 0.485, 0.47, 0.47, 0.47, 0.47]
    assert runs(curve, curve, 0.02, 3) == [Run(1, 3, 0.5, 0.5), Run(4, 8, 0.47, 0.485)]


def test_plateaus_of_the_mean_over_seeds():
    results = [
        made([1] * 10, broken=[0, 4, 4, 4, 9], max_flips=4),
        made([1] * 10, broken=[0, 6, 6, 6, 9], max_flips=4, seed=1),
    ]
    (plateau,) = find_plateaus(results)
    assert (plateau.model, plateau.first, plateau.last) == ("gcn", 1, 3)
    assert (plateau.low, plateau.high) == (pytest.approx(0.5), pytest.approx(0.5))
    assert plateau.level == (pytest.approx(0.5), pytest.approx(0.1), 2)
    assert find_plateaus([made([1, 2])]) == []


def test_gaps_are_paired_by_seed():
    gaps = {g.budget: g.gap for g in find_gaps(GCN)}
    # budget 2: seed 0: 3/4 − 2/4, seed 1: 2/4 − 0
    assert gaps[2] == (pytest.approx(3 / 8), pytest.approx(1 / 8), 2)
    assert gaps[None].mean == pytest.approx((1 / 6 + 1 / 3) / 2)
    (best,) = widest(find_gaps(GCN))
    assert best.budget == 2
    assert find_gaps([made([1])]) == []


def test_names_are_told_apart_by_what_differs():
    results = told_apart(
        [made([1], learner={"C": 1.0}), made([1], learner={"C": 0.5}), made([1], model="mlp")]
    )
    assert [r.model for r in results] == ["gcn, C 1", "gcn, C 0.5", "mlp"]


def test_seeds_alone_do_not_change_names_and_count_once():
    results = told_apart([*GCN, GCN[0]])
    assert {r.model for r in results} == {"gcn"}
    assert places(results, ALONE, None)[0][2].number == 2


def test_find_takes_results_without_collective_and_none_at_all():
    assert find([]).places == ()
    found = find([made([1, 0])])
    assert found.gaps == found.plateaus == found.effects == ()
    assert {p.quantity.kind for p in found.places} == {SAMPLE_WISE}
