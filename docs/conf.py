"""Settings of the documentation site; build it with `python -m sphinx -W docs docs/_build`."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

import labelcert

project = "labelcert"
author = "The labelcert developers"
copyright = "2026, The labelcert developers"
version = release = labelcert.__version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.mathjax",
    "sphinx.ext.napoleon",
    "shell_output",
]
exclude_patterns = ["_build"]

myst_enable_extensions = ["dollarmath", "colon_fence"]
myst_heading_anchors = 3

autodoc_typehints = "none"
autodoc_member_order = "bysource"
autodoc_default_options = {"members": True}
napoleon_use_ivar = True

html_theme = "pydata_sphinx_theme"
html_title = f"labelcert {release}"
html_theme_options = {
    "show_toc_level": 2,
    "navigation_with_keys": False,
    "secondary_sidebar_items": ["page-toc"],
}
html_show_sourcelink = False


def escape_names(app: Any, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """Keep names such as classes_ from being read as links: docstrings are plain text first."""
    lines[:] = [re.sub(r"(?<![`\\\w])(\w+)_(?=[\s,.;:)]|$)", r"\1\\_", line) for line in lines]


def setup(app: Any) -> None:
    """Connect what the extensions leave to us."""
    app.connect("autodoc-process-docstring", escape_names)
