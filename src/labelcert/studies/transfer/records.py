"""What trained networks predicted, kept line by line in a file, so that a measurement can go on."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from labelcert._errors import InputError
from labelcert.kernels.arrays import FloatArray, IndexArray

FORMAT, VERSION = "labelcert transfer", 2


@dataclass(frozen=True, eq=False)
class Record:
    """The networks of one width and seed.

    predicted (1 + attacks, m): class numbers, the first row on clean labels; rest (1 + attacks,):
    the gradient at the end of training beside what was learned, the largest of a row's machines.
    """

    width: int
    seed: int
    predicted: IndexArray
    rest: FloatArray


class Records:
    """Records in memory, and in a file of lines of JSON where a path is given.

    key: what tells this measurement from any other. Raises InputError: a file that is another
    measurement's, or none of this package's.
    """

    def __init__(self, path: str | os.PathLike[str] | None, key: str):
        self._path = None if path is None else Path(path)
        self.known: dict[tuple[int, int], Record] = {}
        if self._path is None:
            return
        head = json.dumps({"format": FORMAT, "version": VERSION, "key": key})
        lines = self._lines()
        if lines and lines[0] != head:
            raise InputError(
                f"store {str(path)!r} holds something else than this measurement: choose another "
                "path."
            )
        kept = [head]
        for line in lines[1:]:
            record = _read(line)
            if record is None:  # the last line of a run that was killed while it wrote
                break
            self.known[record.width, record.seed] = record
            kept.append(line)
        self._write("\n".join(kept) + "\n", "w")

    def add(self, record: Record) -> None:
        """Keep a record, on the disk before this returns."""
        self.known[record.width, record.seed] = record
        if self._path is not None:
            document = {
                "width": record.width,
                "seed": record.seed,
                "predicted": record.predicted.tolist(),
                "rest": [float(f"{value:.3g}") for value in record.rest],
            }
            self._write(json.dumps(document) + "\n", "a")

    def _lines(self) -> list[str]:
        assert self._path is not None
        try:
            return self._path.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return []
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(
                f"store {str(self._path)!r} cannot be read ({error}): choose another path."
            ) from error

    def _write(self, text: str, mode: str) -> None:
        assert self._path is not None
        try:
            with open(self._path, mode, encoding="utf-8") as stream:
                stream.write(text)
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as error:
            raise InputError(
                f"store {str(self._path)!r} cannot be written ({error.strerror or error}): choose "
                "another path."
            ) from error


def _read(line: str) -> Record | None:
    try:
        found: dict[str, Any] = json.loads(line)
        predicted = np.array(found["predicted"], dtype=np.int64)
        rest = np.array(found["rest"], dtype=np.float64)
        record = Record(int(found["width"]), int(found["seed"]), predicted, rest)
    except (ValueError, KeyError, TypeError):
        return None
    return record if predicted.ndim == 2 and len(predicted) == len(rest) else None
