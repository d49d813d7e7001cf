"""IDX files are read whole or refused, and the image sets are those of their publishers."""

import gzip
import hashlib
import struct

import numpy as np
import pytest

from labelcert._errors import InputError
from labelcert.data import datasets, images
from labelcert.data.idx import idx_digest, read_idx
from labelcert.data.registry import DATASETS
from shared_files import DATA, needs_data


def as_idx(array):
    head = struct.pack(">4B", 0, 0, 8, array.ndim) + struct.pack(f">{array.ndim}I", *array.shape)
    return head + array.tobytes()


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("shape", [(3, 4, 5), (7,), (1, 1, 1)])
def test_idx_files_are_read(tmp_path, packed, shape):
    array = np.random.default_rng(0).integers(256, size=shape).astype(np.uint8)
    content = as_idx(array)
    path = tmp_path / "images.gz"
    path.write_bytes(gzip.compress(content) if packed else content)
    np.testing.assert_array_equal(read_idx(path, len(shape)), array)
    assert idx_digest(array) == hashlib.sha256(content).hexdigest()


def broken_files():
    whole = as_idx(np.arange(24, dtype=np.uint8).reshape(2, 3, 4))
    packed = gzip.compress(whole, mtime=0)  # names of tests must not change
    yield "empty", b""
    yield "short header", whole[:9]
    yield "cut short", whole[:-1]
    yield "too long", whole + b"\0"
    yield "other type", whole[:2] + b"\x0d" + whole[3:]
    yield "other dimensions", whole[:3] + b"\x01" + whole[4:]
    yield "other magic", b"\x01" + whole[1:]
    yield "no rows", as_idx(np.zeros((0, 3, 4), dtype=np.uint8))
    yield "huge header", whole[:4] + b"\xff" * 12 + whole[16:]
    yield "cut gzip", packed[:-9]
    yield "damaged gzip", packed[:15] + b"\0\0\0\0" + packed[19:]
    yield "text", b"<html>not found</html>"


@pytest.mark.parametrize(("name", "content"), list(broken_files()))
def test_malformed_files_are_refused_in_one_sentence(tmp_path, name, content):
    path = tmp_path / "images.gz"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"^data file .* is no IDX file .*: delete it") as caught:
        read_idx(path, 3)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_an_input_error(tmp_path):
    with pytest.raises(InputError):
        read_idx(tmp_path / "nothing", 1)


@needs_data
@pytest.mark.parametrize("name", ["mnist", "fashion_mnist"])
def test_image_sets_of_the_npz_file(name):
    graph, info = datasets.load(name, data_dir=DATA), DATASETS[name]
    assert (graph.num_nodes, graph.num_features, graph.num_edges) == (70_000, 784, 0)
    assert (info.nodes, info.features, info.edges) == (70_000, 784, 0)
    assert graph.classes.tolist() == list(range(10))
    split = datasets.standard_split(name)
    assert (len(split.train), len(split.validation), len(split.test)) == (60_000, 0, 10_000)
    with np.load(DATA / f"{name}.npz", allow_pickle=False) as file:
        test = file["x_test"]
        np.testing.assert_array_equal(graph.features[split.test[:50]], test[:50].reshape(50, -1))
        np.testing.assert_array_equal(graph.labels[split.test], file["y_test"])
        np.testing.assert_array_equal(graph.labels[split.train], file["y_train"])


def small_set(monkeypatch):
    rng = np.random.default_rng(1)
    arrays = [
        rng.integers(256, size=shape).astype(np.uint8)
        for shape in ((6, 2, 2), (6,), (2, 2, 2), (2,))
    ]
    digests = tuple(hashlib.sha256(as_idx(array)).hexdigest() for array in arrays)
    monkeypatch.setitem(images.CONTENT, "mnist", digests)
    return arrays


def test_published_files_and_the_npz_file_give_the_same(tmp_path, monkeypatch):
    arrays = small_set(monkeypatch)
    paths = [tmp_path / f"{k}.gz" for k in range(4)]
    for path, array in zip(paths, arrays, strict=True):
        path.write_bytes(gzip.compress(as_idx(array)))
    np.savez(tmp_path / "mnist.npz", **dict(zip(images.KEYS, arrays, strict=True)))
    one, two = (
        images.read_images("mnist", *paths),
        images.read_images("mnist", tmp_path / "mnist.npz"),
    )
    np.testing.assert_array_equal(one.features, two.features)
    np.testing.assert_array_equal(one.labels, np.concatenate([arrays[1], arrays[3]]))
    assert one.num_features == 4


@pytest.mark.parametrize("which", range(4))
def test_other_content_is_refused(tmp_path, monkeypatch, which):
    arrays = small_set(monkeypatch)
    arrays[which] = arrays[which] ^ 1
    np.savez(tmp_path / "mnist.npz", **dict(zip(images.KEYS, arrays, strict=True)))
    with pytest.raises(InputError, match="SHA-256 of its content differs"):
        images.read_images("mnist", tmp_path / "mnist.npz")


def test_npz_files_with_other_arrays_are_refused(tmp_path):
    np.savez(tmp_path / "a.npz", x_train=np.zeros((1, 2, 2), dtype=np.uint8))
    with pytest.raises(InputError, match="has no array 'y_train'"):
        images.read_images("mnist", tmp_path / "a.npz")
    np.savez(tmp_path / "b.npz", **dict.fromkeys(images.KEYS, np.zeros(3)))
    with pytest.raises(InputError, match="no bytes of images"):
        images.read_images("mnist", tmp_path / "b.npz")
    objects = np.array([None], dtype=object)
    np.savez(tmp_path / "c.npz", **dict.fromkeys(images.KEYS, objects))
    with pytest.raises(InputError, match="pickled"):
        images.read_images("mnist", tmp_path / "c.npz")


def test_data_sets_without_a_split_of_their_own():
    with pytest.raises(InputError, match=r"use datasets\.split"):
        datasets.standard_split("karate")
