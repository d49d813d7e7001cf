"""Kernels of users: by reference, as functions, installed, and as matrices."""

from __future__ import annotations

import sys
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest
from scipy import sparse
from sklearn.gaussian_process.kernels import RBF
from sklearn.metrics.pairwise import rbf_kernel

import labelcert as lc
from labelcert.kernels import FunctionKernel, Precomputed, as_kernel, installed, registry

X = np.random.default_rng(0).normal(size=(9, 3))
GAUSS = np.exp(-0.5 * ((X[:, None] - X[None]) ** 2).sum(axis=2))

MODULE = '''
import numpy as np

class Gauss:
    """A Gaussian kernel.

    And more about it."""
    name = "gauss"

    def __init__(self, width=1.0, note=None):
        if width <= 0:
            raise ValueError("width")
        self.width, self.note = width, note

    def settings(self):
        return {"width": self.width, "note": self.note}

    def __call__(self, graph, rows=None, cols=None):
        X = np.asarray(getattr(graph, "features", graph))
        return np.exp(-((X[rows][:, None] - X[cols][None]) ** 2).sum(axis=2) / (2 * self.width**2))

def flat(X, Y, scale=1.0):
    return scale * np.ones((len(X), len(Y)))

def blocks(graph, rows, cols, scale=1.0):
    return scale * np.asarray(graph)[rows] @ np.asarray(graph)[cols].T

def crooked(X, Y):
    return np.arange(float(len(X) * len(Y))).reshape(len(X), len(Y))

def short(X, Y):
    return np.ones((len(X), len(X) + 1))

def endless(X, Y):
    return np.full((len(X), len(Y)), np.nan)

def fails(X, Y):
    raise RuntimeError("no luck")

number = 3
'''


@pytest.fixture
def module(tmp_path, monkeypatch):
    """A module of own kernels in the current folder; gives its name."""
    name = f"own_{tmp_path.name.replace('-', '_')}"
    (tmp_path / f"{name}.py").write_text(MODULE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield name
    sys.modules.pop(name, None)


@pytest.mark.parametrize(
    ("what", "values", "expected"),
    [
        ("Gauss", {}, GAUSS),
        ("Gauss", {"width": 2}, GAUSS**0.25),
        ("flat", {"scale": 3}, np.full((9, 9), 3.0)),
        ("blocks", {"scale": 2.0}, 2 * X @ X.T),
    ],
)
def test_a_reference_builds_what_it_names(module, what, values, expected):
    kernel = registry.create(f"{module}:{what}", **values)
    assert isinstance(kernel, lc.kernels.Kernel)
    np.testing.assert_allclose(kernel(X), expected)
    assert (kernel(X) == kernel(X).T).all()
    np.testing.assert_allclose(kernel(X, [1, 2], [5, 0, 3]), expected[np.ix_([1, 2], [5, 0, 3])])
    assert kernel.name == f"{module}:{what}"
    assert registry.arguments_of(kernel) == values


def test_its_parameters_are_those_of_its_constructor(module):
    cls = registry.find(f"{module}:Gauss")
    assert cls.summary == "A Gaussian kernel."
    assert [(p.name, p.default) for p in cls.parameters()] == [("width", 1.0), ("note", None)]
    built = registry.from_text(f"{module}:Gauss", {"width": "0.5", "note": "none"})
    assert built.settings() == {"width": 0.5, "note": None}
    assert [p.name for p in registry.find(f"{module}:flat").parameters()] == ["scale"]
    assert [p.name for p in registry.find(f"{module}:blocks").parameters()] == ["scale"]
    ours = registry.from_text("labelcert.kernels:GCN", {"depth": "2"})
    np.testing.assert_array_equal(ours(X), lc.kernels.GCN(2)(X))
    with pytest.raises(lc.InputError, match="depth must be an integer of at least 1"):
        registry.create("labelcert.kernels:GCN", depth=0)


@pytest.mark.parametrize(
    ("what", "values", "sentence"),
    [
        ("Gaus", {}, "did you mean 'Gauss'"),
        ("number", {}, "is of type int: name a class"),
        ("Gauss", {"widht": 1}, "widht is not an option of the .*Gauss kernel; did you mean"),
        ("Gauss", {"width": -1}, r"cannot be built \(ValueError: width\)"),
        ("a b", {}, "write it as package.module:Class"),
        ("", {}, "write it as package.module:Class"),
    ],
)
def test_a_reference_that_is_none_is_refused(module, what, values, sentence):
    with pytest.raises(lc.InputError, match=sentence):
        registry.create(f"{module}:{what}", **values)


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        ("crooked", "is not symmetric"),
        ("short", r"returned shape \(9, 10\) for 9 rows and 9 columns"),
        ("endless", "the block of model .* (NaN|nan|not finite)"),
        ("fails", "failed: RuntimeError: no luck"),
    ],
)
def test_a_block_that_is_none_is_refused(module, what, sentence):
    with pytest.raises(lc.InputError, match=sentence):
        registry.create(f"{module}:{what}")(X)


