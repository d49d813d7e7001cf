"""Independent pieces of work on several processes; nothing that is done is lost.

joblib does the spreading. A worker that dies, or a memory shortage that kills it, costs only its
own pieces: they are done again here, one after the other. Once the clock has expired no piece is
begun, and those at work end themselves; Ctrl-C ends them all.
What workers compile, each for itself and all at the same time, does not count against the clock.
"""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

from labelcert._jit import compile_seconds, waited_for_compiling
from labelcert.engines.work.clock import Clock


def run_pieces(
    work: Callable[..., Any], pieces: Sequence[tuple[Any, ...]], clock: Clock, jobs: int
) -> Iterator[tuple[int, Any]]:
    """Yield (number, work(*piece)) as pieces get done, in any order, until the clock expires.

    work must be importable, its arguments and result picklable (they never leave this machine's own
    processes), and it ends soon after the clock's deadline, which pieces carry.
    """
    done: set[int] = set()
    if jobs > 1 and len(pieces) > 1:
        for number, result in _in_processes(work, pieces, clock, jobs):
            done.add(number)
            yield number, result
    for number, piece in enumerate(pieces):
        if number in done or clock.expired:
            continue
        try:
            with clock.waiting():
                result = work(*piece)
        except KeyboardInterrupt:
            clock.interrupt()
            return
        yield number, result


def _in_processes(
    work: Callable[..., Any], pieces: Sequence[tuple[Any, ...]], clock: Clock, jobs: int
) -> Iterator[tuple[int, Any]]:
    from joblib import Parallel, delayed
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    _expect_cancelled_pieces()
    # Pieces end with the clock, so they are waited for: to close joblib's generator before it is
    # empty kills its workers, who start anew for the next stage and leave shared arrays behind.
    tasks = (
        delayed(_numbered)(work, number, piece)
        for number, piece in enumerate(pieces)
        if not clock.expired
    )
    parallel: Any = Parallel(n_jobs=min(jobs, len(pieces)), return_as="generator_unordered")
    results = parallel(tasks)
    compiled: dict[int, float] = {}
    try:
        while not clock.interrupted:
            with clock.waiting():
                found = next(results, None)
            if found is None:
                break
            number, result, process, seconds = found
            _excuse(compiled, process, seconds)
            yield number, result
    except TerminatedWorkerError:
        return
    except KeyboardInterrupt:
        clock.interrupt()
    finally:
        with warnings.catch_warnings():
            # joblib warns that pieces were cancelled, which is what was asked for.
            warnings.simplefilter("ignore", UserWarning)
            results.close()


def _numbered(
    work: Callable[..., Any], number: int, piece: tuple[Any, ...]
) -> tuple[int, Any, int, float]:
    """What a piece gives, the process that did it, and how long that compiled for it."""
    before = compile_seconds()
    result = work(*piece)
    return number, result, os.getpid(), compile_seconds() - before


def _excuse(compiled: dict[int, float], process: int, seconds: float) -> None:
    """Note what a worker compiled; workers compile side by side, so the longest is what it took."""
    before = max(compiled.values(), default=0.0)
    compiled[process] = compiled.get(process, 0.0) + seconds
    waited_for_compiling(max(compiled.values()) - before)


@cache
def _expect_cancelled_pieces() -> None:
    """Pieces are cancelled when time is up; loky's manager thread may look one up just then.

    The thread ends with a KeyError, which is harmless, and Python would print its traceback.
    """
    before = threading.excepthook

    def hook(failed: threading.ExceptHookArgs) -> None:
        name = "" if failed.thread is None else failed.thread.name
        if not (failed.exc_type is KeyError and name.startswith("ExecutorManagerThread")):
            before(failed)

    threading.excepthook = hook
