"""Single numbers: no booleans, no text, no fractions where integers are meant."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from labelcert._errors import InputError
from labelcert.intake.budgets import as_count
from labelcert.intake.integers import as_integers
from labelcert.intake.numbers import flag, jobs, positive, real, seconds, whole

NO_NUMBERS = [True, np.True_, "1", b"1", None, 1j, [1], np.array([1]), float("nan")]


@pytest.mark.parametrize("value", [*NO_NUMBERS, 1.0, np.float64(1), Fraction(1), 0])
def test_whole_numbers_are_integers(value):
    with pytest.raises(InputError, match=r"^k is .*: pass a whole number of at least 1\.$"):
        whole(value, "k", 1)


def test_integers_of_every_kind_are_whole():
    for value in (3, np.int8(3), np.uint64(3), np.array(3)):
        number = whole(value, "k", 1)
        assert number == 3
        assert type(number) is int


@pytest.mark.parametrize("value", [*NO_NUMBERS, 0, -1.0, math.inf, 1e101, Decimal("NaN")])
def test_a_regularization_is_a_positive_number(value):
    with pytest.raises(InputError, match=r"^C="):
        positive(value, "C")


def test_numbers_of_every_kind_are_the_nearest_float():
    for value in (0.1, np.float64(0.1), Decimal("0.1"), Fraction(1, 10), np.array(0.1)):
        number = positive(value, "C")
        assert number == 0.1
        assert type(number) is float
    assert positive(np.float32(0.5), "C") == 0.5
    assert real(2, "n", 0.0) == 2.0


@pytest.mark.parametrize("value", [*NO_NUMBERS, -0.1, math.inf, 10**400])
def test_a_real_number_lies_in_its_range(value):
    with pytest.raises(InputError, match=r"^distance is "):
        real(value, "distance", 0.0)


@pytest.mark.parametrize("value", [True, "60", float("nan"), -1, 1j])
def test_seconds_are_no_text_and_no_flag(value):
    with pytest.raises(InputError, match=r"^time_limit="):
        seconds(value, "time_limit")


def test_no_limit_is_none_or_infinite():
    assert seconds(None, "time_limit") is None
    assert seconds(math.inf, "time_limit") is None
    assert seconds(np.float32(0.5), "time_limit") == 0.5


@pytest.mark.parametrize("value", [True, 1.5, 2.0, "2", 0, -2])
def test_threads_are_counted_in_whole_numbers(value):
    with pytest.raises(InputError, match=r"^n_jobs="):
        jobs(value, "n_jobs")


def test_all_cores_are_none_or_minus_one():
    assert jobs(None, "n_jobs") == jobs(-1, "n_jobs") >= 1
    assert jobs(np.int64(3), "n_jobs") == 3


@pytest.mark.parametrize("value", ["no", "False", 0, 1, None, np.array([True])])
def test_a_flag_is_true_or_false(value):
    with pytest.raises(InputError, match=r"^collective is .*: pass True or False"):
        flag(value, "collective")
    assert flag(np.False_, "collective") is False


@pytest.mark.parametrize(
    "budget", [True, np.True_, 1.5, 2.0, "1.5", "2.0", "ten", "", "%", "1e2%", "1_0", "٣", "1/0%",
               "-1", -1, "101%", "-1%", None, [1], "1e999999999%"],
)  # fmt: skip
def test_a_budget_is_a_count_or_a_percentage(budget):
    with pytest.raises(InputError, match=r"^max_flips="):
        as_count(budget, 10)


def test_percentages_are_rounded_down_exactly():
    assert as_count("29%", 100) == 29  # 0.29 * 100 is 28.999…
    assert as_count("12.5 %", 10) == 1
    assert as_count("1/3%", 300) == 1
    assert as_count(" 3 ", 10) == 3


def test_a_budget_of_any_size_is_a_python_integer():
    assert as_count(10**30, 10) == 10**30
    assert as_count(str(10**30), 10) == 10**30
    assert type(as_count(np.int64(4), 10)) is int
    assert as_count("100%", 10**30) == 10**30


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ([1, 2], "2 entries for 3 labels"),
        ([1, 2.5, 3], "position 1 holds 2.5"),
        ([1, 0, 3], "position 1 holds 0"),
        ([True, True, False], "position 0 holds True"),
        ([1, "2", 3], "position 1 holds '2'"),
        ([1, None, 3], "missing value at position 1"),
        ([1.0, float("nan"), 3.0], "missing value at position 1"),
        ([1, float("inf"), 3], "position 1 holds inf"),
        ([1, 2.0**53, 3], "position 1"),
        ({1, 2, 3}, "no order"),
        ([[1, 2, 3]], "nested"),
    ],
)
def test_costs_are_one_integer_a_point(values, told):
    with pytest.raises(InputError, match=told):
        as_integers(values, "costs", 3, "label", least=1)


def test_integers_of_any_size_and_whole_floats_are_taken():
    assert as_integers([1, 2.0, 2**70], "costs", 3, "label", least=1) == [1, 2, 2**70]
    large = np.full(2, 2**63 + 5, dtype=np.uint64)
    assert as_integers(large, "costs", 2, "label", least=1) == [2**63 + 5] * 2


def test_what_lies_under_a_mask_and_a_signaling_nan_are_no_numbers():
    for value in (np.ma.masked_array(3, True), np.ma.masked, Decimal("sNaN")):
        for read in (
            lambda v: whole(v, "k", 0),
            lambda v: positive(v, "C"),
            lambda v: as_count(v, 9),
        ):
            with pytest.raises(InputError):
                read(value)