def test_modules_that_cannot_be_imported_are_told(module, tmp_path):
    with pytest.raises(lc.InputError, match=r"'not_there:X' cannot be imported \(ModuleNotFound"):
        registry.find("not_there:X")
    (tmp_path / f"{module}_bad.py").write_text("raise SystemExit(3)")
    with pytest.raises(lc.InputError, match=r"cannot be imported \(SystemExit: 3\)"):
        registry.find(f"{module}_bad:X")


def test_the_digest_is_that_of_the_source_that_was_imported(module, tmp_path, monkeypatch):
    first = registry.find(f"{module}:Gauss").digest()
    assert registry.find(f"{module}:Gauss").digest() == first
    path = tmp_path / f"{module}.py"
    path.write_text(path.read_text() + "\n# changed\n")
    with pytest.raises(lc.InputError, match="has changed since it was imported: start Python"):
        registry.find(f"{module}:Gauss")
    monkeypatch.setattr("labelcert.kernels.own._seen", {})
    assert registry.find(f"{module}:Gauss").digest() != first


@pytest.mark.parametrize(
    "function", [rbf_kernel, partial(rbf_kernel, gamma=0.5), RBF(), lambda A, B: A @ B.T]
)
@pytest.mark.parametrize("data", [X, sparse.csr_array(X)])
def test_functions_of_two_matrices_are_kernels(function, data):
    kernel = as_kernel(function)
    assert isinstance(kernel, lc.kernels.Kernel)
    np.testing.assert_allclose(kernel(data, [3, 1], [0]), function(X[[3, 1]], X[[0]]))
    np.testing.assert_allclose(kernel(data), function(X, X), atol=1e-15)


def test_functions_are_tuned_and_told_by_what_is_bound_to_them():
    labels = [0, 1, 0] * 3
    tried = [rbf_kernel, lc.kernels.MLP(), partial(rbf_kernel, gamma=2.0)]
    tuning = lc.tune(X, range(9), tried, labels=labels, C=[1.0], folds=2)
    assert sorted(trial.settings["model"] for trial in tuning.trials) == [
        "mlp", "rbf_kernel", "rbf_kernel",
    ]  # fmt: skip
    assert {trial.settings.get("gamma") for trial in tuning.trials} == {None, 2.0}
    assert FunctionKernel(RBF(2.0)).settings() != FunctionKernel(RBF(3.0)).settings()


def test_what_is_no_kernel_says_what_to_pass():
    with pytest.raises(lc.InputError, match=r"kernel is a matrix: pass lc.kernels.Precomputed"):
        as_kernel(np.eye(3))
    for wrong in ("gcn", None, lambda one: one, np.eye(30).tolist()):
        with pytest.raises(
            lc.InputError, match="which is no kernel: pass objects such as GCN"
        ) as told:
            as_kernel(wrong)
        assert ("names are for the shell" in str(told.value)) == (wrong == "gcn")
        assert len(str(told.value)) < 300
    with pytest.raises(lc.InputError, match=r"the class GCN, .* such as GCN\(\)"):
        as_kernel(lc.kernels.GCN)


