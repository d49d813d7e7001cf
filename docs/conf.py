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
    "sphinx.ext.napoleon",
    "native_math",
    "engine_table",
    "shell_output",
]
exclude_patterns = ["_build"]
templates_path = ["_templates"]
html_static_path = ["_static"]
html_css_files = ["site.css"]
# `name` in a docstring is a link where the name is documented, and code where it is not.
default_role = "py:obj"

myst_enable_extensions = ["dollarmath", "colon_fence"]
myst_heading_anchors = 3

autodoc_typehints = "none"
autodoc_member_order = "bysource"
autodoc_default_options = {"members": True}
napoleon_use_ivar = True

html_math_renderer = "mathml"
html_theme = "pydata_sphinx_theme"
html_title = f"labelcert {release}"
html_theme_options = {
    "show_toc_level": 2,
    "navbar_center": [],  # every page is in the sidebar
    "navigation_with_keys": False,
    "secondary_sidebar_items": ["page-toc"],
}
html_sidebars = {"**": ["pages"]}
html_show_sourcelink = False


def escape_names(app: Any, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """Keep names such as classes_ from being read as links: docstrings are plain text first."""
    lines[:] = [re.sub(r"(?<![`\\\w])(\w+)_(?=[\s,.;:)]|$)", r"\1\\_", line) for line in lines]


def name_functions(
    app: Any,
    what: str,
    name: str,
    obj: Any,
    options: Any,
    signature: str | None,
    result: str | None,
) -> tuple[str | None, str | None]:
    """Show a default that is a function by its name, and one that is made anew as dots."""
    if signature is not None:
        signature = re.sub(r"<function (\w+)>", r"\1", signature)
        signature = re.sub(r"<function <lambda>>|<factory>", "…", signature)
    return signature, result


def setup(app: Any) -> None:
    """Connect what the extensions leave to us."""
    app.connect("autodoc-process-signature", name_functions)
    app.connect("autodoc-process-docstring", escape_names)
