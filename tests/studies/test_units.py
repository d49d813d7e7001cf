"""Units: their number, their keys, and what keys depend on."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from labelcert._errors import InputError
from labelcert.studies import expand, load_study
from labelcert.studies.canonical import canonical
from labelcert.studies.units import count_units

TABLE = "x,y,label\n" + "".join(f"{i % 7},{i % 5},{i % 2}\n" for i in range(40))


def keys(study) -> list[str]:
    return [unit.key for unit in expand(study)]


def test_keys_do_not_change_between_versions(study_of):
    study = study_of()
    assert keys(study)[:2] == [
        "56e407f8eb205f48d2eae7254a61735c5010cd92ae5f842b9dac2e5a9cf982c0",
        "48bbd97ca997268271f42b425f742a424614282b8973d8ae8807111494e10f54",
    ]
    assert all(re.fullmatch("[0-9a-f]{64}", key) for key in keys(study))
    assert len(set(keys(study))) == count_units(study) == 6


def test_the_content_says_everything(study_of):
    unit = expand(study_of())[1]
    assert unit.told == "karate, GCN, depth 2, C 0.1, seed 0"
    assert unit.content == {
        "version": 1,
        "dataset": {"name": "karate", "binary": False, "largest_component": False},
        "split": {"per_class": 3, "validation": 3, "test": 8, "seed": 0},
        "model": {
            "name": "gcn",
            "parameters": {
                "depth": 2,
                "activation": "relu",
                "normalization": "row",
                "skip": None,
                "edge_weight": 1.0,
            },
        },
        "learner": {"C": 0.1},
        "threat": {"max_flips": 3, "directions": None},
        "collective": True,
        "exactness": "exact",
    }


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("name: small\n", "name: other\n"),
        ("title: A small study", "title: Another\nlimits: {time_limit: 5, jobs: 1}"),
        ("[karate]", "[{name: Karate, title: Club}]"),
        ("title: GCN", "title: Graph network"),
        ("per_class: 3", "validation: 3, per_class: 3"),
        ("C: 0.1", "C: {default: 1e-1}"),
        ("C: 0.1", "fixed: {C: 0.1, activation: relu, skip_alpha: 0.7, edge_weight: 1}"),
        ("max_flips: 3", 'max_flips: "3"'),
        ("[sample_wise, collective]", "[collective]"),
    ],
)
def test_keys_do_not_depend_on(study_of, old, new):
    expected = keys(study_of())
    assert keys(study_of((old, new))) == expected


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[karate]", "[{name: karate, largest_component: true}]"),
        ("per_class: 3", "per_class: 3, validation: 2"),
        ("test: 8", "test: 7"),
        ("[0, 1, 2]", "[5, 6, 7]"),
        ("depth: [1, 2]", "depth: [3, 4]"),
        ("C: 0.1", "C: 0.2"),
        ("C: 0.1", "ridge: 0.1"),
        ("max_flips: 3", "max_flips: 4"),
        ("[sample_wise, collective]", "[sample_wise]"),
        ("title: A small study", "exactness: relaxed"),
        ("title: A small study", "threat: {directions: [[0, 1]]}"),
    ],
)
def test_keys_depend_on(study_of, old, new):
    before = keys(study_of())
    assert not set(before) & set(keys(study_of((old, new))))


def test_order_of_keys_in_the_file_does_not_matter(study_of):
    before = keys(study_of())
    text = Path("study.yaml").read_text().splitlines(keepends=True)
    Path("study.yaml").write_text("".join([text[0], *reversed(text[1:5]), *text[5:]]))
    assert keys(load_study("study.yaml")) == before


def test_synthetic_graphs_follow_the_split_or_stay(study_of):
    follow = study_of(("[karate]", "[{synthetic: csbm, fixed: {n: 40}}]"))
    assert [u.content["dataset"]["seed"] for u in expand(follow)] == [0, 0, 1, 1, 2, 2]
    stay = study_of(("[karate]", "[{synthetic: csbm, fixed: {n: 40}, graph_seed: 7}]"))
    assert {u.content["dataset"]["seed"] for u in expand(stay)} == {7}
    assert expand(stay)[0].content["dataset"]["parameters"]["degree_within"] == 15.85


def test_c_may_depend_on_the_data_set_and_be_a_list(study_of):
    study = study_of(
        ("[karate]", "[karate, {synthetic: csbm, grid: {n: [40, 50]}}]"),
        ("C: 0.1", "C: {karate: [0.1, 1], default: 2}"),
        ("seeds: [0, 1, 2]", "seeds: [0]"),
    )
    found = {(u.dataset, u.content["learner"]["C"]) for u in expand(study)}
    assert found == {("karate", 0.1), ("karate", 1.0), ("csbm, n 40", 2.0), ("csbm, n 50", 2.0)}
    assert count_units(study) == len(expand(study)) == 8


def test_a_data_set_may_have_a_split_of_its_own(study_of):
    study = study_of(("[karate]", "[{name: karate, split: {per_class: 2}}]"))
    assert expand(study)[0].content["split"] == {
        "per_class": 2, "validation": 2, "test": 8, "seed": 0,
    }  # fmt: skip


def test_a_file_counts_by_its_content(study_of):
    Path("a.csv").write_text(TABLE)
    Path("b.csv").write_text(TABLE)
    first = study_of(("[karate]", "[a.csv]"))
    assert expand(first)[0].files == {"path": str(Path("a.csv").resolve())}
    assert keys(first) == keys(study_of(("[karate]", "[./b.csv]")))
    before = keys(first)
    Path("a.csv").write_text(TABLE + "1,1,1\n")
    assert not set(before) & set(keys(first))


def test_a_file_that_is_missing_is_told(study_of):
    with pytest.raises(InputError, match=r"yaml line 3: datasets.0.path names '.*a\.csv', which"):
        expand(study_of(("[karate]", "[a.csv]")))


def test_paths_are_relative_to_the_study_file(study_of):
    Path("inner").mkdir()
    Path("inner/a.csv").write_text(TABLE)
    study = study_of(("[karate]", "[a.csv]"), name="inner/study.yaml")
    assert len(expand(study)) == 6


def test_canonical_text_has_no_infinity():
    assert canonical({"b": 1.0, "a": [None, "ü"]}) == '{"a":[null,"\\u00fc"],"b":1.0}'
    with pytest.raises(ValueError, match="JSON"):
        canonical(float("inf"))
