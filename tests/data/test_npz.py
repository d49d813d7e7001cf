import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.sparse import csr_array

from labelcert._errors import InputError
from labelcert.data import Graph, undirected
from labelcert.data.npz import from_npz, save_npz

NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
LABELS = st.text("abÄß漢🌍7_", min_size=1, max_size=8)


@st.composite
def graphs(draw) -> Graph:
    n = draw(st.integers(1, 7))
    weights = arrays(np.float64, (n, n), elements=st.sampled_from([0.0, 0.0, 1.0, 0.25]))
    features = draw(arrays(np.float64, (n, draw(st.integers(1, 3))), elements=st.floats(-1e6, 1e6)))
    labels = draw(
        st.one_of(
            st.lists(st.integers(1 - 2**63, 2**63 - 1), min_size=n, max_size=n),
            st.lists(LABELS, min_size=n, max_size=n),
        )
    )
    return Graph(
        csr_array(features) if draw(st.booleans()) else features,
        undirected(draw(weights)) if draw(st.booleans()) else None,
        np.array(labels),
        draw(NAMES.filter(bool)),
        class_names=draw(st.sampled_from([None, {0: "a", 1: "b"}, {0: 7, 1: 3}])),
    )


def dense(matrix):
    return matrix if isinstance(matrix, np.ndarray) else matrix.toarray()


@settings(deadline=None, max_examples=60)
@given(graphs())
def test_round_trip(tmp_path_factory, graph):
    path = save_npz(graph, tmp_path_factory.mktemp("npz") / "graph.npz")
    again = from_npz(path)
    assert type(again.features) is type(graph.features)
    np.testing.assert_array_equal(dense(again.features), dense(graph.features))
    np.testing.assert_array_equal(again.adjacency.toarray(), graph.adjacency.toarray())
    assert again.labels.dtype.kind == graph.labels.dtype.kind
    assert again.labels.tolist() == graph.labels.tolist()
    assert again.name == graph.name
    assert again.class_names == graph.class_names


def test_saving_appends_the_suffix_and_leaves_nothing_else(tmp_path):
    graph = Graph(np.ones((2, 1)), None, [0, 1])
    assert save_npz(graph, tmp_path / "my.graph").name == "my.graph.npz"
    save_npz(graph, tmp_path / "my.graph.npz")
    assert [path.name for path in tmp_path.iterdir()] == ["my.graph.npz"]


def test_saving_where_there_is_no_folder(tmp_path):
    with pytest.raises(InputError, match="cannot be written"):
        save_npz(Graph(np.ones((2, 1)), None, [0, 1]), tmp_path / "nowhere" / "graph.npz")


def write(path, **arrays_):
    np.savez(path, **arrays_)
    return path


def test_edges_and_identity_features(tmp_path):
    path = write(tmp_path / "ring.npz", labels=["a", "b", "a"], edges=[[0, 1], [2, 1], [1, 1]])
    graph = from_npz(path)
    assert graph.adjacency.toarray().tolist() == [[0, 1, 0], [1, 0, 1], [0, 1, 0]]
    np.testing.assert_array_equal(graph.features.toarray(), np.eye(3))
    assert graph.name == "ring"
    assert from_npz(path, name="other").name == "other"


def test_edge_weights(tmp_path):
    weights = {"edges": [[0, 1], [1, 0]], "edge_weight": [0.5, 2.0]}
    path = write(tmp_path / "w.npz", labels=[0, 1], **weights)
    assert from_npz(path).adjacency.toarray().tolist() == [[0, 2], [2, 0]]
    with pytest.raises(InputError, match="not symmetric"):
        from_npz(path, symmetrize=False)


def test_ppnp_spelling_and_another_label_key(tmp_path):
    adjacency, features = csr_array(np.eye(2, k=1)), csr_array(np.eye(2))
    parts = {}
    for prefix, matrix in (("adj_matrix", adjacency), ("attr_matrix", features)):
        parts |= {f"{prefix}.{part}": getattr(matrix, part) for part in ("data", "indices")}
        parts |= {f"{prefix}.indptr": matrix.indptr, f"{prefix}.shape": matrix.shape}
    graph = from_npz(write(tmp_path / "p.npz", y=[4, 5], **parts), labels="y")
    assert graph.labels.tolist() == [4, 5]
    assert graph.adjacency.toarray().tolist() == [[0, 1], [1, 0]]


