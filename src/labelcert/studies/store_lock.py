"""One writer at a time: a lock on a file next to the store, which ends with the process.

The lock file ``STORE.lock`` is an empty SQLite file that the writer holds exclusively. So the lock
is the system's own, on every system that SQLite runs on: a killed process leaves none behind, and
child processes do not inherit it. The file itself stays: to remove it would let two writers hold
the locks of two files of the same name.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from labelcert._errors import InputError


@contextmanager
def only_writer(store: Path) -> Iterator[None]:
    """Hold the lock of a store while the block runs; raises InputError where another has it."""
    own = store.resolve()
    lock = own.with_name(own.name + ".lock")
    try:
        connection = sqlite3.connect(
            f"{lock.as_uri()}?mode=rwc", uri=True, timeout=0.0, isolation_level=None
        )
    except sqlite3.Error as error:
        raise _refused(lock, error) from None
    try:
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
                raise InputError(
                    f"store {str(store)!r} is being written by another 'labelcert study run': wait "
                    "until it is done, or name another file."
                ) from None
            raise _refused(lock, error) from None
        except sqlite3.DatabaseError as error:
            raise _refused(lock, error) from None
        yield
    finally:
        connection.close()


def _refused(lock: Path, error: sqlite3.Error) -> InputError:
    return InputError(
        f"store cannot be locked with {str(lock)!r} ({error}): name a file in a folder that can be "
        "written."
    )
