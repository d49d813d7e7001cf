"""The rooms of `certificates`: a public name stays what it is, and each file name is used once."""

from __future__ import annotations

import importlib
import pkgutil
from collections import Counter
from inspect import ismodule

import labelcert as lc
from labelcert import certificates


def modules() -> list[str]:
    found = pkgutil.walk_packages(certificates.__path__, "labelcert.certificates.")
    return [module.name for module in found]


def test_no_import_puts_a_module_in_the_place_of_a_public_name():
    for name in modules():
        importlib.import_module(name)
    for name in certificates.__all__:
        assert not ismodule(getattr(certificates, name)), name
        if name in lc.__all__:
            assert getattr(lc, name) is getattr(certificates, name)


def test_no_module_bears_a_public_name():
    assert not {name.split(".")[-1] for name in modules()} & set(certificates.__all__)


def test_no_file_name_twice():
    counts = Counter(name.split(".")[-1] for name in modules())
    assert max(counts.values()) == 1, counts.most_common(3)
