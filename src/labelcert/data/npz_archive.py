"""An open ``.npz`` file: its arrays by their usual names, and which of them were not read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib.npyio import NpzFile
from numpy.typing import NDArray
from scipy.sparse import csr_array

from labelcert._errors import InputError
from labelcert.intake.names import near_miss, told_names

PARTS = ("data", "indices", "indptr", "shape")
"""Of a sparse matrix in rows (CSR)."""


class Archive:
    """Arrays of a file, never unpickled, and the keys that were not asked for.

    used: keys whose arrays were read or are known not to matter.
    """

    def __init__(self, path: Path, file: NpzFile) -> None:
        self.where = f"file {str(path)!r}"
        self.used: list[str] = []
        self._file = file

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()

    @property
    def keys(self) -> list[str]:
        """All keys, in the order of the file."""
        return self._file.files

    @property
    def unread(self) -> list[str]:
        """The keys that were not read."""
        return [key for key in self.keys if key not in self.used]

    def read(self, key: str) -> NDArray[Any]:
        """The array of a key; raises InputError where it is damaged or holds pickled objects."""
        self.used.append(key)
        try:
            return np.asarray(self._file[key])
        except Exception as error:  # whatever a damaged member raises, from zlib to its header
            if "allow_pickle" in str(error):
                raise InputError(
                    f"{self.where} holds pickled objects under {key!r}, which are never loaded: "
                    "save it as a numeric or string array"
                ) from error
            raise InputError(
                f"{self.where} is damaged at key {key!r}: write or download it again"
            ) from error

    def find(self, names: Sequence[str]) -> str | None:
        """The first key called so, else the first that differs in capitals only, or None."""
        for name in names:
            if name in self.keys:
                return name
        return next((key for key in self.keys if key.lower() in names), None)

    def require(self, key: str, option: str) -> str:
        """A key that an option names; raises InputError where there is none."""
        if key in self.keys:
            return key
        near = near_miss(key, self.keys)
        meant = f"; did you mean {near!r}? Pass {option}={near!r}" if near else ""
        raise InputError(f"{self.where} has no key {key!r}: it has {told_names(self.keys)}{meant}")

    def csr(self, prefixes: Sequence[str]) -> tuple[csr_array, str] | None:
        """A sparse matrix and its prefix, the first whose parts are there; None where none is.

        Raises InputError for parts without the others, and for parts that do not fit together.
        """
        for prefix in prefixes:
            present = [part for part in PARTS if prefix + part in self.keys]
            if len(present) == len(PARTS):
                return self._matrix(prefix), prefix
            if present:
                missing = [prefix + part for part in PARTS if part not in present]
                raise InputError(
                    f"{self.where} has no key {told_names(missing)} beside "
                    f"{prefix + present[0]!r}: add what is missing of the CSR matrix"
                )
        return None

    def _matrix(self, prefix: str) -> csr_array:
        data, indices, indptr, shape = (self.read(prefix + part) for part in PARTS)
        for part, array in zip(PARTS[1:], (indices, indptr, shape), strict=True):
            if array.size and array.dtype.kind not in "iu":  # int() would cut fractions off
                raise InputError(
                    f"{self.where} holds {array.dtype} under {prefix + part!r}: save integers"
                )
        try:
            matrix = csr_array((data, indices, indptr), shape=tuple(int(size) for size in shape))
            matrix.check_format(full_check=True)
        except (ValueError, TypeError, IndexError, OverflowError, MemoryError) as error:
            raise InputError(
                f"{self.where} holds no valid CSR matrix under {prefix!r} ({error}): write it "
                "again with datasets.save_npz"
            ) from error
        return matrix


def open_archive(path: Path) -> Archive:
    """Open a file; raises InputError where there is none, or it is no archive."""
    if path.is_dir():
        raise InputError(f"path {str(path)!r} is a folder: pass a file in it")
    if not path.is_file():
        raise InputError(f"path {str(path)!r} is no file: check the spelling")
    try:
        file = np.load(path, allow_pickle=False)
    except Exception as error:  # whatever a damaged archive raises
        raise _not_npz(path) from error
    if not isinstance(file, NpzFile):
        raise _not_npz(path)
    return Archive(path, file)


def _not_npz(path: Path) -> InputError:
    return InputError(
        f"file {str(path)!r} is not a readable .npz archive (damaged, cut short, or pickled): "
        "write it again with numpy.savez or datasets.save_npz"
    )
