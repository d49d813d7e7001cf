import numpy as np
import pandas as pd
import pytest

from labelcert._errors import InputError
from labelcert.data.labels import as_labels


@pytest.mark.parametrize(
    "given",
    [
        [3, 1, 3],
        np.array([3, 1, 3], dtype=np.int8),
        np.array([3, 1, 3], dtype=np.uint64),
        np.array([3.0, 1.0, 3.0], dtype=np.float32),
        np.array([3, 1, 3], dtype=object),
        pd.Series([3, 1, 3], dtype="Int64"),
    ],
)
def test_whole_numbers_become_int64(given):
    labels = as_labels(given)
    assert labels.dtype == np.int64
    assert labels.tolist() == [3, 1, 3]


def test_booleans_become_zero_and_one():
    assert as_labels([True, False]).tolist() == [1, 0]
    assert as_labels(np.array([True, False], dtype=object)).dtype == np.int64


@pytest.mark.parametrize(
    "given",
    [
        ["a", "bü"],
        np.array(["a", "bü"], dtype=object),
        np.array([b"a", "bü".encode()]),
        pd.Series(["a", "bü"]),
        pd.Series(["a", "bü"], dtype="category"),
    ],
)
def test_text_becomes_numpy_unicode(given):
    labels = as_labels(given)
    assert labels.dtype.kind == "U"
    assert labels.tolist() == ["a", "bü"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([0.5, 1.0], "fraction"),
        ([np.nan, 1.0], "missing"),
        ([np.inf, 1.0], "infinite"),
        ([1e30, 1.0], "stands for several integers"),
        ([[0], [1]], "nested"),
        (0, "single value"),
        ([], "empty"),
        (np.array(["a", None], dtype=object), "missing value at position 1"),
        (np.array(["a", float("nan")], dtype=object), "missing value at position 1"),
        (np.array(["a", pd.NA], dtype=object), "missing value at position 1"),
        (np.array(["a", 1], dtype=object), "mixes types"),
        (np.array([2**80, 1], dtype=object), "beyond 64 bits"),
        ([1j, 2j], "complex"),
        (np.array(["2020-01-01"], dtype="datetime64[D]"), "datetime64"),
        ([[1, 2], [3]], "nested"),
        (np.array([b"\xff"]), "UTF-8"),
    ],
)
def test_what_is_no_label_is_named(given, message):
    with pytest.raises(InputError, match=message) as caught:
        as_labels(given)
    assert "labels" in str(caught.value)


def test_length_is_checked():
    with pytest.raises(InputError, match="2 entries for 3 nodes"):
        as_labels([0, 1], 3)
