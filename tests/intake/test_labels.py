"""Labels keep what they are: missing is no class, 1 is not "1", 2⁶³ + 1 is not 2⁶³."""

from __future__ import annotations

import enum

import numpy as np
import pandas as pd
import pytest

from labelcert._errors import InputError
from labelcert.intake.budgets import as_count
from labelcert.intake.label_lookup import label_from_text, label_number
from labelcert.intake.labels import as_labels, labels_or_missing

MISSING = [None, float("nan"), np.nan, np.float32("nan"), pd.NA, pd.NaT, np.datetime64("NaT")]


@pytest.mark.parametrize("missing", [*MISSING, np.ma.masked])
@pytest.mark.parametrize("rest", [["a", "b"], [1, 2], [1.0, 2.0]])
def test_a_missing_value_is_never_a_class(missing, rest):
    with pytest.raises(InputError, match="labels has a missing value at position 1: leave that"):
        as_labels([rest[0], missing, rest[1]])


@pytest.mark.parametrize(
    "values",
    [
        np.array([1.0, np.nan]),
        np.ma.masked_array([1, 2], [False, True]),
        pd.Series(["a", None]),
        pd.Series(["a", None], dtype="string"),
        pd.Series(["a", None], dtype="category"),
        pd.Series([1, None], dtype="Int64"),
        pd.Series([1, None], dtype="int64[pyarrow]"),
        pd.Index(["a", None]),
        np.array(["a", None], dtype=np.dtypes.StringDType(na_object=None)),
        np.array(["a", np.nan], dtype=object),
    ],
)
def test_columns_of_every_library_say_what_they_lack(values):
    with pytest.raises(InputError, match="missing value at position 1"):
        as_labels(values)
    labels, present = labels_or_missing(values)
    assert present.tolist() == [True, False]
    assert labels.tolist() in ([1], ["a"])


def test_text_that_numpy_made_of_a_missing_value_is_no_class():
    with pytest.raises(InputError, match="'nan', which is how a missing value is written"):
        as_labels(np.array(["good", np.nan]))
    with pytest.raises(InputError, match="<NA>"):
        as_labels(["a", str(pd.NA)])


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ([1, "1"], "1 and '1'"),
        (["1", 1], "'1' and 1"),
        ([True, "a"], "True and 'a'"),
        ([True, 2], "True and 2"),
        ([1.0, "a"], "1.0 and 'a'"),
        (pd.Series([0, "a"], dtype=object), "0 and 'a'"),
    ],
)
def test_mixed_types_are_refused(values, told):
    with pytest.raises(InputError, match=f"labels mixes types, such as {told}"):
        as_labels(values)


def test_large_integers_keep_their_identity():
    near = [2**63, 2**63 + 1, 0]
    assert as_labels(near).tolist() == near
    assert as_labels(np.array(near, dtype=object)).tolist() == near
    assert as_labels(np.array(near, dtype=np.uint64)).tolist() == near
    assert as_labels(pd.Series(np.array(near, dtype=np.uint64), dtype="UInt64")).tolist() == near
    assert as_labels([2**53, 2**53 + 1]).dtype == np.int64
    for beyond in ([2**63, -1], [2**64, 0], np.array([2**80, 1], dtype=object)):
        with pytest.raises(InputError, match="beyond 64 bits"):
            as_labels(beyond)


@pytest.mark.parametrize(
    "values",
    [
        [2.0**53, 1],
        np.array([2**24, 0], dtype=np.float32),
        np.array([2048, 0], "f2"),
        [np.float32(2**24), 1],
    ],
)
def test_floats_that_stand_for_several_integers_are_refused(values):
    with pytest.raises(InputError, match="stands for several integers"):
        as_labels(values)


def test_whole_floats_below_that_are_integers():
    assert as_labels(np.array([2**24 - 1, -3], dtype=np.float32)).tolist() == [2**24 - 1, -3]
    assert as_labels([2.0, 1]).dtype == np.int64
    with pytest.raises(InputError, match=r"0\.5 at position 1 is a fraction"):
        as_labels([1, 0.5])
    with pytest.raises(InputError, match="inf at position 0"):
        as_labels([float("inf"), 0.0])


def test_bytes_are_the_text_they_encode():
    for values in (np.array(["bü".encode(), b"a"]), ["bü".encode(), b"a"]):
        assert as_labels(values).tolist() == ["bü", "a"]
    with pytest.raises(InputError, match="not UTF-8"):
        as_labels([b"\xff", b"a"])


