"""Fixed, grid and zipped parameters."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelcert.studies.faults import Fault
from labelcert.studies.grids import combinations

VALUES = st.lists(st.integers(0, 9), min_size=1, max_size=3, unique=True)


def test_product_of_grid_and_zipped_rows():
    found = combinations(
        {"f": 0}, {"a": [1, 2], "b": ["x", "y"]}, {"c": [5, 6], "d": [7, 8]}, ("models", 0)
    )
    assert [c.values for c in found] == [
        {"f": 0, "c": c, "d": d, "a": a, "b": b}
        for (c, d), a, b in itertools.product([(5, 7), (6, 8)], [1, 2], ["x", "y"])
    ]
    assert found[-1].told() == "c 6, d 8, a 2, b y"
    assert found[-1].where["b"] == ("models", 0, "grid", "b", 1)
    assert found[-1].where["d"] == ("models", 0, "zipped", "d", 1)
    assert found[-1].where["f"] == ("models", 0, "fixed", "f")


def test_nothing_stands_for_one_combination_without_parameters():
    (only,) = combinations({}, {}, {}, ())
    assert only.values == {}
    assert only.told() == ""


def test_a_list_of_one_does_not_vary():
    (only,) = combinations({}, {"a": [0.5]}, {}, ())
    assert only.told() == ""


@given(st.dictionaries(st.sampled_from("abc"), VALUES, max_size=3))
def test_grid_against_itertools(grid):
    expected = [dict(zip(grid, row, strict=True)) for row in itertools.product(*grid.values())]
    assert [c.values for c in combinations({}, grid, {}, ())] == expected


@pytest.mark.parametrize(
    ("grid", "zipped", "path"),
    [
        ({"f": [1]}, {}, ("grid", "f")),
        ({"a": [1]}, {"a": [2]}, ("zipped", "a")),
        ({"a": []}, {}, ("grid", "a")),
        ({"a": [1, 1]}, {}, ("grid", "a")),
        ({}, {"a": [1], "b": [1, 2]}, ("zipped", "b")),
    ],
)
def test_contradictions_name_their_entry(grid, zipped, path):
    with pytest.raises(Fault) as fault:
        combinations({"f": 0}, grid, zipped, ())
    assert fault.value.path == path
