import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.sparse import coo_matrix, csr_array, csr_matrix, dok_array

from labelcert._errors import InputError
from labelcert.data.matrices import adjacency_from_edges, as_adjacency, as_features, undirected

SQUARE = st.integers(1, 6).flatmap(
    lambda n: arrays(np.float64, (n, n), elements=st.sampled_from([0.0, 0.5, 1.0, 2.0]))
)
RING = [[0, 1, 1], [1, 0, 1], [1, 1, 0]]


@pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")
@pytest.mark.parametrize("make", [list, np.array, np.matrix, csr_matrix, coo_matrix, dok_array])
def test_adjacency_of_every_kind(make):
    adjacency = as_adjacency(make(RING), 3)
    assert isinstance(adjacency, csr_array)
    assert adjacency.dtype == np.float64
    assert adjacency.toarray().tolist() == RING


@pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")
@pytest.mark.parametrize("make", [list, np.array, np.matrix])
def test_dense_features_of_every_kind(make):
    features = as_features(make([[1, 2], [3, 4]]))
    assert type(features) is np.ndarray
    assert features.dtype == np.float64
    assert features.tolist() == [[1, 2], [3, 4]]


def test_sparse_features_stay_sparse_and_the_input_is_untouched():
    given_matrix = coo_matrix(([1, 2, 0], ([0, 0, 1], [1, 1, 0])), shape=(2, 2))
    features = as_features(given_matrix)
    assert isinstance(features, csr_array)
    assert features.toarray().tolist() == [[0, 3], [0, 0]]
    assert features.nnz == 1
    assert given_matrix.nnz == 3


def test_none_is_an_empty_graph_and_the_diagonal_is_dropped():
    assert as_adjacency(None, 3).nnz == 0
    kept = as_adjacency([[5.0, 1.0], [1.0, 0.0]], 2)
    assert kept.toarray().tolist() == [[0, 1], [1, 0]]
    assert kept.nnz == 2


def test_rounding_is_averaged_away():
    adjacency = as_adjacency([[0, 1.0], [1.0 + 1e-15, 0]], 2).toarray()
    assert adjacency[0, 1] == adjacency[1, 0]


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ([[0, 1], [0, 0]], r"not symmetric: pass adjacency \+ adjacency.T"),
        ([[0, 1.0], [1.001, 0]], "not symmetric"),
        ([[0, -1], [-1, 0]], "negative"),
        ([[0, np.nan], [np.nan, 0]], "NaN"),
        (csr_array(np.array([[0, np.inf], [np.inf, 0]])), "infinite"),
        ([[0, 1, 0], [1, 0, 0]], r"shape \(2, 3\)"),
        (RING, "2 rows"),
        ([0, 1], "1 dimension"),
        ([["a", "b"], ["c", "d"]], "text"),
        (np.array([[0, 1j], [1j, 0]]), "complex"),
        ([[0, 1], [1]], "rows of equal length"),
        (object(), "matrix of real numbers"),
    ],
)
def test_bad_adjacency_is_named(bad, message):
    with pytest.raises(InputError, match=message) as caught:
        as_adjacency(bad, 2)
    assert str(caught.value).startswith("adjacency")


def test_a_corrupt_sparse_matrix_is_refused():
    corrupt = csr_array(np.eye(2))
    corrupt.indices[0] = 7
    with pytest.raises(InputError, match="not a valid sparse matrix"):
        as_adjacency(corrupt, 2)
    with pytest.raises(InputError, match="not a valid sparse matrix"):
        as_features(corrupt)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ([1.0, 2.0], "reshape"),
        (np.zeros((0, 3)), "shape"),
        (np.zeros((3, 0)), "eye_array"),
        ([[np.nan]], "NaN"),
        (csr_array(np.array([[np.inf]])), "infinite"),
        ([["x"]], "text"),
        (np.array([["x"]], dtype=object), "matrix of real numbers"),
        (csr_array(np.array([[1j]])), "complex"),
        (None, "matrix"),
    ],
)
def test_bad_features_are_named(bad, message):
    with pytest.raises(InputError, match=message) as caught:
        as_features(bad)
    assert str(caught.value).startswith("features")


@given(SQUARE)
def test_undirected_is_the_entrywise_maximum(matrix):
    expected = np.maximum(matrix, matrix.T)
    np.fill_diagonal(expected, 0.0)
    result = undirected(csr_array(matrix))
    np.testing.assert_array_equal(result.toarray(), expected)
    np.testing.assert_array_equal(undirected(matrix, unweighted=True).toarray(), expected > 0)
    assert (result.data > 0).all()
    as_adjacency(result, matrix.shape[0])


def test_repeated_edges_keep_the_largest_weight():
    source, target = np.array([0, 1, 0]), np.array([1, 0, 1])
    weighted = adjacency_from_edges(source, target, np.array([1.0, 2.0, 3.0]), 2)
    assert weighted.toarray().tolist() == [[0, 3], [2, 0]]
    assert adjacency_from_edges(source, target, None, 2).toarray().tolist() == [[0, 1], [1, 0]]
    empty = np.array([], dtype=np.int64)
    assert adjacency_from_edges(empty, empty, None, 2).nnz == 0
