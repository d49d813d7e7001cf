"""Errors in the words of the shell: what Python calls ``engine=`` the shell calls ``--engine``.

The house's errors name an argument first (``engine='x' is unknown``) or by ``name=``; what the
command that runs calls it is known from its own options. So no error has to be written twice, and
a new option needs no edit here. Text in quotes is data and stays as it is, and so do errors that
point at a line of a study file, whose entries have the names of Python.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

KERNEL_PREFIX = "kernel_"
"""Before the names of the options that belong to kernels."""

_OTHERWISE = {
    "n_jobs": "jobs",
    "directions": "direction",
    "group_budgets": "group_budget",
    "drop_classes": "drop_class",
    "exactness": "relaxed",
    "outputs": "output",
    "plots": "plot",
    "reports": "report",
}
"""Names of arguments that are not those of the command's parameters."""

_OF_DATA = ("features", "label", "edges", "test", "train", "new", "split", "model", "keep", "drop")
"""Options whose name is also what the data are called: named only before = or a quote."""

_QUOTED = re.compile(r"""('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|--[\w-]+)""")
_VERB = (
    r"(?= (?:must|is|are|needs?|contains?|names?|goes|and|does|do|without|has|with|holds?|leaves"
    r"|of)\b)"
)
_KNOWN = re.compile(r"(did you mean '|Known: |an option of [^;]+; use one of )([\w, ]+)")
"""What is offered in place of a parameter that a kernel has not; else it is the user's own name."""

_FOR_PYTHON = re.compile(
    r"(?<![\w='-])(\w+) \(in the shell (--[^)]*)\)|(\S+) \(in the shell --[\w-]+\)"
)
"""Errors that name an option for whoever reads them in Python: here it takes the argument's place,
or the argument becomes it below."""

_IN_A_FILE = re.compile(r"^\S+\.ya?ml\b|^[^:(]*\bline \d+\b")
"""A file that cannot be read, (line 2 is not UTF-8 text), is an argument all the same."""


def options_by_name(parameters: Sequence[Any]) -> dict[str, str]:
    """What a command calls its parameters, by their names in Python; a long form before -C."""
    found: dict[str, str] = {}
    for parameter in parameters:
        if parameter.param_type_name == "argument":
            continue  # named as it is
        longest = max(parameter.opts, key=len)
        name = str(parameter.name)
        found.setdefault(name.removeprefix(KERNEL_PREFIX), "-C" if name == "C" else longest)
    for other, name in _OTHERWISE.items():
        if name in found:
            found.setdefault(other, found[name])
    return found


def in_options(message: str, names: Mapping[str, str]) -> str:
    """An error with the names of arguments replaced by those of options."""
    if _IN_A_FILE.match(message):
        return message
    message = _FOR_PYTHON.sub(lambda found: found[2] or found[3], message)
    for name, option in names.items():  # what stands before its value, quoted or not
        message = re.sub(rf"(?<![\w'-]){name}=True\b", option, message)
        message = re.sub(rf"(?<![\w'(-]){name}=(?=\S)", f"{option} ", message)
        message = re.sub(rf"^{name} (?=['\"]|is -?\d)", f"{option} ", message)
    if "is not an option of" in message:
        message = _KNOWN.sub(lambda found: found[1] + _each(found[2], names), message)
    pieces = _QUOTED.split(message)
    for at in range(0, len(pieces), 2):
        for name, option in names.items():
            pieces[at] = _renamed(pieces[at], name, option, first=at == 0)
    return "".join(pieces)


def _each(listed: str, names: Mapping[str, str]) -> str:
    return ", ".join(names.get(name, name) for name in listed.split(", "))


def _renamed(text: str, name: str, option: str, first: bool) -> str:
    if "_" in name or name == "C":
        return re.sub(rf"(?<![\w'-])(?<!in a study ){name}(?![\w'-])", option, text)
    if name == "ridge":
        return re.sub(r"(?<![\w'-])ridge(?! regression)(?![\w'-])", option, text)
    if first and name not in _OF_DATA:
        return re.sub(rf"^{name}{_VERB}", option, text)
    return text
