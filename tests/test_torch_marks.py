"""What needs torch is run by CI in a step of its own, which finds it by a mark."""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).resolve().parent
NEEDS = re.compile(r"from torch_networks import|importorskip\(\"torch|needs_torch")
MARK = "mark.torch"


def test_files_that_need_torch_are_marked():
    files = [path for path in TESTS.rglob("test_*.py") if path != Path(__file__).resolve()]
    texts = {path.name: path.read_text(encoding="utf-8") for path in files}
    needing = {name for name, text in texts.items() if NEEDS.search(text)}
    assert {"test_empirical_ntk.py", "test_transfer.py", "test_documentation.py"} <= needing
    assert {name for name, text in texts.items() if MARK in text} == needing
    script = (TESTS.parent / ".ci" / "run").read_text(encoding="utf-8")
    assert "-m torch" in script