def test_text_of_every_kind_is_text():
    class Kind(enum.StrEnum):
        SPAM = "spam"

    for values in (
        np.array(["spam", "ham"], dtype=np.dtypes.StringDType()),
        pd.Series(["spam", "ham"], dtype="string"),
        pd.Categorical(["spam", "ham"]),
        [np.str_("spam"), "ham"],
        [Kind.SPAM, "ham"],
        ["spam", b"ham"],
    ):
        labels = as_labels(values)
        assert labels.dtype.kind == "U"
        assert labels.tolist() == ["spam", "ham"]


@pytest.mark.parametrize(
    ("one", "other"),
    [("spam", "spam "), ("spam", "\tspam"), ("a", "\ufeffa"), ("é", "e\u0301"), ("a", "a\xa0")],
)
def test_names_that_look_the_same_are_refused(one, other):
    with pytest.raises(InputError, match="look the same") as caught:
        as_labels([one, other, "ham"])
    assert ascii(one) in str(caught.value)
    assert ascii(other) in str(caught.value)
    assert as_labels([other, "ham"]).tolist() == [other, "ham"]  # alone it is what it is


@pytest.mark.parametrize("values", [["", "a"], ["  ", "a"], ["a\0", "a"], [b" ", b"a"]])
def test_text_without_a_name_in_it_is_refused(values):
    with pytest.raises(InputError, match="holds the text"):
        as_labels(values)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ("ab", "single value"),
        (None, "single value"),
        (np.array(3), "single value"),
        ({0, 1}, "no order"),
        ({"a": 1}, "no order"),
        ((label for label in [0, 1]), "read once"),
        ([[0], [1]], "nested"),
        (np.eye(2), "2-dimensional"),
        (pd.DataFrame({"label": [0, 1]}), "2-dimensional"),
        ([], "empty"),
        ([1j, 2j], "complex"),
        (np.array(["2020-01-01", "2020-01-02"], dtype="datetime64[ns]"), "datetime64"),
        (pd.Series(pd.to_datetime(["2020-01-01", "2020-01-02"])), "Timestamp"),
        ([("a", 1), ("b", 2)], "nested"),
    ],
)
def test_what_holds_no_labels_is_refused(values, told):
    with pytest.raises(InputError, match=told) as caught:
        as_labels(values, "y_true")
    assert str(caught.value).startswith("y_true")


def test_one_label_is_of_the_classes_own_type():
    numbers, words = as_labels([7, 8]), as_labels(["7", "x "])
    assert label_number(np.int8(8), numbers, "directions") == 1
    assert label_number(b"7", words, "directions") == 0
    with pytest.raises(InputError, match="names the label '7', which there is not: write 7, which"):
        label_number("7", numbers, "directions")
    with pytest.raises(InputError, match="write '7', which is text"):
        label_number(7, words, "directions")
    with pytest.raises(InputError, match="did you mean 'x '"):
        label_number("x", words, "directions")
    with pytest.raises(InputError, match="missing value"):
        label_number(None, words, "directions")


def test_text_of_a_shell_names_a_label_as_it_is_printed():
    assert label_from_text("7", as_labels([7, -8]), "directions") == 7
    assert label_from_text("-8", as_labels([7, -8]), "directions") == -8
    assert label_from_text("7", as_labels(["7", "8"]), "directions") == "7"
    for text in ("07", "7.0", " 7", "seven"):
        with pytest.raises(InputError, match="The labels are 7, 8"):
            label_from_text(text, as_labels([7, 8]), "directions")


def test_entries_without_a_label_are_told_apart_from_those_with_one():
    labels, present = labels_or_missing(["a", None, "b", "", float("nan"), "a"])
    assert labels.tolist() == ["a", "b", "a"]
    assert present.tolist() == [True, False, True, False, False, True]
    labels, present = labels_or_missing([2**63 + 1, None, 2**63])
    assert labels.tolist() == [2**63 + 1, 2**63]
    with pytest.raises(InputError, match="holds no label at all"):
        labels_or_missing([None, float("nan")])


@pytest.mark.parametrize("values", [bytearray(b"0110"), memoryview(b"0110")])
def test_bytes_of_a_buffer_are_no_labels(values):
    with pytest.raises(InputError, match="single value"):
        as_labels(values)


@pytest.mark.parametrize(
    "twin", ["credit  card", "credit\xa0card", "cre\u200bdit card", "cre\xaddit card"]
)
def test_names_that_differ_within_in_what_nobody_sees_are_refused(twin):
    with pytest.raises(InputError, match="look the same"):
        as_labels(["credit card", twin])


def test_a_sentence_has_one_line_whatever_it_shows():
    class Odd:
        def __repr__(self):
            return "two\nlines"

    series = pd.Series([1, 2, 3])
    with pytest.raises(InputError) as caught:
        as_labels(["a", Odd()])
    assert "\n" not in str(caught.value)
    with pytest.raises(InputError) as caught:
        as_count(series, 3)
    assert "\n" not in str(caught.value)
