"""Effects of design choices, on cases small enough to do by hand and on the units of a study."""

from __future__ import annotations

import pytest

from labelcert.report.curves import COLLECTIVE, SAMPLE_WISE
from labelcert.report.findings import find
from labelcert.report.findings.effects import CLEAN_ACCURACY, find_effects
from labelcert.report.page.page_tables import effect_table
from labelcert.report.results import RATIO, Quantity, Result
from labelcert.studies import expand, load_study
from report.hand_made_results import made

ALONE, TOGETHER = Quantity(SAMPLE_WISE, RATIO), Quantity(COLLECTIVE, RATIO)

# Ratios averaged over the budgets 1 … 3: gcn 1/2 and 1/3, mlp 1/4 and 1/2.
GCN = [made([0, 1, 2, 3], broken=[0, 1, 1, 2]), made([1, 1, 1, 1], seed=1, broken=[0, 0, 2, 2])]
MLP = [
    made([0, 0, 0, 3], model="mlp", network="mlp", parameters={"depth": 1}),
    made([0, 0, 3, 3], model="mlp", network="mlp", parameters={"depth": 1}, seed=1, wrong=[3]),
]


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


def test_pairs_of_one_seed_are_averaged_before_the_standard_error():
    results = [
        made([r, r], dataset=name, seed=seed, parameters={"depth": depth})
        for seed, deep in ((0, 3), (1, 0))
        for name in "ab"
        for depth, r in ((1, 0), (2, deep))
    ]
    (effect,) = [e for e in find_effects(results) if e.outcome == ALONE.told]
    # 1 and 0 over the seeds; 1, 1, 0, 0 taken for independent would have an error of √(1/12)
    assert effect.difference == (0.5, pytest.approx(0.5), 2)
    assert (effect.pairs, effect.datasets) == (4, ("a", "b"))
    (effect,) = [e for e in find_effects(results[:4]) if e.outcome == ALONE.told]
    assert (effect.difference, effect.pairs) == ((1.0, None, 1), 2)


def depths(dataset: str, first: float, second: float) -> list[Result]:
    """Depth 1 with one C, depth 2 with another, radii 0 and 3."""
    return [
        made([r, r], dataset=dataset, parameters={"depth": depth}, learner={"C": c})
        for depth, r, c in ((1, 0, first), (2, 3, second))
    ]


def test_equal_c_by_chance_in_one_data_set_does_not_leave_out_the_others():
    chance = [*depths("a", 1.0, 1.0), *depths("b", 1.0, 0.5)]
    (effect,) = [e for e in find_effects(chance) if e.outcome == ALONE.told]
    assert (effect.datasets, effect.pairs, effect.along) == (("a", "b"), 2, ("C",))
    strict = [*depths("a", 1.0, 1.0), *depths("b", 0.5, 0.5)]
    (effect,) = [e for e in find_effects(strict) if e.outcome == ALONE.told]
    assert (effect.datasets, effect.pairs, effect.along) == (("a", "b"), 2, ())


def test_a_grid_of_c_in_every_data_set_gives_strict_pairs():
    grid = [r for name in "ab" for c in (0.1, 1.0) for r in depths(name, c, c)]
    (effect,) = [e for e in find_effects(grid) if (e.choice, e.outcome) == ("depth", ALONE.told)]
    assert (effect.pairs, effect.along) == (4, ())


def test_c_is_never_paired_with_ridge():
    results = depths("a", 1.0, 1.0)
    results[1] = made([3, 3], dataset="a", parameters={"depth": 2}, learner={"ridge": 1.0})
    assert find_effects(results) == []


def test_a_graph_parameter_changes_with_c_alone_before_it_changes_with_others():
    results = [
        made([r, r], dataset=f"p {p}, q {q}", learner={"C": p + q},
             source={"synthetic": "csbm", "parameters": {"p": p, "q": q}, "seed": 0})
        for p, r in ((1.0, 0), (2.0, 3))
        for q in (0.1, 0.2)
    ]  # fmt: skip
    (effect,) = [e for e in find_effects(results) if (e.choice, e.outcome) == ("p", ALONE.told)]
    assert (effect.pairs, effect.along) == (2, ("C",))


@pytest.fixture(scope="module")
def architectures() -> list[Result]:
    """The units of a study whose C is tuned for each model and data set, with dummy records."""
    record = made([0, 3], broken=[0, 0, 1, 1]).record
    units = expand(load_study("architectures", draw=False))
    return [Result(u.dataset, u.model, u.content, record) for u in units]


def test_effects_of_a_study_with_tuned_c_cover_all_data_sets(architectures):
    titles = {r.dataset for r in architectures}
    assert len(titles) == 9
    found = [e for e in find_effects(architectures) if e.choice in ("depth", "skip")]
    assert {(e.choice, e.before, e.after) for e in found} == {
        ("depth", "1", "2"), ("depth", "1", "4"), ("skip", "none", "pc"), ("skip", "none", "alpha"),
    }  # fmt: skip
    for effect in found:
        assert set(effect.datasets) == titles, effect.told
        assert (effect.pairs, effect.difference.number) == (9 * 5, 5)
        assert effect.along == ("C",)


def test_the_page_tells_the_data_sets_of_an_effect():
    chance = [*depths("a", 1.0, 1.0), *depths("b", 1.0, 0.5)]
    html = effect_table(find(chance))
    assert '<th scope="row">depth 1 → 2 (with C)</th>' in html
    assert "all 2" in html
    html = effect_table(find([*chance, made([1, 1], dataset="c", parameters={"depth": 1})]))
    assert '<td class="short">a, b</td>' in html


def test_an_outcome_that_fewer_data_sets_have_says_so():
    results = [*depths("a", 1.0, 1.0), *depths("b", 1.0, 1.0)]
    for result in results[:2]:
        result.record["collective"] = made([0, 0], broken=[0, 0, 1, 1]).record["collective"]
    assert "+0.0 (a)</td>" in effect_table(find(results))
