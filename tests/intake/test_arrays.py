"""Matrices are real, finite, dense where that is meant, and hold what was given."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from labelcert._errors import InputError
from labelcert.intake.arrays import dense_matrix, sparse_matrix


@pytest.mark.parametrize(
    "values",
    [
        [[1, 2], [3, 4]],
        np.array([[1, 2], [3, 4]], dtype=np.float32),
        np.array([[1, 2], [3, 4]], dtype=np.int8),
        np.array([[1, 2], [3, 4]], order="F"),
        np.array([[1, Fraction(2)], [Decimal(3), np.float16(4)]], dtype=object),
        np.ma.masked_array([[1.0, 2.0], [3.0, 4.0]]),
        pd.DataFrame([[1, 2], [3, 4]], dtype="Int64"),
        pd.DataFrame({"a": [1, 3], "b": [2.0, 4.0]}),
    ],
)
def test_real_numbers_of_every_kind_become_float64(values):
    matrix = dense_matrix(values, "gram")
    assert matrix.dtype == np.float64
    assert matrix.flags.c_contiguous
    assert matrix.tolist() == [[1, 2], [3, 4]]


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (sparse.csr_array(np.eye(2)), r"sparse matrix: pass gram.toarray\(\)"),
        (sparse.coo_matrix(np.eye(2)), "sparse matrix"),
        (np.ma.masked_greater([[1.0, 2.0]], 1.5), "masked entry at row 0, column 1"),
        (np.eye(2) + 1j, "complex128"),
        ([[1, 0], [0, 1 + 0j]], "complex128"),
        (np.array([[1, 1j]], dtype=object), "of type complex at row 0, column 1"),
        ([["1", "2"]], "text"),
        (np.array([[1, "2"]], dtype=object), "'2' of type str at row 0, column 1"),
        (pd.DataFrame({"a": [1, 2], "b": ["x", "y"]}), "'x' of type str at row 0, column 1"),
        ([[1.0, None]], "missing value at row 0, column 1"),
        (np.array([[1, pd.NA]], dtype=object), "missing value at row 0, column 1"),
        ([[1.0, np.nan]], "non-finite entries, the first at row 0, column 1"),
        ([[1.0], [np.inf]], "row 1, column 0"),
        (np.array([["2020-01-01"]], dtype="datetime64[D]"), "datetime64"),
        ([[1, 2], [3]], "rows of equal length"),
        ([1.0, 2.0], r"1 dimension\(s\)"),
        (3.0, "no array"),
        (None, "no array"),
        ([[2**53 + 1]], "integer at row 0, column 0 that a 64-bit float cannot hold"),
        (np.array([[0, 2**64 - 1]], dtype=np.uint64), "row 0, column 1"),
        (np.array([[2**53 + 1]], dtype=object), "64-bit float cannot hold"),
        ([[10**400]], "too large"),
    ],
)
def test_what_would_be_bent_is_refused(values, told):
    with pytest.raises(InputError, match=told) as caught:
        dense_matrix(values, "gram")
    assert str(caught.value).startswith("gram ")


def test_large_integers_that_a_float_holds_are_taken():
    assert dense_matrix([[2**60, -(2**53)]], "gram").tolist() == [[2.0**60, -(2.0**53)]]


def test_sparse_matrices_are_checked_entry_by_entry():
    assert sparse_matrix(sparse.coo_array(np.eye(2)), "features").toarray().tolist() == [
        [1, 0],
        [0, 1],
    ]
    with pytest.raises(InputError, match="complex"):
        sparse_matrix(sparse.csr_array(np.eye(2) * 1j), "features")
    with pytest.raises(InputError, match="non-finite"):
        sparse_matrix(sparse.csr_array(np.diag([1, np.nan])), "features")
    corrupt = sparse.csr_array(np.eye(2))
    corrupt.indices[0] = 7
    with pytest.raises(InputError, match="not a valid sparse matrix"):
        sparse_matrix(corrupt, "features")
