"""IDX files, the format of MNIST: a header, then numbers of one byte, with or without gzip.

The header is two bytes 0, the type (8: bytes), the number of dimensions, and each dimension as four
bytes, the largest first (LeCun and Cortes, "The MNIST database").
"""

from __future__ import annotations

import gzip
import hashlib
import struct
import zlib
from math import prod
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from labelcert._errors import InputError

BYTES = 8
"""The type that is read; others do not occur in images and labels."""

LARGEST = 2**31
"""Bytes that a file may hold, unpacked."""


def read_idx(path: Path, dimensions: int) -> NDArray[np.uint8]:
    """The array of a file; raises InputError unless it is whole and has so many dimensions."""
    content = _unpacked(path)
    start = 4 + 4 * dimensions
    if len(content) < start or content[:2] != b"\0\0":
        raise _malformed(path, "it does not begin as IDX does")
    if content[2] != BYTES or content[3] != dimensions:
        raise _malformed(
            path,
            f"it has type {content[2]} and {content[3]} dimensions instead of type {BYTES} and "
            f"{dimensions}",
        )
    shape = struct.unpack(f">{dimensions}I", content[4:start])
    if prod(shape) != len(content) - start or prod(shape) == 0:
        told = " × ".join(map(str, shape))
        raise _malformed(path, f"it announces {told} bytes and holds {len(content) - start}")
    return np.frombuffer(content, dtype=np.uint8, offset=start).reshape(shape)


def idx_digest(array: NDArray[np.uint8]) -> str:
    """SHA-256 of an array as an IDX file without gzip, in hexadecimal."""
    head = struct.pack(">4B", 0, 0, BYTES, array.ndim) + struct.pack(
        f">{array.ndim}I", *array.shape
    )
    found = hashlib.sha256(head)
    found.update(np.ascontiguousarray(array).data)
    return found.hexdigest()


def _unpacked(path: Path) -> bytes:
    try:
        content = path.read_bytes()
        if content[:2] != b"\x1f\x8b":
            return content
        with gzip.open(path) as file:
            content = file.read(LARGEST + 1)
    except (OSError, EOFError, zlib.error) as error:
        reason = str(error) or type(error).__name__
        raise _malformed(path, f"it cannot be unpacked, {reason}") from error
    if len(content) > LARGEST:
        raise _malformed(path, "it unpacks to more than two gigabytes")
    return content


def _malformed(path: Path, reason: str) -> InputError:
    return InputError(
        f"data file {str(path)!r} is no IDX file of images or labels ({reason}): delete it to "
        "download it again"
    )
