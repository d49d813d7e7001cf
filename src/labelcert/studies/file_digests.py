"""Files of users are known by their content."""

from __future__ import annotations

import hashlib
from pathlib import Path

from labelcert._errors import InputError


def file_digest(path: str) -> str:
    """SHA-256 of a file that a study names; raises OSError where it cannot be read."""
    with Path(path).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def unreadable(path: str, error: OSError) -> str:
    """The sentence about an entry whose file cannot be read, from the verb on."""
    return f"names {path!r}, which cannot be read ({error.strerror or error}): correct the path."


def check_file(path: str, digest: str) -> None:
    """Raise InputError unless a file is still what it was when the study began."""
    try:
        found = file_digest(path)
    except OSError as error:
        raise InputError(
            f"data set file {path!r} cannot be read ({error.strerror or error}): workers on other "
            "machines need it under the same path."
        ) from None
    if found != digest:
        raise InputError(
            f"data set file {path!r} has changed since the study began: run the study again."
        )