class _Deaf:
    """A kernel that pays no heed to the nodes that it is asked about."""

    name = "deaf"

    def settings(self):
        return {}

    def __call__(self, graph, rows=None, cols=None):
        return X @ X.T


@pytest.mark.parametrize(
    "use",
    [
        lambda k: lc.tune(X, [1, 2, 3, 4], [k], labels=[0, 1] * 4 + [0], C=[1.0], folds=2),
        lambda k: lc.certify_graph(
            lc.Graph(X, np.zeros((9, 9)), np.array([0, 1] * 4 + [0])),
            SimpleNamespace(labeled=[1, 2, 3], test=[4]), k, C=1.0, max_flips=1,
        ),
        lambda k: lc.PartitionEnsemble(kernel=k, parts=2, ridge=1.0)
        .fit(np.tile(X, (2, 1))[:12] + 0.0, np.arange(12) % 2)
        .certify(X[:1], max_flips=1),
    ],
)  # fmt: skip
def test_a_block_of_other_nodes_than_asked_for_is_refused_wherever_kernels_are_taken(use):
    with pytest.raises(lc.InputError, match=r"model deaf returned shape \(9, 9\) for"):
        use(_Deaf())


class _Point:
    def __init__(self, name, load):
        self.name, self.value, self.load = name, f"somewhere:{name}", load


def _broken():
    raise ImportError("gone")


def test_installed_kernels_have_names_and_broken_ones_are_told_when_named(monkeypatch):
    points = [
        _Point("Gaussian", lambda: rbf_kernel), _Point("lost", _broken), _Point("gcn", _broken),
        _Point("mlp", lambda: rbf_kernel),
    ]  # fmt: skip
    monkeypatch.setattr(installed, "entry_points", lambda group: points if group else None)
    installed.installed.cache_clear()
    try:
        np.testing.assert_allclose(registry.create("gaussian", gamma=0.5)(X), GAUSS)
        assert "gaussian" in registry.names()
        assert registry.create("mlp") == lc.kernels.MLP()
        assert registry.create("gcn") == lc.kernels.GCN()
        with pytest.raises(lc.InputError, match=r"cannot be loaded \(somewhere:lost: ImportError"):
            registry.create("lost")
    finally:
        installed.installed.cache_clear()


def test_a_matrix_is_read_from_a_file_and_never_unpickled(tmp_path):
    whole = Precomputed(GAUSS)
    np.save(tmp_path / "k.npy", GAUSS)
    np.savez(tmp_path / "k.npz", GAUSS)
    for name in ("k.npy", "k.npz"):
        kernel = registry.create("precomputed", matrix=str(tmp_path / name))
        assert kernel.settings() == whole.settings()
        np.testing.assert_array_equal(kernel(X, [4], [2, 0]), whole(X, [4], [2, 0]))
        np.testing.assert_array_equal(kernel(sparse.csr_array(X)), whole(X))
    np.savez(tmp_path / "two.npz", a=GAUSS, b=GAUSS)
    np.save(tmp_path / "pickled.npy", np.array([[{}]], dtype=object), allow_pickle=True)
    (tmp_path / "text.npy").write_text("no matrix")
    for name, sentence in (
        ("two.npz", "holds 2 arrays"), ("pickled.npy", "never loaded"), ("text.npy", "is no .npy"),
        ("gone.npy", "is no file"),
    ):  # fmt: skip
        with pytest.raises(lc.InputError, match=sentence):
            registry.create("precomputed", matrix=str(tmp_path / name))
    with pytest.raises(lc.InputError, match="matrix is missing"):
        registry.create("precomputed")
