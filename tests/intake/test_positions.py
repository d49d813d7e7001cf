"""Positions are integers or a mask, and neither is read as the other."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from labelcert._errors import InputError
from labelcert.intake.positions import as_positions

MASK = [False, False, True, True]


@pytest.mark.parametrize(
    "mask",
    [
        MASK,
        np.array(MASK),
        np.array(MASK, dtype=object),
        pd.Series(MASK),
        pd.array(MASK, dtype="boolean"),
        [np.bool_(value) for value in MASK],
    ],
)
def test_a_mask_stands_for_its_true_entries(mask):
    assert as_positions(mask, "trusted", 4, "label").tolist() == [2, 3]


@pytest.mark.parametrize(
    "values",
    [[3, 0], (3, 0), np.array([3, 0], dtype=np.uint8), np.array([3, 0], dtype=object),
     pd.Series([3, 0]), pd.array([3, 0], dtype="Int64")],
)  # fmt: skip
def test_positions_keep_their_order(values):
    positions = as_positions(values, "trusted", 4, "label")
    assert positions.tolist() == [3, 0]
    assert positions.dtype == np.int64


def test_a_range_a_set_and_nothing_are_positions():
    assert as_positions(range(2), "trusted", 4, "label").tolist() == [0, 1]
    assert as_positions({3, 1}, "trusted", 4, "label").tolist() == [1, 3]
    assert as_positions([], "trusted", 4, "label").tolist() == []
    assert as_positions(np.array([]), "trusted", 4, "label").tolist() == []


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ([True, False], "mask with 2 entries for 4 labels"),
        (np.array([True] * 5), "mask with 5 entries"),
        ([True, False, 1, 0], "mixes booleans and numbers"),
        ([0.0, 1.0], "0.0 is of type float"),
        (np.array([0.5]), "of type float"),
        (["0"], "of type str"),
        ([-1], "contains -1"),
        ([4], "contains 4, which is no label: pass positions from 0 to 3"),
        (np.array([-1]), "contains -1"),
        (np.array([2**64 - 1], dtype=np.uint64), "contains 18446744073709551615"),
        ([None, 1], "missing value at position 0"),
        (pd.array([True, None, True, True], dtype="boolean"), "missing value at position 1"),
        (np.ma.masked_array([0, 1], [True, False]), "missing value at position 0"),
        (0, "single value"),
        ("01", "single value"),
        ([[0, 1]], "nested"),
        (iter([0, 1]), "read once"),
        ({0: True}, "no order"),
        ({"a"}, "no order"),
    ],
)
def test_what_is_no_position_is_refused(values, told):
    with pytest.raises(InputError, match=told) as caught:
        as_positions(values, "trusted", 4, "label")
    assert str(caught.value).startswith("trusted")


def test_repeats_are_refused_where_they_have_no_meaning():
    assert as_positions([1, 1], "rows", 4, "node").tolist() == [1, 1]
    for values in ([1, 1], np.array([1, 1])):
        with pytest.raises(InputError, match="repeats"):
            as_positions(values, "index", 4, "node", distinct=True)


@pytest.mark.parametrize("mask", [[0, 1, 1, 0], [0, 0, 0, 0], [1, 1, 1, 1]])
@pytest.mark.parametrize("kind", [list, np.array, pd.Series, lambda m: np.array(m, np.uint8)])
def test_a_mask_of_zeros_and_ones_is_never_read_as_positions(mask, kind):
    with pytest.raises(InputError, match="trusted holds 4 entries of 0 and 1, one for each label"):
        as_positions(kind(mask), "trusted", 4, "label")


def test_zeros_and_ones_that_are_no_mask_stay_positions():
    assert as_positions([0, 1, 1], "rows", 4, "node").tolist() == [0, 1, 1]
    assert as_positions([1, 0], "rows", 2, "node").tolist() == [1, 0]
    assert as_positions([0], "rows", 1, "node").tolist() == [0]
