"""The store: what is put is read, one writer, and files that are no store or none any more."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import threading
import zlib
from pathlib import Path

import pytest

from labelcert._errors import InputError
from labelcert.studies import Store, expand
from labelcert.studies.store import Known
from labelcert.studies.store_file import SCHEMA
from labelcert.studies.tasks import failure

PATH = Path("s.db")


def outcome(key: str, complete: bool = True, **more) -> dict:
    record = {"complete": complete, "radius": [1, 2], **more}
    return {"key": key, "state": "done", "record": record, "measured": {"seconds": {"certify": 1}}}


@pytest.fixture
def units(study_of):
    return expand(study_of())


@pytest.fixture
def filled(study_of, units):
    """A store with three of six units: one done, one open, one failed."""
    with Store.writing(PATH) as store:
        store.enroll(study_of(), units)
        store.put(units[0], outcome(units[0].key), 60.0)
        store.put(units[1], outcome(units[1].key, complete=False), 60.0)
        store.put(units[2], failure(units[2].key, "no luck", "Trace"), 60.0)
    return PATH


def refused(path: Path = PATH, *, write: bool = True) -> str:
    """The sentence that opening ends with, while not a byte of the file changes."""
    before = path.read_bytes() if path.is_file() else None
    with (
        pytest.raises(InputError) as error,
        Store.writing(path) if write else Store.reading(path),
    ):
        pass
    if before is not None:
        assert path.read_bytes() == before
    told = str(error.value)
    assert told.startswith("store ")
    assert "\n" not in told
    return told


def test_what_is_put_is_read(filled, units):
    with Store.reading(filled) as store:
        rows = list(store.rows())
        assert store.studies() == {"small": "A small study"}
        assert store.messages() == {units[2].key: "no luck"}
        assert [row.record for row in store.rows(records=False)] == [None] * 6
        assert list(store.rows("other")) == []
    assert [row.state for row in rows] == ["done", "done", "failed", *["waiting"] * 3]
    assert [row.key for row in rows] == [unit.key for unit in units]
    assert rows[0].record == {"complete": True, "radius": [1, 2]}
    assert rows[0].measured == {"seconds": {"certify": 1}}
    assert rows[0].content == units[0].content
    assert (rows[2].message, rows[2].traceback, rows[2].record) == ("no luck", "Trace", None)
    assert rows[5].content is None
    assert rows[5].model == "GCN, depth 2"


def test_one_row_a_unit(filled, units):
    with Store.writing(filled) as store:
        store.put(units[2], outcome(units[2].key, radius=[7]), None)
        rows = list(store.rows())
    assert rows[2].state == "done"
    assert rows[2].message is None
    assert rows[2].record == {"complete": True, "radius": [7]}
    assert sqlite3.connect(filled).execute("SELECT count(*) FROM units").fetchone() == (3,)


def test_rows_stay_when_a_study_changes(filled, study_of, units):
    fewer = study_of(("[0, 1, 2]", "[2]"))
    with Store.writing(filled) as store:
        store.enroll(fewer, expand(fewer))
        assert len(list(store.rows())) == 2
        assert len(store.known()) == 3


@pytest.mark.parametrize(
    ("known", "limit", "settled"),
    [
        (Known("done", 60.0, True), None, True),
        (Known("done", 60.0, False), 60.0, True),
        (Known("done", 60.0, False), 30.0, True),
        (Known("done", 60.0, False), 61.0, False),
        (Known("done", 60.0, False), None, False),
        (Known("done", None, False), None, True),
        (Known("failed", 60.0, False), 60.0, False),
    ],
)
def test_a_longer_limit_is_worth_a_unit_that_was_ended(known, limit, settled):
    assert known.settles(limit) is settled


def test_an_error_within_a_transaction_leaves_the_rows_as_they_were(filled, units, study_of):
    with Store.writing(filled) as store:
        with pytest.raises(ValueError, match="JSON"):
            store.put(units[3], outcome(units[3].key, bad=float("nan")), None)
        with pytest.raises(AttributeError):
            store.enroll(study_of(), [*units, None])
        assert len(list(store.rows())) == 6
        store.put(units[3], outcome(units[3].key), None)
        assert len(store.known()) == 4


def test_a_second_writer_is_refused_and_readers_are_not(filled, units):
    script = (
        "import sys; from pathlib import Path; from labelcert.studies.store import Store\n"
        f"with Store.writing(Path({str(filled)!r})):\n"
        "    print('ready', flush=True); sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "ready\n"
        assert "is being written by another 'labelcert study run': wait" in refused(filled)
        Path("link.db").symlink_to(filled)
        assert "is being written by another" in refused(Path("link.db"))
        with Store.reading(filled) as store:
            assert len(store.known()) == 3
        other.kill()
    with Store.writing(filled) as store:  # a killed writer leaves no lock behind
        store.put(units[3], outcome(units[3].key), None)


def test_a_reader_sees_rows_while_they_are_written(filled, units):
    with Store.writing(filled) as writer, Store.reading(filled) as reader:
        assert len(reader.known()) == 3
        writer.put(units[3], outcome(units[3].key), None)
        assert len(reader.known()) == 4


def test_a_reader_cannot_write(filled, units):
    with pytest.raises(InputError, match="store"), Store.reading(filled) as store:
        store.put(units[3], outcome(units[3].key), None)
    with Store.reading(filled) as store:
        assert len(store.known()) == 3


def test_a_store_belongs_to_its_thread(filled):
    caught: list[Exception] = []

    def read() -> None:
        try:
            store.known()
        except sqlite3.ProgrammingError as error:
            caught.append(error)

    with Store.reading(filled) as store:
        thread = threading.Thread(target=read)
        thread.start()
        thread.join()
    assert len(caught) == 1


def test_locked_by_another_program(filled, monkeypatch):
    monkeypatch.setattr("labelcert.studies.store_file.BUSY_SECONDS", 0.1)
    other = sqlite3.connect(filled, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    assert "is locked by another program: wait until it is done" in refused(filled)
    assert "is locked by another program" in refused(filled, write=False)
    other.execute("ROLLBACK")
    with Store.reading(filled) as store:
        assert len(store.known()) == 3


@pytest.mark.parametrize("content", [b"hello", b"x" * 5000, b"SQLite"])
def test_a_file_of_another_program(content):
    PATH.write_bytes(content)
    assert "is a file of another program, and was left as it is" in refused()
    assert "is a file of another program" in refused(write=False)


def test_a_database_of_another_program(filled):
    other = sqlite3.connect("other.db")
    other.execute("CREATE TABLE units (a)")
    other.commit()
    other.close()
    assert "is a file of another program" in refused(Path("other.db"))
    assert "is a file of another program" in refused(Path("other.db"), write=False)


def test_a_newer_layout(filled):
    connection = sqlite3.connect(filled)
    connection.execute(f"PRAGMA user_version = {SCHEMA + 1}")
    connection.close()
    told = refused(filled)
    assert f"is of layout {SCHEMA + 1} and this labelcert knows up to {SCHEMA}: upgrade" in told
    assert "upgrade labelcert" in refused(filled, write=False)


def test_a_damaged_file(filled):
    content = bytearray(filled.read_bytes())
    content[4096:12288] = os.urandom(8192)
    filled.write_bytes(content)
    assert "is damaged (" in refused(filled)
    assert "is damaged (" in refused(filled, write=False)


def test_a_file_cut_short(filled):
    filled.write_bytes(filled.read_bytes()[:5000])
    assert "is damaged (" in refused(filled)


def test_a_damaged_record(filled, units):
    packed = bytearray(zlib.compress(b'{"complete":true,"radius":[1,2]}'))
    packed[-1] ^= 1  # the checksum
    connection = sqlite3.connect(filled)
    connection.execute("UPDATE units SET record = ? WHERE key = ?", (bytes(packed), units[0].key))
    connection.commit()
    connection.close()
    with Store.reading(filled) as store, pytest.raises(InputError) as error:
        list(store.rows())
    assert f"is damaged (unit {units[0].key[:12]}" in str(error.value)


def test_an_empty_file_is_a_store_to_be(units, study_of):
    PATH.touch()  # what a process leaves that is killed as it begins
    assert "is empty: run a study into it first" in refused(write=False)
    with Store.writing(PATH) as store:
        store.enroll(study_of(), units)
    with Store.reading(PATH) as store:
        assert len(list(store.rows())) == 6


def test_a_killed_writer_is_recovered_from(filled, units):
    """A journal that was left behind is rolled back, by a reader too."""
    script = (
        "import os, sqlite3\n"
        f"c = sqlite3.connect({str(filled)!r}, isolation_level=None)\n"
        "c.execute('PRAGMA cache_size = 1'); c.execute('BEGIN IMMEDIATE')\n"
        "c.execute('DELETE FROM units')\n"
        "c.execute('UPDATE members SET dataset = hex(randomblob(9999))')\n"
        "os.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", script], check=False)
    assert Path(f"{filled}-journal").exists()
    with Store.reading(filled) as store:
        assert [row.dataset for row in store.rows()] == ["karate"] * 6
        assert len(store.known()) == 3


def test_paths_that_cannot_be_a_store(filled):
    Path("folder").mkdir()
    Path("file").touch()
    assert "is a folder: name a file in it" in refused(Path("folder"))
    assert "lies in no folder: create" in refused(Path("none/s.db"))
    assert "lies in no folder: create" in refused(Path("file/s.db"))
    assert "does not exist: check the path" in refused(Path("none.db"), write=False)


# The mode of a folder stops neither root, whom containers run as, nor anybody on Windows.
@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written(filled):
    Path("closed").mkdir()
    Path("closed/s.db").write_bytes(filled.read_bytes())
    Path("closed").chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        assert "name a file in a folder that can be written" in refused(Path("closed/s.db"))
    finally:
        Path("closed").chmod(stat.S_IRWXU)
