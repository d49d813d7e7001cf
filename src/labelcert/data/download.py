"""Find a published file in the data folder, or download it there and check it."""

from __future__ import annotations

import hashlib
import logging
import os
import sys
from pathlib import Path
from typing import Any

from labelcert._errors import InputError
from labelcert.data.registry import RemoteFile

ENVIRONMENT_VARIABLE = "LABELCERT_DATA_DIR"
_TIMEOUT_SECONDS = 30


def data_folder(data_dir: str | os.PathLike[str] | None = None) -> Path:
    """Return the folder of downloaded files (it need not exist yet).

    It is ``data_dir``, else the environment variable ``LABELCERT_DATA_DIR``, else the cache folder
    of the operating system.

    Raises:
        InputError: the path exists and is no folder.
    """
    chosen = data_dir if data_dir is not None else os.environ.get(ENVIRONMENT_VARIABLE)
    if chosen is None or chosen == "":
        import pooch

        return Path(pooch.os_cache("labelcert"))
    folder = Path(chosen).expanduser()
    if folder.exists() and not folder.is_dir():
        raise InputError(
            f"data_dir {str(folder)!r} is not a folder: pass a folder, or set "
            f"{ENVIRONMENT_VARIABLE} to one"
        )
    return folder


def fetch(file: RemoteFile, folder: Path, *, progress: bool = True) -> Path:
    """Return the path of a file in the folder; download it when it is not there.

    A file that is there is used if its SHA-256 is right (or unknown), and nothing is written. A
    download goes to a temporary file, is checked, and only then takes its name.

    Args:
        file: what to look for.
        folder: data folder; created if a download needs it.
        progress: show a progress bar, if standard error is a terminal.

    Raises:
        InputError: the file is damaged, or it is missing and cannot be downloaded.
    """
    path = folder / file.filename
    try:
        if not path.exists():
            return _download(file, path, progress=progress)
        intact = file.sha256 is None or _sha256(path) == file.sha256
    except OSError as error:
        raise InputError(
            f"data file {str(path)!r} cannot be read ({error.strerror}): mend its permissions or "
            "delete it to download it again"
        ) from error
    if not intact:
        raise InputError(
            f"data file {str(path)!r} is damaged or another version (its SHA-256 differs): "
            "delete it to download it again"
        )
    return path


def _download(file: RemoteFile, path: Path, *, progress: bool) -> Path:
    import pooch

    it = file.filename if file.url else "it"
    folder = str(path.parent)
    remedy = f"put {it} into {folder!r}, or set {ENVIRONMENT_VARIABLE} to the folder that has it"
    if file.url is None:
        raise InputError(
            f"data file {file.filename} is published nowhere as one file: {remedy}; the page "
            '"Own data" of the documentation says how it is made'
        )
    # pooch announces each download on standard error; the progress bar is enough.
    logger = pooch.get_logger()
    level = logger.level
    logger.setLevel(logging.WARNING)
    try:
        bar = progress and sys.stderr is not None and sys.stderr.isatty()
        downloader: Any = pooch.HTTPDownloader(progressbar=bar, timeout=_TIMEOUT_SECONDS)
        pooch.retrieve(
            file.url,
            known_hash=None if file.sha256 is None else f"sha256:{file.sha256}",
            fname=path.name,
            path=path.parent,
            downloader=downloader,
        )
    except OSError as error:  # includes every exception of requests
        raise InputError(
            f"data file {file.filename} could not be downloaded from {file.url} into "
            f"{str(path.parent)!r} ({type(error).__name__}): {remedy}"
        ) from error
    except ValueError as error:  # pooch: the digest is another one
        raise InputError(
            f"data file {file.filename} downloaded from {file.url} has an unexpected SHA-256 and "
            f"was discarded: {remedy}"
        ) from error
    finally:
        logger.setLevel(level)
    return path


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
