"""Text files of the user's, whatever program wrote them: the one place that decides encodings.

UTF-8 with or without a mark at the start, and UTF-16 and UTF-32 with one (spreadsheets and editors
on Windows write these). Nothing else is guessed: a wrong guess would rename classes and nodes.
"""

from __future__ import annotations

import codecs
import os
from pathlib import Path

from labelcert._errors import InputError

# UTF-32 first: its mark begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8", "UTF-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32-be", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16"),
)


def read_text(path: str | os.PathLike[str], where: str) -> str:
    """The text of a file without its mark, lines ended by "\\n" only.

    where: how to call the file in messages. Raises InputError: a file that cannot be read, or that
    is no text in one of the encodings above.
    """
    try:
        raw = Path(path).read_bytes()
    except OSError as error:
        reason = error.strerror or "no such file"
        raise InputError(f"{where} cannot be read ({reason}): pass a text file.") from error
    return decoded(raw, where)


def decoded(raw: bytes, where: str) -> str:
    """Bytes as text, see `read_text`; raises InputError where they are none."""
    mark, codec, called = next(
        (entry for entry in _MARKS if raw.startswith(entry[0])), (b"", "utf-8", "UTF-8")
    )
    raw = raw[len(mark) :]
    try:
        text = raw.decode(codec)
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise InputError(
            f"{where} cannot be read (line {line} is not {called} text): save it as UTF-8."
        ) from error
    if "\0" in text:
        raise InputError(
            f"{where} cannot be read (it holds zero bytes: UTF-16 without its mark, or no text at "
            "all): save it as UTF-8."
        )
    return text.replace("\r\n", "\n").replace("\r", "\n")
