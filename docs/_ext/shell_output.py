"""A directive that runs `labelcert` while the site is built and shows what it prints.

So the reference of the commands, and every result shown, is that of the version documented::

    ```{shell-output} labelcert certify karate
    ```
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from typing import Any

from docutils import nodes
from docutils.parsers.rst import Directive

COLUMNS = "88"


class ShellOutput(Directive):
    """Run one `labelcert` command line; a command that fails stops the build."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """Return the command line and its output as one literal block."""
        line = self.arguments[0]
        program, *arguments = shlex.split(line)
        if program != "labelcert":
            raise self.error(f"shell-output runs labelcert only, not {program!r}")
        done = subprocess.run(
            [sys.executable, "-m", "labelcert", *arguments],
            env=_plain_environment(),
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        if done.returncode != 0:
            raise self.error(f"{line}: exit code {done.returncode}: {done.stderr}")
        printed = "\n".join(row.rstrip() for row in done.stdout.strip("\n").splitlines())
        text = f"$ {line}\n{printed}"
        return [nodes.literal_block(text, text, language="text")]


def _plain_environment() -> dict[str, str]:
    """The environment without colours, at a fixed width, and with no folder of this machine."""
    plain = {"COLUMNS": COLUMNS, "NO_COLOR": "1", "TERM": "dumb", "PYTHONIOENCODING": "utf-8"}
    return os.environ | plain | {"LABELCERT_DATA_DIR": "graphs"}


def setup(app: Any) -> dict[str, Any]:
    """Register the directive with Sphinx."""
    app.add_directive("shell-output", ShellOutput)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
