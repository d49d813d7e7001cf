"""YAML text as plain data, with the line of every entry.

The values are those of `yaml.safe_load` without its surprises: the types are YAML 1.2's, so that
``1e-3`` is a number, and ``no``, ``12:30`` and dates are text. Keys are always text. What a study
file has no use for and what would let it grow without bound or change silently is refused: a key
that comes twice, aliases, and tags. Nothing is ever constructed but plain data.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import yaml

from labelcert._errors import InputError

Path = tuple[str | int, ...]
"""Where an entry is: keys, and positions in lists."""

_CORE = {
    "tag:yaml.org,2002:null": r"^(?:~|null|Null|NULL|)$",
    "tag:yaml.org,2002:bool": r"^(?:true|True|TRUE|false|False|FALSE)$",
    "tag:yaml.org,2002:int": r"^[-+]?(?:0|[1-9][0-9]*)$",
    "tag:yaml.org,2002:float": (
        r"^(?:[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?"
        r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$"
    ),
}
_TAGS = {*_CORE, *(f"tag:yaml.org,2002:{kind}" for kind in ("str", "map", "seq"))}


class _AliasError(yaml.MarkedYAMLError):
    """An alias in a study file."""


class _Loader(yaml.SafeLoader):
    """SafeLoader that knows the types of YAML 1.2's core schema, and no aliases."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Refuse an alias: a few lines of them stand for more entries than fit into memory."""
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark
            raise _AliasError(problem_mark=mark)
        return super().compose_node(parent, index)


_Loader.yaml_implicit_resolvers = {
    None: [(tag, re.compile(pattern)) for tag, pattern in _CORE.items()]
}


@dataclass(frozen=True)
class Document:
    """A study file as it was read.

    name: of the file, for sentences; data: mappings, lists and scalars; lines: of every entry, from
    1, that of a mapping's entry being the line of its key; text: the file itself.
    """

    name: str
    data: Any
    lines: dict[Path, int]
    text: str

    def line(self, path: Path) -> int:
        """The line of an entry, or of the closest one around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def at(self, path: Path) -> str:
        """The head of a sentence about an entry: file and line."""
        return f"{self.name} line {self.line(path)}"


def read_yaml(text: str, name: str) -> Document:
    """Read the text of a file called `name`; raises InputError, one sentence with the line."""
    lines: dict[Path, int] = {}
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        data = None if node is None else _plain(loader, node, (), lines, name)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise InputError(f"{name} line {line} holds a control character: remove it.") from None
    except yaml.YAMLError as error:
        raise InputError(_sentence(error, name)) from None
    except RecursionError:
        raise InputError(f"{name} is nested too deeply: write it with fewer brackets.") from None
    if not isinstance(data, dict):
        raise InputError(f"{name} holds no study: write 'name:', 'datasets:', 'models:' and so on.")
    return Document(name, data, lines, text)


def _plain(loader: _Loader, node: Any, path: Path, lines: dict[Path, int], name: str) -> Any:
    line = node.start_mark.line + 1
    lines.setdefault(path, line)
    if node.tag not in _TAGS:
        raise InputError(f"{name} line {line}: the tag {node.tag!r} is not used here: remove it.")
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Any] = {}
        for key_node, value in node.value:
            key_line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                raise InputError(f"{name} line {key_line}: a key must be text, not a list.")
            key = key_node.value
            if key in found:
                raise InputError(f"{name} line {key_line}: {key!r} comes twice: keep one.")
            lines[(*path, key)] = key_line
            found[key] = _plain(loader, value, (*path, key), lines, name)
        return found
    if isinstance(node, yaml.SequenceNode):
        return [_plain(loader, item, (*path, i), lines, name) for i, item in enumerate(node.value)]
    try:
        return loader.construct_object(node)
    except ValueError:  # a number of thousands of digits
        raise InputError(f"{name} line {line}: the number is too long: shorten it.") from None


def _sentence(error: yaml.YAMLError, name: str) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = " ".join(str(getattr(error, "problem", None) or "unknown").split())
    where = name if mark is None else f"{name} line {mark.line + 1}"
    if isinstance(error, _AliasError):
        return f"{where} has an alias, which study files have no use for: write its values out."
    return f"{where}: this is not YAML ({problem}): check indentation, colons and quotes."
