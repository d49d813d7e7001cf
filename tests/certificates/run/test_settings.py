"""The arguments that `certify` and its sisters share have one home."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

import labelcert as lc
from labelcert.certificates.run.settings import Options, Settings

SHARED = {name: p.default for name, p in inspect.signature(Settings).parameters.items()}


def options_of(verb):
    """The keyword-only parameters of a verb and their defaults."""
    parameters = inspect.signature(verb).parameters.values()
    return {p.name: p.default for p in parameters if p.kind is p.KEYWORD_ONLY}


def test_certify_takes_the_shared_arguments_and_no_others():
    assert options_of(lc.certify) == SHARED
    assert list(Options.__annotations__) == list(SHARED)


@pytest.mark.parametrize(
    ("verb", "own", "without"),
    [
        (lc.certify_collective, set(), {"collective"}),
        (lc.advise, {"k", "budget"}, {"collective", "worst_margins", "validation"}),
        (lc.certify_graph, set(), set()),
        (lc.LabelCertifier.certify, set(), {"C", "ridge", "threat", "classes", "max_flips"}),
    ],
)
def test_signatures_list_what_is_passed_on(verb, own, without):
    found = options_of(verb)
    assert set(found) - own == set(SHARED) - without
    assert all(found[name] == SHARED[name] for name in set(found) - own)


def test_the_linear_verb_has_the_same_names_and_defaults():
    found = options_of(lc.certify_linear)
    assert set(found) <= set(SHARED)
    assert all(SHARED[name] == default for name, default in found.items())


@pytest.mark.parametrize("verb", [lc.certify, lc.certify_collective, lc.advise])
def test_what_is_no_argument_is_a_type_error(verb):
    with pytest.raises(TypeError, match="max_flip"):
        verb(np.eye(3), np.eye(3), [0, 1, 1], C=1.0, max_flip=1)


def test_the_collective_verb_is_the_collective_certificate():
    rng = np.random.default_rng(4)
    points, tests = rng.standard_normal((9, 3)), rng.standard_normal((6, 3))
    labels = np.array(["a", "b"])[(points[:, 0] > 0).astype(int)]
    given = (points @ points.T, tests @ points.T, labels)
    cert = lc.certify(*given, C=0.5, max_flips=3, collective=True)
    alone = lc.certify_collective(*given, C=0.5, max_flips=3)
    assert alone.broken_lower.tolist() == cert.collective.broken_lower.tolist()
    assert alone.broken_upper.tolist() == cert.collective.broken_upper.tolist()
    assert [w.indices.tolist() for w in alone.witnesses] == [
        w.indices.tolist() for w in cert.collective.witnesses
    ]
    with pytest.raises(TypeError, match="collective"):
        lc.advise(*given, C=0.5, max_flips=3, collectively=True)
    with pytest.raises(lc.InputError, match="collective is not available in advise"):
        lc.advise(*given, C=0.5, max_flips=3, collective=True)
