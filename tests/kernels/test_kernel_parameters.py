"""What a kernel needs in order to be one, and what is known of its parameters."""

from __future__ import annotations

import json
from fractions import Fraction

import numpy as np
import pytest
from sklearn.base import clone

import labelcert as lc
from labelcert._errors import InputError
from labelcert.kernels import GCN, MLP, registry
from labelcert.kernels.kernel import __doc__ as DESCRIPTION
from toy_kernel import Powers


def linear() -> type:
    """The class that the module describes."""
    code = [
        line.removeprefix("    ") for line in (DESCRIPTION or "").partition("::")[2].split("\n")
    ]
    names: dict = {}
    exec("\n".join(code), names)
    return names["Linear"]


def test_the_documented_kernel_needs_no_base_class():
    graph = lc.datasets.load("karate")
    kernel = linear()(2.0)
    features = np.asarray(graph.features.toarray() if hasattr(graph.features, "toarray")
                          else graph.features)  # fmt: skip
    np.testing.assert_array_equal(
        kernel(graph, [3, 1], [0]), features[[3, 1]] @ features[[0]].T + 2.0
    )
    tuning = lc.tune(graph, list(range(0, 34, 2)), [kernel, GCN()], C=[1.0], folds=2)
    settings = {trial.settings["model"]: trial.settings for trial in tuning.trials}
    assert settings["linear"] == {"model": "linear", "constant": 2.0, "C": 1.0}


@pytest.mark.parametrize("wrong", [GCN, "gcn", None, lambda graph: None])
def test_what_is_no_kernel_is_refused(wrong):
    with pytest.raises(InputError, match=r"kernels has .*, which is no kernel"):
        lc.tune(np.eye(6), range(6), [wrong], labels=[0, 1] * 3, folds=2)


@pytest.mark.parametrize(
    "cls",
    [*(cls for name, cls in registry.names().items() if name != "precomputed"), Powers],
    ids=lambda cls: cls.name,
)
def test_every_kernel_is_one_and_its_settings_are_plain(cls):
    kernel = cls()
    assert isinstance(kernel, lc.kernels.Kernel)
    settings = kernel.settings()
    assert json.loads(json.dumps(settings)) == settings
    assert type(kernel)(**settings) == kernel
    assert kernel.get_params() == {p.name: p.default for p in cls.parameters()}


def test_settings_hold_what_is_read_the_same_for_equal_kernels():
    assert "skip_alpha" not in GCN(skip="pc").settings()
    assert "skip_activation" in GCN(skip="pc").settings()
    assert {"skip_alpha", "skip_activation"} <= set(GCN(skip="alpha").settings())
    odd = GCN(np.int64(2), edge_weight=Fraction(1, 2)).settings()
    assert json.dumps(odd) == json.dumps(GCN(2, edge_weight=0.5).settings())
    assert repr(GCN(edge_weight=1).settings()["edge_weight"]) == "1.0"
    assert Powers(keep_shift=np.True_).settings()["keep_shift"] is True


def test_kernels_are_cloned_and_set_as_scikit_learn_does():
    kernel = GCN(depth=2, edge_weight=3)
    copy = clone(kernel)
    assert copy == kernel
    assert copy is not kernel
    assert copy.set_params(depth=4, skip="pc") is copy
    assert copy == GCN(4, edge_weight=3, skip="pc")
    assert kernel == GCN(2, edge_weight=3)
    with pytest.raises(InputError, match="depht is not an option of the gcn kernel"):
        copy.set_params(depht=1)
    with pytest.raises(InputError, match=r"^skip must"):
        copy.set_params(depth=7, skip="res")
    assert copy == GCN(4, edge_weight=3, skip="pc")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ({"degree": "3"}, Powers(3)),
        ({"scale": "none"}, Powers()),
        ({"scale": "5e-1"}, Powers(scale=0.5)),
        ({"keep_shift": "TRUE", "shift": "2"}, Powers(keep_shift=True, shift=2.0)),
        ({"form": "[b]"}, Powers(form="[b]")),
    ],
)
def test_text_is_read_by_kind(monkeypatch, text, value):
    monkeypatch.setattr(registry, "_CLASSES", (MLP, Powers))
    assert registry.from_text("Powers", text) == value


@pytest.mark.parametrize(
    ("name", "text", "value", "sentence"),
    [
        ("degree", "1.5", 1.5, "degree must be an integer of at least 0, not 1.5."),
        ("degree", "x", "x", "degree must be an integer of at least 0, not 'x'."),
        ("degree", "none", None, "degree must be an integer of at least 0, not None."),
        ("degree", "-1", -1, "degree must be an integer of at least 0, not -1."),
        ("scale", "0", 0.0, "scale must be a finite number above 0, or None, not 0.0."),
        ("shift", "inf", np.inf, "shift must be a finite number of at least 0, not inf."),
        ("keep_shift", "yes", "yes", "keep_shift must be True or False, not 'yes'."),
        ("form", "bold", "bold", "form must be one of 'plain', '[b]', not 'bold'."),
    ],
)
def test_a_wrong_value_is_refused_in_the_same_words_everywhere(
    monkeypatch, name, text, value, sentence
):
    monkeypatch.setattr(registry, "_CLASSES", (MLP, Powers))
    for attempt in (
        lambda: registry.from_text("powers", {name: text}),
        lambda: registry.create("powers", **{name: value}),
        lambda: Powers(**{name: value}),
        lambda: Powers().set_params(**{name: value}),
    ):
        with pytest.raises(InputError) as caught:
            attempt()
        assert str(caught.value) == sentence


def test_what_the_registry_checks_a_kernel_need_not(monkeypatch):
    class Bare(linear()):
        summary = "inner products"
        uses_edges = False

        @classmethod
        def parameters(cls):
            return Powers.parameters()[3:4]

    monkeypatch.setattr(registry, "_CLASSES", (Bare,))
    with pytest.raises(InputError, match=r"^shift must be a finite number of at least 0, not -1\."):
        registry.create("linear", shift=-1)
    Bare.parameters = classmethod(lambda cls: ())
    with pytest.raises(InputError, match="depth is not an option of the linear kernel; it has non"):
        registry.create("linear", depth=1)
    assert registry.create("linear").settings() == {"constant": 0.0}
