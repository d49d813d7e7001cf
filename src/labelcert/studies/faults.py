"""What is wrong with an entry of a study file, and the sentence about it."""

from __future__ import annotations

from typing import Any

from labelcert._errors import InputError
from labelcert.intake.names import suggestion
from labelcert.studies.spec_yaml import Document, Path

_LONGEST = 60


class Fault(Exception):
    """An entry that cannot be used.

    path: of the entry; predicate: the rest of the sentence, from the verb on, with the remedy.
    """

    def __init__(self, path: Path, predicate: str) -> None:
        super().__init__(predicate)
        self.path = path
        self.predicate = predicate

    def of(self, document: Document) -> InputError:
        """The one sentence that names file, line and entry."""
        return InputError(f"{document.at(self.path)}: {told(self.path)} {self.predicate}")


def told(path: Path) -> str:
    """An entry as text, ``models.1.depth``; the whole file where the path is empty."""
    return ".".join(str(part) for part in path) or "the study"


def value_told(value: Any) -> str:
    """A value as a short text."""
    text = repr(value)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def known_names(word: str, known: list[str]) -> str:
    """The closest known name, and all of them."""
    return f"{suggestion(word, known)}."
