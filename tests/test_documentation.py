"""The documents tell the truth: their Python runs, what they show is what comes out."""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from optional import needs_torch
from shared_files import DATA

ROOT = Path(__file__).resolve().parents[1]
PAGES = (
    "README.md",
    "docs/quickstart.md",
    "docs/own-data.md",
    "docs/many-classes.md",
    "docs/sixty-thousand-labels.md",
    "docs/threat-models.md",
    "docs/imbalance.md",
    "docs/ensembles.md",
    "docs/kernels.md",
    "docs/what-it-says.md",
)
WITH_TORCH = pytest.param("docs/own-networks.md", marks=(needs_torch, pytest.mark.torch))
WITH_DATA = pytest.param(
    "docs/tutorial.md",
    marks=pytest.mark.skipif(
        not (DATA / "spam_assassin_minilm.parquet").is_file(), reason="the mails are not there"
    ),
)
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TIMES = re.compile(r"^seconds .*$", re.MULTILINE)
FLIPPED = re.compile(r"\d+(?=(?:, \d+)* to [A-Z])")

# What CI runs is a script of POSIX systems; on Windows its parts are run one by one.
needs_bash = pytest.mark.skipif(os.name == "nt", reason=".ci/run is a bash script")


def steps(page: str) -> list[tuple[str, str | None]]:
    """Python blocks of a page, each with the text block that follows it at once, if any."""
    text = (ROOT / page).read_text(encoding="utf-8")
    blocks = list(FENCE.finditer(text))
    found: list[tuple[str, str | None]] = []
    for i, block in enumerate(blocks):
        if block[1] != "python":
            continue
        following = blocks[i + 1] if i + 1 < len(blocks) else None
        shown = None
        if (
            following
            and following[1] == "text"
            and not text[block.end() : following.start()].strip()
        ):
            shown = following[2]
        found.append((block[2], shown))
    return found


def after_marker(marker: str) -> str:
    """The content of the code block that follows a marker in the README."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert text.count(marker) == 1
    block = FENCE.search(text, text.index(marker))
    assert block is not None
    return block[2]


@pytest.mark.parametrize("page", [*PAGES, WITH_DATA, WITH_TORCH])
def test_python_blocks_print_what_the_page_shows(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LABELCERT_DATA_DIR", str(DATA))
    namespace: dict[str, object] = {"__name__": "page"}
    blocks = steps(page)
    assert any(shown for _, shown in blocks)
    for code, shown in blocks:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(code, page, "exec"), namespace)
        assert printed.getvalue().rstrip() == (shown or "").rstrip(), code


def lasting(output: str) -> str:
    """Output without times, and without which of several smallest witnesses the threads found."""
    return FLIPPED.sub("#", TIMES.sub("", output)).strip()


def test_readme_shows_the_real_output():
    done = subprocess.run(
        [sys.executable, "-m", "labelcert", "certify", "karate"],
        capture_output=True,
        encoding="utf-8",
        env=os.environ | {"COLUMNS": "80", "PYTHONIOENCODING": "utf-8"},
        check=True,
    )
    printed = "\n".join(line.rstrip() for line in done.stdout.splitlines())
    shown = after_marker("<!-- output: labelcert certify karate -->")
    assert TIMES.search(printed)
    assert lasting(printed) == lasting(shown)


def printed_by_ci() -> str:
    script = ["bash", str(ROOT / ".ci" / "run"), "--print-test-command"]
    return subprocess.run(script, capture_output=True, encoding="utf-8", check=True).stdout


@needs_bash
def test_ci_runs_the_test_command_of_the_readme():
    command = after_marker("<!-- ci: tests -->")
    assert command.count("\n") == 1
    assert "-m pytest" in command
    assert printed_by_ci() == command
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert 'bash -euo pipefail -c "${test_command//.venv/$work/venv}"' in script


def test_contributing_names_commands_and_paths_that_exist():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    for path in re.findall(
        r"`((?:src|tests|docs)/[\w/.]+|(?:kernels|engines|data|studies)/\w+\.py)`", text
    ):
        place = ROOT / path if path.startswith(("src", "tests", "docs")) else None
        place = place or ROOT / "src" / "labelcert" / path
        assert place.exists(), path


@pytest.mark.parametrize("page", sorted((ROOT / "docs").glob("*.md")), ids=lambda p: p.name)
def test_every_page_is_in_the_table_of_contents(page):
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    entries = {line.strip() for block in FENCE.finditer(index) for line in block[2].splitlines()}
    toctrees = re.findall(r"```\{toctree\}\n(.*?)```", index, re.DOTALL)
    entries |= {line.strip() for tree in toctrees for line in tree.splitlines()}
    assert page.stem == "index" or page.stem in entries
