from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from labelcert.kernels.propagation import (
    Matrix,
    PersonalizedLimit,
    PersonalizedSteps,
    Propagation,
    neighbour_matrix,
    self_loop_matrix,
)

PATH = sparse.csr_array(
    np.array([[0, 1, 0, 0], [1, 0, 2, 0], [0, 2, 0, 0], [0, 0, 0, 0]], dtype=float)
)


def test_row_normalization_averages_a_node_with_its_neighbours() -> None:
    s = self_loop_matrix(PATH, "row").toarray()
    np.testing.assert_allclose(
        s, [[1 / 2, 1 / 2, 0, 0], [1 / 4, 1 / 4, 2 / 4, 0], [0, 2 / 3, 1 / 3, 0], [0, 0, 0, 1]]
    )


def test_symmetric_normalization_divides_by_both_roots() -> None:
    s = self_loop_matrix(PATH, "symmetric").toarray()
    np.testing.assert_allclose(s, s.T)
    assert s[0, 1] == pytest.approx(1 / np.sqrt(2 * 4))
    assert s[1, 2] == pytest.approx(2 / np.sqrt(4 * 3))
    assert s[3, 3] == 1


def test_edge_weight_comes_before_self_loops() -> None:
    none = self_loop_matrix(PATH, None, 0.5).toarray()
    np.testing.assert_allclose(none, 0.5 * PATH.toarray() + np.eye(4))
    row = self_loop_matrix(PATH, "row", 0.5).toarray()
    np.testing.assert_allclose(row[0], [1 / 1.5, 0.5 / 1.5, 0, 0])


def test_mean_of_neighbours_leaves_an_isolated_node_alone() -> None:
    s = neighbour_matrix(PATH, "row").toarray()
    np.testing.assert_allclose(s[1], [1 / 3, 1, 2 / 3, 0])
    np.testing.assert_allclose(s[3], [0, 0, 0, 1])
    np.testing.assert_allclose(neighbour_matrix(PATH, None).toarray(), PATH.toarray() + np.eye(4))


def test_building_a_matrix_leaves_the_adjacency_alone() -> None:
    before = PATH.toarray().copy()
    for normalization in ("row", "symmetric", None):
        self_loop_matrix(PATH, normalization, 2.0)
    neighbour_matrix(PATH, "row", 2.0)
    assert np.array_equal(PATH.toarray(), before)


@pytest.mark.parametrize("normalization", ["row", "symmetric"])
def test_rows_of_page_rank_equal_those_of_the_whole_matrix(normalization) -> None:
    s = self_loop_matrix(PATH, normalization)
    eye = np.eye(4)
    whole = eye
    for _ in range(3):
        whole = 0.8 * s.toarray() @ whole + 0.2 * eye
    limit = 0.2 * np.linalg.inv(eye - 0.8 * s.toarray())
    nodes = np.array([2, 0, 3])
    steps_rows = PersonalizedSteps(s, 0.2, 3).rows(nodes).toarray()
    limit_rows = PersonalizedLimit(s, 0.2).rows(nodes).toarray()
    np.testing.assert_allclose(steps_rows, whole[nodes], atol=1e-15)
    np.testing.assert_allclose(limit_rows, limit[nodes], atol=1e-14)


def test_page_rank_solves_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("labelcert.kernels.propagation._SOLVE_BATCH", 3)
    s = self_loop_matrix(PATH, "row")
    rows = PersonalizedLimit(s, 0.4).rows(np.arange(4)).toarray()
    np.testing.assert_allclose(rows, 0.4 * np.linalg.inv(np.eye(4) - 0.6 * s.toarray()))


def test_every_propagation_meets_the_interface() -> None:
    for propagation in (Matrix(PATH), PersonalizedSteps(PATH, 0.1, 2), PersonalizedLimit(PATH, 1)):
        assert isinstance(propagation, Propagation)
        assert propagation.rows(np.array([1])).shape == (1, 4)
