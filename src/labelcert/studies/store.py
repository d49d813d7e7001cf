"""The store of a study: finished units, and which units belong to which study.

Contract. One row of the table ``units`` is one finished unit under its key, with its record or with
its failure; a unit that is not finished has no row. `put` replaces the row of a key at once or not
at all, never a result by a failure, and returns only when that is on disk, so a process may be
killed at any moment. One process writes at a time (`Store.writing` holds the lock), any number may
read meanwhile and see whole rows. A `Store` belongs to the thread that opened it and to the
``with`` block it was opened in; what it hands out is the caller's. Rows are never removed: units of
a study that has changed stay, and are found again should it change back. Two runs of a study give
the same rows except for the column ``measured``, which holds seconds, memory and the time a unit
was finished, and except where a unit is not exact within its time limit.
"""

from __future__ import annotations

import json
import math
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labelcert.studies import store_file
from labelcert.studies.canonical import canonical
from labelcert.studies.store_lock import only_writer
from labelcert.studies.tasks import Outcome

if TYPE_CHECKING:
    from labelcert.studies.shipped import Study
    from labelcert.studies.units import Unit


@dataclass(frozen=True)
class Known:
    """How a stored unit ended: state, the time limit it ran under, and whether it is complete."""

    state: str
    time_limit: float | None
    complete: bool

    def settles(self, time_limit: float | None) -> bool:
        """Whether nothing would come of computing it again under this limit (None: no limit)."""
        limit = math.inf if self.time_limit is None else self.time_limit
        wanted = math.inf if time_limit is None else time_limit
        return self.state == "done" and (self.complete or limit >= wanted)


@dataclass(frozen=True)
class Row:
    """A unit as a member of a study, with what is stored of it.

    files: paths of the user's files by role. state: "done", "failed" or "waiting". content: of the
    unit, None while waiting. record: see `labelcert.studies.records`; measured: see
    `labelcert.studies.tasks.Outcome`; message, traceback: of a failure.
    """

    study: str
    dataset: str
    model: str
    key: str
    files: dict[str, str]
    state: str
    content: dict[str, Any] | None
    time_limit: float | None
    record: dict[str, Any] | None
    measured: dict[str, Any] | None
    message: str | None
    traceback: str | None


