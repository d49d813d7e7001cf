"""torch is imported when a module is used, and where it is missing that is one sentence."""

from __future__ import annotations

import subprocess
import sys

import pytest

from labelcert._errors import InputError
from labelcert.kernels import EmpiricalNTK, LastLayer


def test_the_package_and_its_kernels_are_imported_without_torch():
    code = (
        "import sys, labelcert as lc; lc.kernels.EmpiricalNTK, lc.kernels.LastLayer, lc.transfer; "
        "print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("make", [lambda: LastLayer(None, "2"), lambda: EmpiricalNTK(None)])
def test_without_torch_the_remedy_is_told(make, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(InputError, match=r"pip install 'labelcert\[torch\]'"):
        make()
