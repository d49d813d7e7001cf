"""A matrix in a ``.npy`` or ``.npz`` file, read without unpickling."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib.npyio import NpzFile

from labelcert._errors import InputError


def read_matrix_file(path: Path) -> Any:
    """The array of a ``.npy`` file, or the only one of a ``.npz`` file.

    Raises InputError: no such file, several arrays, a damaged file, or one of pickled objects.
    """
    if not path.is_file():
        raise InputError(f"matrix {str(path)!r} is no file: check the path.")
    try:
        found = np.load(path, allow_pickle=False)
        if not isinstance(found, NpzFile):
            return found
        with found:
            keys = list(found.files)
            if len(keys) == 1:
                return found[keys[0]]
    except Exception as error:  # whatever a damaged file raises, from zlib to its header
        raise InputError(
            f"matrix {str(path)!r} is no .npy or .npz file of numbers (damaged, or of pickled "
            "objects, which are never loaded): write it with numpy.save."
        ) from error
    raise InputError(
        f"matrix {str(path)!r} holds {len(keys)} arrays: save the kernel alone, with numpy.save."
    )
