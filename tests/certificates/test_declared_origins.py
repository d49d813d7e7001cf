"""Where a network's parameters come from: refused if it is not declared, told if it is."""

from __future__ import annotations

import json

import numpy as np
import pytest

import labelcert as lc
from labelcert._errors import InputError
from labelcert.intake.origin import Origin, check_origins, origin_of, with_origin

X = np.random.default_rng(0).standard_normal((12, 3))
Y = np.arange(8) % 2
TRAIN, TEST = np.arange(8), np.arange(8, 12)


def test_arrays_keep_their_origin_until_they_are_made_plain():
    origin = Origin(("told",))
    array = with_origin(np.eye(3), origin)
    assert origin_of(array[:2] * 2) is origin
    assert origin_of(np.asarray(array)) is None
    assert with_origin(np.eye(3), None).__class__ is np.ndarray
    assert check_origins(array, array, np.eye(2)) == ("told",)


VERBS = {
    "certify": lambda k: lc.certify(k(X, TRAIN), k(X, TEST, TRAIN), Y, C=1.0, max_flips=2),
    "cross alone": lambda k: lc.certify(
        np.asarray(k(X, TRAIN)), k(X, TEST, TRAIN), Y, C=1.0, max_flips=2
    ),
    "classifier": lambda k: lc.LabelCertifier(k, ridge=1.0).fit(X[:8], Y).certify(X[8:], 2),
    "graph": lambda k: lc.certify_graph(GRAPH, SPLIT, k, C=1.0, max_flips=2),
    "advise": lambda k: lc.advise(k(X, TRAIN), k(X, TEST, TRAIN), Y, C=1.0, max_flips=2, k=1).after,
}


class SPLIT:
    labeled, test = TRAIN, TEST


GRAPH = lc.Graph(features=X, adjacency=np.zeros((12, 12)), labels=np.arange(12) % 2)


@pytest.mark.torch
@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("kind", ["head", "tangent"])
def test_every_verb_refuses_what_is_not_declared_and_tells_what_is(verb, kind):
    from torch_networks import mlp

    def kernel(declared):
        if kind == "head":
            return lc.kernels.LastLayer(mlp(), "2", parameters=declared)
        return lc.kernels.EmpiricalNTK(mlp(outputs=2), parameters=declared)

    with pytest.raises(InputError, match="parameters is missing"):
        VERBS[verb](kernel(None))
    for word, told in (
        ("initialisation", "random initialisation"),
        ("other data", "come from other data"),
        ("these labels", "Void for the trained network"),
    ):
        cert = VERBS[verb](kernel(word))
        assert told in cert.warnings[0]
        assert told in json.loads(cert.to_json())["warnings"][0]
        several = [sign for sign in cert.warnings if "sum over the network's 2 outputs" in sign]
        assert len(several) == (kind == "tangent")


@pytest.mark.torch
def test_collective_counts_and_tuning_refuse_it_too():
    from torch_networks import mlp

    kernel = lc.kernels.EmpiricalNTK(mlp())
    with pytest.raises(InputError, match="parameters is missing"):
        lc.certify_collective(kernel(X, TRAIN), kernel(X, TEST, TRAIN), Y, C=1.0, max_flips=1)
    with pytest.raises(InputError, match="parameters is missing"):
        lc.tune(GRAPH, np.arange(12), [kernel], C=[1.0], budget=1, folds=2)