def csr(data, indices, indptr, shape):
    return {"adj_data": data, "adj_indices": indices, "adj_indptr": indptr, "adj_shape": shape}


GOOD = {"labels": [0, 1], "features": [[1.0], [2.0]]}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"features": [[1.0]]}, "no key 'labels'"),
        ({"labels": [0, 1]}, "neither features nor a graph"),
        ({"labels": [[0, 1]], "features": [[1.0]]}, "labels has shape"),
        ({"labels": [0, 1], "features": [[1.0]]}, "labels has 2 entries for 1 nodes"),
        ({"labels": [0, 1], "features": [[1.0], [np.nan]]}, "features has non-finite entries"),
        ({"labels": np.array(["a", None], dtype=object)}, "pickled objects under 'labels'"),
        (GOOD | {"features": np.array([[1], [None]], dtype=object)}, "pickled objects under"),
        (GOOD | {"edges": [[0, 2]]}, r"outside \[0, 2\)"),
        (GOOD | {"edges": [[-1, 0]]}, r"outside \[0, 2\)"),
        (GOOD | {"edges": [[0.5, 1.0]]}, "integer node indices"),
        (GOOD | {"edges": [0, 1]}, "integer node indices"),
        (GOOD | {"edges": [[0, 1]], "edge_weight": [1.0, 2.0]}, "bad edge_weight"),
        (GOOD | {"edges": [[0, 1]], "edge_weight": ["x"]}, "bad edge_weight"),
        (GOOD | {"edges": [[0, 1]], "edge_weight": [-1.0]}, "negative"),
        (GOOD | {"adj_data": [1.0], "adj_indices": [1], "adj_indptr": [0, 1]}, "'adj_shape'"),
        (GOOD | csr([1.0], [9], [0, 1, 1], [2, 2]), "no valid CSR matrix"),
        (GOOD | csr([1.0], [1], [0, 1], [2**62, 2**62]), "no valid CSR matrix"),
        (GOOD | csr([], [], [0, 0, 0], [2, 3]), "adjacency has shape"),
    ],
)
def test_bad_content_is_named(tmp_path, content, message):
    path = write(tmp_path / "bad.npz", **content)
    with pytest.raises(InputError, match=message) as caught:
        from_npz(path)
    assert "bad.npz" in str(caught.value)


def bad_files():
    return {
        "empty": b"",
        "text": b"source,target\n",
        "pickle": pickle.dumps({"labels": [0, 1]}),
        "zip header only": b"PK\x03\x04",
    }


@pytest.mark.parametrize("kind", list(bad_files()))
def test_what_is_no_archive_is_named(tmp_path, kind):
    path = tmp_path / "bad.npz"
    path.write_bytes(bad_files()[kind])
    with pytest.raises(InputError, match=r"not a readable \.npz archive"):
        from_npz(path)


def test_a_single_array_is_no_archive(tmp_path):
    with (tmp_path / "bad.npz").open("wb") as stream:
        np.save(stream, np.ones(2))
    with pytest.raises(InputError, match=r"not a readable \.npz archive"):
        from_npz(tmp_path / "bad.npz")


def test_every_way_to_cut_or_spoil_a_file_is_one_input_error(tmp_path):
    path = save_npz(Graph(np.arange(40.0).reshape(20, 2), None, ["a", "b"] * 10), tmp_path / "g")
    content = path.read_bytes()
    messages = []
    for cut in range(0, len(content), 37):
        for damaged in (content[:cut], content[:cut] + b"\xff" * 9 + content[cut + 9 :]):
            path.write_bytes(damaged)
            try:
                from_npz(path)  # harmless where nothing reads the bytes, such as time stamps
            except InputError as error:
                messages.append(str(error))
    assert len(messages) > len(content) / 37
    assert all("g.npz" in message and "\n" not in message for message in messages)


def test_no_such_file(tmp_path):
    with pytest.raises(InputError, match="is no file"):
        from_npz(tmp_path / "missing.npz")


EDGE_LIST = np.array([[0, 1], [2, 1]])
REFERENCE = {"labels": [0, 1, 0], "features": [[1.0], [2.0], [3.0]], "edges": EDGE_LIST}


def renamed(**names):
    return {names.get(key, key): value for key, value in REFERENCE.items()}


