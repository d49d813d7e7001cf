"""A directive that shows a `labelcert` command line and what it prints.

What it prints stands in the page, so that it can be read where pages are not built::

    ```{shell-output} labelcert certify karate
    data set  karate: 34 nodes, 78 edges, 34 features
    …
    ```

`tests/test_shell_outputs.py` runs every command and compares; ``python docs/_ext/shell_output.py``
runs them all and writes what they print into the pages.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.parsers.rst import Directive

COLUMNS = "88"
BLOCK = re.compile(r"^```\{shell-output\} (.+)\n(?s:(.*?))^```$", re.MULTILINE)
"""A block of a page: the command line, and what stands below it."""

FOLDER = "graphs"
"""Of the downloaded files, as the pages show it: none of this machine."""


class ShellOutput(Directive):
    """One `labelcert` command line, and below it what it prints."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return the command line and its output as one literal block."""
        line = self.arguments[0]
        if not self.content:
            raise self.error(f"{line}: run python docs/_ext/shell_output.py to put its output here")
        text = "\n".join([f"$ {line}", *self.content])
        return [nodes.literal_block(text, text, language="text")]


def printed_by(line: str) -> str:
    """What a `labelcert` command line prints, without trailing blanks; raises ValueError."""
    program, *arguments = shlex.split(line)
    if program != "labelcert":
        raise ValueError(f"shell-output runs labelcert only, not {program!r}")
    done = subprocess.run(
        [sys.executable, "-m", "labelcert", *arguments],
        env=_plain_environment(),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode != 0:
        raise ValueError(f"{line}: exit code {done.returncode}: {done.stderr}")
    return "\n".join(row.rstrip() for row in done.stdout.strip("\n").splitlines()) + "\n"


def write(page: Path) -> None:
    """Run every command of a page and write what it prints below it."""
    text = page.read_text(encoding="utf-8")
    new = BLOCK.sub(lambda b: f"```{{shell-output}} {b[1]}\n{printed_by(b[1])}```", text)
    if new != text:
        page.write_text(new, encoding="utf-8")


def _plain_environment() -> dict[str, str]:
    """The environment without colours, at a fixed width, and with no folder of this machine."""
    plain = {"COLUMNS": COLUMNS, "NO_COLOR": "1", "TERM": "dumb", "PYTHONIOENCODING": "utf-8"}
    return os.environ | plain | {"LABELCERT_DATA_DIR": FOLDER}


def setup(app: Any) -> dict[str, Any]:
    """Register the directive with Sphinx."""
    app.add_directive("shell-output", ShellOutput)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


if __name__ == "__main__":
    for found in sorted(Path(__file__).resolve().parents[1].glob("*.md")):
        write(found)
