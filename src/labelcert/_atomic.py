"""Write a file completely or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from labelcert._errors import InputError


def write_bytes(path: str | os.PathLike[str], content: bytes) -> None:
    """Put content into a file at once.

    A temporary file in the same folder takes the place of `path` only when it is complete, so that
    an error, a full disk or an interrupt leaves what was there before. A link is followed.

    Raises InputError, one sentence with the reason, where the system refuses.
    """
    temporary = None
    try:
        target = Path(path).resolve()
        handle, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(temporary, _permissions(target))
        os.replace(temporary, target)
        temporary = None
    except OSError as error:
        raise InputError(
            f"output {str(path)!r} cannot be written ({error.strerror or error}): "
            "choose another path."
        ) from error
    finally:
        if temporary is not None and os.path.exists(temporary):
            os.unlink(temporary)


def _permissions(target: Path) -> int:
    """Those of the file that is replaced, else those a new file would have had."""
    if target.exists():
        return target.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