@dataclass(frozen=True)
class StoredStudy:
    """A study as a store has it. members: (key, title of data set, of model, files as JSON)."""

    title: str
    text: str
    members: tuple[tuple[str, str, str, str], ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of its units, in order."""
        return tuple(member[0] for member in self.members)


class Store:
    """A store that is open; see the module for the contract."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self.path = path

    @classmethod
    @contextmanager
    def writing(cls, path: Path) -> Iterator[Store]:
        """Open a store as its only writer, and create it where there is none."""
        store_file.look(path, write=True)
        with only_writer(path), cls._opened(path, write=True) as store:
            yield store

    @classmethod
    @contextmanager
    def reading(cls, path: Path) -> Iterator[Store]:
        """Open a store that exists, to read it; a writer is not disturbed."""
        with cls._opened(path, write=False) as store:
            yield store

    @classmethod
    @contextmanager
    def _opened(cls, path: Path, write: bool) -> Iterator[Store]:
        connection = store_file.connect(path, write=write)
        try:
            with store_file.sentences(path):
                yield cls(connection, path)
        finally:
            connection.close()

    def enroll(self, study: Study, units: Sequence[Unit]) -> None:
        """Make the units the members of a study, in place of those it had under this name."""
        members = tuple((u.key, u.dataset, u.model, canonical(u.files)) for u in units)
        with self._transaction():
            self._put_study(study.spec.name, StoredStudy(study.spec.title, study.text, members))

    def _put_study(self, name: str, study: StoredStudy) -> None:
        """Within a transaction."""
        run = self._connection.execute
        run("DELETE FROM members WHERE study = ?", (name,))
        run("INSERT OR REPLACE INTO studies VALUES (?, ?, ?)", (name, study.title, study.text))
        self._connection.executemany(
            "INSERT INTO members (study, position, key, dataset, model, files) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            [(name, i, *member) for i, member in enumerate(study.members)],
        )

    def put(self, unit: Unit, outcome: Outcome, time_limit: float | None) -> bool:
        """Store what became of a unit, in place of what was stored of it.

        Returns False, and keeps what is stored, where that is a result and the outcome a failure.
        """
        record = outcome.get("record")
        packed = None if record is None else zlib.compress(canonical(record).encode())
        complete = bool(record["complete"]) if record is not None else False
        with self._transaction():
            if record is None and self._has_result(unit.key):
                return False
            self._connection.execute(
                "INSERT OR REPLACE INTO units VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    unit.key, canonical(unit.content), outcome["state"], time_limit, complete,
                    packed, outcome.get("message"), outcome.get("traceback"),
                    canonical(outcome["measured"]),
                ),
            )  # fmt: skip
        return True

    def _has_result(self, key: str) -> bool:
        query = "SELECT 1 FROM units WHERE key = ? AND state = 'done'"
        return self._connection.execute(query, (key,)).fetchone() is not None

    def known(self) -> dict[str, Known]:
        """Every stored unit by key."""
        rows = self._connection.execute("SELECT key, state, time_limit, complete FROM units")
        return {key: Known(state, limit, bool(complete)) for key, state, limit, complete in rows}

    def messages(self) -> dict[str, str]:
        """Why each failed unit failed, by key."""
        found = self._connection.execute("SELECT key, message FROM units WHERE state = 'failed'")
        return {key: message or "" for key, message in found}

    def studies(self) -> dict[str, str]:
        """Names and titles of the studies."""
        return dict(self._connection.execute("SELECT name, title FROM studies ORDER BY name"))

    def stored_studies(self) -> dict[str, StoredStudy]:
        """Every study with its text and its units, by name."""
        found = self._connection.execute("SELECT name, title, text FROM studies").fetchall()
        members = "SELECT key, dataset, model, files FROM members WHERE study = ? ORDER BY position"
        return {
            name: StoredStudy(title, text, tuple(self._connection.execute(members, (name,))))
            for name, title, text in found
        }

    def record(self, key: str) -> dict[str, Any]:
        """The record of a unit that is done; raises InputError where it is damaged."""
        query = "SELECT record FROM units WHERE key = ? AND state = 'done'"
        (packed,) = self._connection.execute(query, (key,)).fetchone()
        try:
            return json.loads(zlib.decompress(packed))
        except (ValueError, zlib.error) as error:
            raise store_file.damaged(self.path, f"unit {key[:12]}: {error}") from None

    def bring(
        self, studies: Mapping[str, StoredStudy], chosen: Iterable[tuple[Store, Sequence[str]]]
    ) -> None:
        """Take over studies, and units of other stores by their keys, all or nothing."""
        every = "SELECT * FROM units WHERE key = ?"
        with self._transaction():
            for other, keys in chosen:
                for key in keys:
                    row = other._connection.execute(every, (key,)).fetchone()
                    self._connection.execute(
                        "INSERT OR REPLACE INTO units VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row
                    )
            for name, study in studies.items():
                self._put_study(name, study)

    def rows(self, study: str | None = None, *, records: bool = True) -> Iterator[Row]:
        """The members of one study, or of all, in the order of their files.

        records: False leaves the records out, which are most of a store. Raises InputError for a
        damaged row.
        """
        record = "u.record" if records else "NULL"
        found = self._connection.execute(
            "SELECT m.study, m.dataset, m.model, m.key, m.files, coalesce(u.state, 'waiting'), "
            f"u.content, u.time_limit, {record}, u.measured, u.message, u.traceback "
            "FROM members m LEFT JOIN units u ON u.key = m.key "
            "WHERE ?1 IS NULL OR m.study = ?1 ORDER BY m.study, m.position",
            (study,),
        )
        for row in found:
            try:
                yield _row(*row)
            except (ValueError, zlib.error) as error:
                raise store_file.damaged(self.path, f"unit {row[3][:12]}: {error}") from None

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise


def _row(
    study: str, dataset: str, model: str, key: str, files: str, state: str, content: str | None,
    time_limit: float | None, packed: bytes | None, measured: str | None, message: str | None,
    traceback: str | None,
) -> Row:  # fmt: skip
    return Row(
        study=study,
        dataset=dataset,
        model=model,
        key=key,
        files=json.loads(files),
        state=state,
        content=None if content is None else json.loads(content),
        time_limit=time_limit,
        # Its checksum tells a damaged record.
        record=None if packed is None else json.loads(zlib.decompress(packed)),
        measured=None if measured is None else json.loads(measured),
        message=message,
        traceback=traceback,
    )
