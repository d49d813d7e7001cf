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
from labelcert.report.findings.effects import CLEAN_ACCURACY, find_effects
from labelcert.report.findings.gaps import find_gaps, widest
from labelcert.report.findings.plateaus import Run, find_plateaus, runs
from labelcert.report.findings.rankings import ALL, rank
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
    ((one, name, first), (two, _, second)) = places([*GCN, *other, lonely], ALONE, None, ALL)
    # lonely: one data set, one seed. gcn: seed 0 (1/2 + 1)/2, seed 1 (1/3 + 0)/2.
    assert (one, name, first) == (1, "lonely", (1.0, None, 1))
    assert (two, second.number) == (2, 2)
    assert second.mean == pytest.approx((3 / 4 + 1 / 6) / 2)
    assert second.error == pytest.approx((3 / 4 - 1 / 6) / 2)
    counts = {p.model: p.datasets for p in rank([*GCN, *other, lonely]) if p.dataset == ALL}
    assert counts == {"lonely": 1, "gcn": 2}


def test_what_is_open_is_told_apart_from_what_is_proven():
    (place,) = [
        p
        for p in rank([made([1, 1], radius_upper=[2, 1])])
        if p.quantity == ALONE and p.budget == 2
    ]
    assert (place.proven.mean, place.upper) == (0.0, 0.5)


def effects(results):
    return {
        (e.choice, e.before, e.after, e.outcome): (e.difference, e.along)
        for e in find_effects(results)
    }


def test_effect_of_a_parameter_pairs_what_is_equal_otherwise():
    deep = {"depth": 2, "activation": "relu"}
    odd = {"depth": 2, "activation": "linear"}  # no partner: differs in two parameters
    results = [
        *GCN,
        made([0, 0, 0, 0], parameters=deep, wrong=[0], broken=[0, 4, 4, 4]),
        made([3, 3, 3, 3], parameters=deep, seed=1),
        made([3, 3, 3, 3], parameters=odd, seed=0),
        made([3, 3, 3, 3], parameters=deep, seed=2),  # no partner: another seed
    ]
    found = effects(results)
    alone, along = found["depth", "1", "2", ALONE.told]
    # seed 0: 0 − 1/2, seed 1: 1 − 1/3
    assert (alone.mean, alone.number, along) == (pytest.approx(1 / 12), 2, ())
    assert alone.error == pytest.approx((2 / 3 + 1 / 2) / 2)
    together = found["depth", "1", "2", TOGETHER.told][0]  # seed 0 only: 0 − (3 + 3 + 2)/12
    assert (together.mean, together.error) == (pytest.approx(-2 / 3), None)
    assert found["depth", "1", "2", CLEAN_ACCURACY][0].mean == pytest.approx(-1 / 8)
    # seed 0 of depth 2, linear against relu; numbers and text go in their own order
    assert found["activation", "linear", "relu", ALONE.told][0].mean == pytest.approx(-1.0)


def test_effect_against_the_smallest_of_several_values():
    results = [
        made([r, r], model=f"c{c}", learner={"C": c}) for c, r in ((10.0, 3), (0.1, 0), (1.0, 2))
    ]
    found = effects(results)
    assert {key[:3] for key in found} == {("C", "0.1", "1"), ("C", "0.1", "10")}
    assert found["C", "0.1", "10", ALONE.told][0].mean == pytest.approx(1.0)


def test_effect_with_c_chosen_along_is_marked():
    results = [
        made([0, 0], parameters={"depth": 1}, learner={"C": 1.0}),
        made([3, 3], parameters={"depth": 2}, learner={"C": 0.5}),
    ]
    difference, along = effects(results)["depth", "1", "2", ALONE.told]
    assert (difference.mean, along) == (1.0, ("C",))
    assert not any(key[0] == "C" for key in effects(results))


def test_networks_are_compared_with_the_mlp_where_shared_parameters_agree():
    found = effects([*GCN, *MLP, made([3] * 4, network="sgc", parameters={"depth": 3})])
    difference, _ = found["network", "mlp", "gcn", ALONE.told]
    assert (difference.mean, difference.number) == (pytest.approx((1 / 4 - 1 / 6) / 2), 2)
    assert not any(key[2] == "sgc" for key in found)  # its depth is another one


def test_effect_of_a_synthetic_graphs_parameter():
    results = [
        made([r, r], dataset=f"csbm, p {p}", seed=seed,
             source={"synthetic": "csbm", "parameters": {"p": p, "q": 0.1}, "seed": seed})
        for seed in (0, 1)
        for p, r in ((0.1, 0), (0.2, 3))
    ]  # fmt: skip
    assert effects(results)["p", "0.1", "0.2", ALONE.told][0] == (1.0, 0.0, 2)


def test_parameters_that_change_together_have_one_effect():
    results = [
        made([r, r], dataset=f"csbm {p}",
             source={"synthetic": "csbm", "parameters": {"p": p, "q": p / 10}, "seed": 0})
        for p, r in ((0.1, 0), (0.2, 3))
    ]  # fmt: skip
    (effect,) = [e for e in find_effects(results) if e.outcome == ALONE.told]
    assert (effect.told, effect.difference.mean) == ("p 0.1 → 0.2 (with q)", 1.0)


def test_a_parameter_that_only_one_side_has_does_not_part_a_pair():
    skip = {"depth": 1, "skip": "pc", "skip_activation": "linear"}
    results = [made([0], parameters={"depth": 1, "skip": None}), made([3], parameters=skip)]
    assert effects(results)["skip", "none", "pc", ALONE.told][0].mean == 1.0


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
    for run in found:
        assert run.first >= 1
        assert run.last - run.first + 1 >= shortest
        assert run.high - run.low <= tolerance + 1e-6
    assert all(a.last < b.first for a, b in itertools.pairwise(found))


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
