"""What the pages show of the shell is what the shell prints."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SCRIPT = ROOT / "docs" / "_ext" / "shell_output.py"
BLOCK = re.compile(r"^```\{shell-output\} (.+)\n(?s:(.*?))^```$", re.MULTILINE)
TIMES = re.compile(r"^seconds .*$", re.MULTILINE)
FLIPPED = re.compile(r"\d+(?=(?:, \d+)* to [A-Z])")
"""Which of several smallest witnesses there are depends on the threads."""

COMMANDS = [
    pytest.param(page.name, block[1], block[2], id=f"{page.stem}: {block[1]}")
    for page in sorted((ROOT / "docs").glob("*.md"))
    for block in BLOCK.finditer(page.read_text(encoding="utf-8"))
]


@pytest.fixture(scope="module")
def script():
    pytest.importorskip("docutils")
    spec = importlib.util.spec_from_file_location("shell_output", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def lasting(output):
    return FLIPPED.sub("#", TIMES.sub("", output))


def test_there_are_blocks_and_none_is_left_out():
    pages = [page.read_text(encoding="utf-8") for page in (ROOT / "docs").glob("*.md")]
    assert len(COMMANDS) == sum(len(re.findall("^```{shell-output}", p, re.M)) for p in pages) > 10


@pytest.mark.parametrize(("page", "line", "shown"), COMMANDS)
def test_a_page_shows_what_is_printed(script, page, line, shown):
    printed = script.printed_by(line)
    remedy = f"docs/{page} is behind: run python docs/_ext/shell_output.py"
    assert lasting(printed) == lasting(shown), remedy


def test_a_stale_block_is_written_anew(script, tmp_path):
    page = tmp_path / "page.md"
    page.write_text("A\n\n```{shell-output} labelcert --version\nold\n```\n\nB\n", encoding="utf-8")
    script.write(page)
    written = page.read_text(encoding="utf-8")
    assert "old" not in written
    (block,) = BLOCK.finditer(written)
    assert block[2].startswith("labelcert ")
    assert written.endswith("\n\nB\n")
