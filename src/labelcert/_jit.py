"""The only file that imports the compiler.

Hot loops are written in plain Python over NumPy arrays and decorated with `compiled`. Machine code
is cached in the user's cache folder under a name made of the package's source, so that an upgrade
never meets old code (or in ``NUMBA_CACHE_DIR``, if set); it releases the GIL, and may fuse
multiply-adds; it never reorders sums (no ``fastmath`` beyond ``contract``), so error bounds for
sums of n terms hold.
"""

from __future__ import annotations

import hashlib
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from numba import config, njit
from numba.core import event

_OPTIONS: dict[str, Any] = {
    "cache": True,
    "nogil": True,
    "fastmath": {"contract"},
    "error_model": "numpy",
}


class _CompileTimer(event.Listener):
    """Adds up the wall time of compilations; nested and concurrent ones count once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._depth, self._since, self._total = 0, 0.0, 0.0

    def on_start(self, event: object) -> None:
        with self._lock:
            if self._depth == 0:
                self._since = time.monotonic()
            self._depth += 1

    def on_end(self, event: object) -> None:
        with self._lock:
            self._depth -= 1
            if self._depth == 0:
                self._total += time.monotonic() - self._since

    def add(self, seconds: float) -> None:
        with self._lock:
            self._total += seconds

    def seconds(self) -> float:
        with self._lock:
            running = time.monotonic() - self._since if self._depth else 0.0
            return self._total + running


class _PatientInterrupt(event.Listener):
    """Holds Ctrl-C back while the main thread compiles, and lets it through afterwards.

    The compiler calls back into Python through ctypes, which swallows a KeyboardInterrupt, and with
    it the function: the next call would fail with an error of the compiler's.
    """

    def __init__(self) -> None:
        self._depth, self._pressed = 0, False
        self._before: Any = None

    def on_start(self, event: object) -> None:
        if threading.current_thread() is not threading.main_thread():
            return
        if self._depth == 0 and callable(signal.getsignal(signal.SIGINT)):
            self._pressed = False
            self._before = signal.signal(signal.SIGINT, self._press)
        self._depth += 1

    def on_end(self, event: object) -> None:
        if threading.current_thread() is not threading.main_thread():
            return
        self._depth -= 1
        if self._depth == 0 and self._before is not None:
            before, self._before = self._before, None
            signal.signal(signal.SIGINT, before)
            if self._pressed:
                before(signal.SIGINT, None)

    def _press(self, number: int, frame: object) -> None:
        self._pressed = True


_TIMER = _CompileTimer()
event.register("numba:compile", _TIMER)
event.register("numba:compile", _PatientInterrupt())


def compile_seconds() -> float:
    """Seconds this process has spent compiling, or waiting for others that do, so far; code loaded
    from the cache costs none."""
    return _TIMER.seconds()


def waited_for_compiling(seconds: float) -> None:
    """Note that this process waited so long for another one that compiled."""
    _TIMER.add(seconds)


def _cache_folder() -> str:
    """Numba sees a change of a function but not of those it calls: the folder's name tells them."""
    digest = hashlib.sha256()
    package = Path(__file__).resolve().parent
    for room in ("learners", "engines"):
        for path in sorted((package / room).rglob("*.py")):
            digest.update(path.read_bytes())
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return str(Path(home) / "labelcert" / f"compiled-{digest.hexdigest()[:16]}")


_CACHE: str = getattr(config, "CACHE_DIR", "") or _cache_folder()


def _compile(function: Callable[..., object], **more: bool) -> Any:
    settings: Any = config
    decorate: Any = njit
    before = settings.CACHE_DIR
    settings.CACHE_DIR = _CACHE  # read when the function is decorated
    try:
        return decorate(**_OPTIONS, **more)(function)
    finally:
        settings.CACHE_DIR = before


def compiled(function: Callable[..., object]) -> Any:
    """Compile `function` at its first call and keep the machine code for later runs."""
    return _compile(function)


def inner(function: Callable[..., object]) -> Any:
    """Compile a function that only compiled code calls: faster, for it gets no Python entry."""
    return _compile(function, no_cpython_wrapper=True, no_cfunc_wrapper=True)