@pytest.mark.parametrize(
    "content",
    [
        renamed(labels="node_labels", features="node_features"),
        renamed(labels="y", features="x"),
        renamed(labels="Y", features="X"),
        renamed(features="attr_matrix"),
        {"y": [[0], [1], [0]], "x": REFERENCE["features"], "edge_index": EDGE_LIST.T},
        renamed() | {"edges": [[0, 1]], "adj": [[0, 1, 0], [0, 0, 0], [0, 1, 0]]},
        renamed() | {"adj_matrix": [[0, 1, 0], [0, 0, 0], [0, 1, 0]]},
    ],
)
def test_usual_names_of_keys_are_read(tmp_path, content):
    graph = from_npz(write(tmp_path / "g.npz", **content))
    assert graph.labels.tolist() == [0, 1, 0]
    assert graph.features.tolist() == [[1], [2], [3]]
    assert graph.adjacency.toarray().tolist() == [[0, 1, 0], [1, 0, 1], [0, 1, 0]]


@pytest.mark.parametrize("key", ["edge_weight", "edge_weights", "weights", "edge_attr"])
def test_usual_names_of_weights_are_read_and_told(tmp_path, key):
    graph = from_npz(write(tmp_path / "g.npz", **REFERENCE, **{key: [0.5, 2.0]}))
    assert graph.adjacency.max() == 2
    assert f"with weights from {key!r}" in graph.notes[0]


def test_keys_that_are_not_read_are_told(tmp_path):
    more = {"train_masks": [True] * 3, "edge_attr": np.ones((2, 4)), "feature_names": ["a"]}
    graph = from_npz(write(tmp_path / "g.npz", **REFERENCE, **more))
    assert graph.adjacency.max() == 1
    assert "left out: 'train_masks', 'edge_attr', 'feature_names'" in graph.notes
    assert from_npz(write(tmp_path / "g.npz", **REFERENCE)).notes == (
        "labels from key 'labels', features from key 'features', graph from key 'edges'",
    )
    bare = from_npz(write(tmp_path / "g.npz", labels=[0, 1, 0], edges=EDGE_LIST))
    assert "no features: the identity matrix" in bare.notes[0]


def test_a_key_that_is_nowhere_is_an_error_and_the_near_one_is_named(tmp_path):
    path = write(tmp_path / "g.npz", **REFERENCE)
    with pytest.raises(InputError, match=r"no key 'lables'.*did you mean 'labels'"):
        from_npz(path, labels="lables")


@pytest.mark.parametrize("lost", ["data", "indices", "indptr", "shape"])
@pytest.mark.parametrize("prefix", ["attr_", "adj_", "attr_matrix.", "adj_matrix."])
def test_a_matrix_without_one_of_its_parts_is_an_error(tmp_path, prefix, lost):
    matrix = csr_array(np.eye(3))
    parts = {part: getattr(matrix, part) for part in ("data", "indices", "indptr", "shape")}
    content = {prefix + part: value for part, value in parts.items() if part != lost}
    whole = {"labels": [0, 1, 0], "edges": EDGE_LIST} | content
    with pytest.raises(InputError, match=f"no key '{prefix}{lost}'"):
        from_npz(write(tmp_path / "g.npz", **whole))


def saved(tmp_path, **arrays_):
    given = {"labels": np.array([0, 1, 0]), "features": np.eye(3)}
    np.savez(tmp_path / "g.npz", **given | arrays_)
    return tmp_path / "g.npz"


def test_names_of_bytes_are_text(tmp_path):
    graph = from_npz(saved(tmp_path, name=np.array(b"mine"), node_ids=np.array([b"a", b"b", b"c"])))
    assert graph.name == "mine"
    assert graph.node_ids.tolist() == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ({"name": np.array(["a", "b"])}, "key 'name' has shape"),
        ({"node_ids": np.array([np.nan, 1, 2])}, "missing value"),
        ({"node_ids": np.arange(4).reshape(2, 2)}, "2-dimensional"),
        ({"class_keys": np.array([0, 1]), "class_values": np.array(["a"])}, "2 and 1 entries"),
        ({"adj_indices": np.array([1.5, 0])}, "float64 under 'adj_indices'"),
        ({"adj_shape": np.array([3.5, 3])}, "float64 under 'adj_shape'"),
    ],
)
def test_what_does_not_fit_is_not_bent(tmp_path, content, told):
    csr = {
        "adj_data": np.ones(2),
        "adj_indices": np.array([1, 0]),
        "adj_indptr": np.array([0, 1, 2, 2]),
    }
    with pytest.raises(InputError, match=told):
        from_npz(saved(tmp_path, **csr | {"adj_shape": np.array([3, 3])} | content))
