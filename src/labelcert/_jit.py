"""The only file that imports the compiler.

Hot loops are written in plain Python over NumPy arrays and decorated with `compiled`. Machine code
is cached on disk beside the source (or in ``NUMBA_CACHE_DIR``), releases the GIL, and may fuse
multiply-adds; it never reorders sums (no ``fastmath`` beyond ``contract``), so error bounds for
sums of n terms hold.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from numba import njit

_OPTIONS: dict[str, Any] = {
    "cache": True,
    "nogil": True,
    "fastmath": {"contract"},
    "error_model": "numpy",
}

F = TypeVar("F", bound=Callable[..., object])


def compiled(function: F) -> F:
    """Compile `function` at its first call and keep the machine code for later runs."""
    return njit(**_OPTIONS)(function)


def inner(function: F) -> F:
    """Compile a function that only compiled code calls; without a Python entry it compiles faster."""
    return njit(**_OPTIONS, no_cpython_wrapper=True, no_cfunc_wrapper=True)(function)
