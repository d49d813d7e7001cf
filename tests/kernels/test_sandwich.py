from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from labelcert.kernels import sandwich as module
from labelcert.kernels.sandwich import localize, sandwich, sandwich_diagonal

RNG = np.random.default_rng(0)
INNER = RNG.standard_normal((12, 12))
INNER = INNER @ INNER.T


def blocks(rows: np.ndarray, cols: np.ndarray) -> tuple[np.ndarray, ...]:
    assert np.all(np.diff(rows) > 0)
    assert np.all(np.diff(cols) > 0)
    part = INNER[np.ix_(rows, cols)]
    return part, 2 * part


def random_matrix(density: float) -> sparse.csr_array:
    values = RNG.standard_normal((7, 12)) * (RNG.random((7, 12)) < density)
    values[:, 4] = 0
    return sparse.csr_array(values)


@pytest.mark.parametrize("chunk", [1, 5, 1 << 20])
@pytest.mark.parametrize("density", [0.15, 0.9])
def test_sandwich_equals_the_whole_product(
    chunk: int, density: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "CHUNK_ENTRIES", chunk)
    matrix = random_matrix(density)
    rows, cols = np.array([3, 3, 0, 6]), np.array([5, 1])
    for form in (matrix, matrix.toarray()):
        once, twice = sandwich(form, rows, cols, blocks)
        whole = (matrix.toarray() @ INNER @ matrix.toarray().T)[np.ix_(rows, cols)]
        np.testing.assert_allclose(once, whole, atol=1e-12)
        np.testing.assert_allclose(twice, 2 * whole, atol=1e-12)
        np.testing.assert_allclose(
            sandwich_diagonal(form, np.diagonal(INNER), blocks),
            np.diagonal(matrix.toarray() @ INNER @ matrix.toarray().T),
            atol=1e-12,
        )


def test_all_zero_matrix_gives_zeros() -> None:
    once, _ = sandwich(np.zeros((3, 12)), np.array([0, 2]), np.array([1]), blocks)
    assert np.array_equal(once, np.zeros((2, 1)))


def test_one_entry_a_row_needs_the_inner_diagonal_only() -> None:
    matrix = sparse.csr_array(3.0 * np.eye(12)[[2, 5]])

    def never(rows: np.ndarray, cols: np.ndarray) -> tuple[np.ndarray, ...]:
        raise AssertionError("a block was computed")

    np.testing.assert_allclose(
        sandwich_diagonal(matrix, np.diagonal(INNER), never), 9 * np.diagonal(INNER)[[2, 5]]
    )


@pytest.mark.parametrize(("density", "kind"), [(0.05, sparse.csr_array), (0.9, np.ndarray)])
def test_localize_keeps_used_columns(density: float, kind: type) -> None:
    values = (RNG.random((20, 40)) < density) * 1.5
    values[0, 7] = 1.5
    values[:, 11] = 0
    local, used = localize(sparse.csr_array(values))
    assert isinstance(local, kind)
    assert np.array_equal(used, np.flatnonzero(values.any(axis=0)))
    dense = local if isinstance(local, np.ndarray) else local.toarray()
    assert np.array_equal(dense, values[:, used])
