from __future__ import annotations

import numpy as np
import pytest

from labelcert import kernels
from labelcert._errors import InputError
from labelcert.kernels import registry


def test_every_public_kernel_is_registered_under_its_name() -> None:
    assert list(registry.names()) == [
        "mlp", "gcn", "sgc", "graphsage", "appnp", "ppnp", "gin", "cnn", "linear",
        "random_features", "precomputed",
    ]  # fmt: skip
    unnamed = {"EmpiricalNTK", "FunctionKernel", "Kernel", "LastLayer", "as_kernel"}
    assert {cls.__name__ for cls in registry.names().values()} == set(kernels.__all__) - unnamed
    for name, cls in registry.names().items():
        assert cls.name == name
        assert cls.summary


@pytest.mark.parametrize("name", [name for name in registry.names() if name != "precomputed"])
def test_defaults_and_descriptions_are_complete(name: str) -> None:
    cls = registry.names()[name]
    options = cls.parameters()
    assert all(option.doc for option in options)
    built = registry.create(name, **{option.name: option.default for option in options})
    assert built == cls()
    assert repr(built) == f"{cls.__name__}()"
    assert np.isfinite(built(np.eye(4))).all()


def test_options_are_passed_on() -> None:
    assert registry.create("GCN", depth=2, skip="pc") == kernels.GCN(depth=2, skip="pc")
    plain = registry.create("gcn", normalization="none", skip="none")
    assert plain == kernels.GCN(normalization=None)
    defaults = {p.name: p.default for p in kernels.APPNP.parameters()}
    assert defaults["alpha"] == 0.1
    assert defaults["steps"] == 10


def test_unknown_names_and_options_come_with_the_closest_known_one() -> None:
    with pytest.raises(InputError, match="'graphsage'"):
        registry.create("graphsge")
    with pytest.raises(InputError, match="use one of mlp, gcn"):
        registry.create("zzz")
    with pytest.raises(InputError, match="'normalization'"):
        registry.create("gcn", normalisation="row")
    with pytest.raises(InputError, match="alpha must be"):
        registry.create("ppnp", alpha=0)
