"""Open the SQLite file of a store, or say in one sentence why not; nothing foreign is touched.

A store is one file. Its journal is the classic one, not the write-ahead log: that needs two more
files and shared memory, which network file systems of clusters lack, and a commit every few seconds
gains nothing from it. A file is known by SQLite's `application_id`, and its layout by
`user_version`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from labelcert._errors import InputError

APPLICATION = 0x6C636572  # "lcer"
SCHEMA = 1
BUSY_SECONDS = 20.0
MAGIC = b"SQLite format 3\x00"

_TABLES = """
CREATE TABLE units (
  key TEXT PRIMARY KEY,
  content TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('done', 'failed')),
  time_limit REAL,
  complete INTEGER NOT NULL,
  record BLOB,
  message TEXT,
  traceback TEXT,
  measured TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE studies (
  name TEXT PRIMARY KEY,
  title TEXT NOT NULL,
  text TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE members (
  study TEXT NOT NULL REFERENCES studies (name),
  position INTEGER NOT NULL,
  key TEXT NOT NULL,
  dataset TEXT NOT NULL,
  model TEXT NOT NULL,
  files TEXT NOT NULL,
  PRIMARY KEY (study, position)
) WITHOUT ROWID;
"""


def connect(path: Path, *, write: bool) -> sqlite3.Connection:
    """Open a store; with `write` create it where there is none.

    Raises InputError: no such file, not a store, damaged, of a newer version, or not writable.
    """
    look(path, write=write)
    with sentences(path):
        connection = _open(path, write)
        try:
            # Also rolls back what a killed process left half-written.
            connection.execute("PRAGMA schema_version").fetchone()
            _check(connection, path, write)
        except BaseException:
            connection.close()
            raise
    return connection


@contextmanager
def sentences(path: Path) -> Iterator[None]:
    """Turn errors of SQLite within the block into InputError, one sentence."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise InputError(_sentence(path, error)) from error


def damaged(path: Path, what: str) -> InputError:
    """The sentence about a store whose content does not hold together."""
    return InputError(
        f"store {str(path)!r} is damaged ({what}): restore a copy, or name another file."
    )


def look(path: Path, *, write: bool) -> None:
    """Raise InputError for what can be seen to be wrong before a file is opened."""
    if path.is_dir():
        raise InputError(f"store {str(path)!r} is a folder: name a file in it.")
    if not path.exists():
        if not write:
            raise InputError(f"store {str(path)!r} does not exist: check the path.")
        if not path.resolve().parent.is_dir():
            folder = str(path.resolve().parent)
            raise InputError(f"store {str(path)!r} lies in no folder: create {folder!r} first.")
        return
    try:
        with path.open("rb") as stream:
            head = stream.read(len(MAGIC))
    except OSError as error:
        raise InputError(
            f"store {str(path)!r} cannot be read ({error.strerror or error}): name another file."
        ) from None
    if head and head != MAGIC:
        raise _foreign(path)


def _open(path: Path, write: bool) -> sqlite3.Connection:
    """Readers too open the file for writing where they may: only so can SQLite recover it."""
    base = path.resolve().as_uri()
    modes = ("rwc",) if write else ("rw", "ro")
    for mode in modes:
        try:
            connection = sqlite3.connect(
                f"{base}?mode={mode}", uri=True, timeout=BUSY_SECONDS, isolation_level=None
            )
            connection.execute("PRAGMA application_id").fetchone()
        except sqlite3.OperationalError:
            if mode == modes[-1]:
                raise
        else:
            if not write:
                connection.execute("PRAGMA query_only = ON")
            return connection
    raise AssertionError("unreachable")


def _check(connection: sqlite3.Connection, path: Path, write: bool) -> None:
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    empty = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0
    if application == 0 and version == 0 and empty:
        if not write:
            raise InputError(f"store {str(path)!r} is empty: run a study into it first.")
        _create(connection)
        return
    if application != APPLICATION:
        raise _foreign(path)
    if version > SCHEMA:
        raise InputError(
            f"store {str(path)!r} is of layout {version} and this labelcert knows up to {SCHEMA}: "
            "upgrade labelcert."
        )
    problem = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if problem != "ok":
        raise damaged(path, " ".join(str(problem).split()))


def _create(connection: sqlite3.Connection) -> None:
    """All at once: a process killed here leaves an empty file."""
    connection.executescript(
        f"BEGIN IMMEDIATE; {_TABLES} PRAGMA application_id = {APPLICATION}; "
        f"PRAGMA user_version = {SCHEMA}; COMMIT;"
    )


def _foreign(path: Path) -> InputError:
    return InputError(
        f"store {str(path)!r} is a file of another program, and was left as it is: name another "
        "file."
    )


def _sentence(path: Path, error: sqlite3.DatabaseError) -> str:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    reason = " ".join(str(error).split())
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return f"store {str(path)!r} is locked by another program: wait until it is done."
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR):
        return str(damaged(path, reason))
    if code == sqlite3.SQLITE_FULL:
        return f"store {str(path)!r} does not fit on its disk: free some space and run again."
    return f"store {str(path)!r} cannot be used ({reason}): check its folder and permissions."
