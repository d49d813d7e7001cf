"""What one row or node of the data is called: --called, or what the registry says."""

from __future__ import annotations

from labelcert.cli.graphs import is_path
from labelcert.cli.request import Request
from labelcert.data import registry
from labelcert.report.document import check_word


def check_called(called: str | None) -> None:
    """Raise InputError where --called is no word."""
    if called is not None:
        check_word(called, "--called")


def word_of(request: Request) -> str | None:
    """The word, None for what the data themselves suggest (node or row)."""
    if request.called is not None:
        return request.called.strip()
    if is_path(request.dataset):
        return None
    word = registry.find(request.dataset).word
    return None if word == "node" else word
