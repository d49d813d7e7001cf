"""Spread tasks over a Dask cluster that is already running, through joblib.

Of the backend that joblib comes with for Dask a task whose worker was killed is never heard again,
so a study would wait for it forever. This one is written against joblib's interface for backends
instead. It hands all tasks over at once, so that workers which join later get some, and a cluster
that grows on demand sees the demand. Dask itself runs the task of a dead worker again on another
one, by default three times, and tells which task its workers died of.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from typing import Any

from joblib import Parallel, delayed
from joblib.parallel import ParallelBackendBase

from labelcert._errors import InputError
from labelcert._version import __version__
from labelcert.studies.pool import Spread, Work
from labelcert.studies.tasks import Outcome, Task

CONNECT_SECONDS = 20

TRIES = 3
"""So often a client is begun at the most: Dask asserts that its event loop runs after 10 s, which
a busy machine may not manage."""


class DaskBackend(ParallelBackendBase):
    """A joblib backend: every task of joblib is one task of a Dask client."""

    supports_retrieve_callback = True
    default_n_jobs = -1

    def __init__(self, client: Any) -> None:
        super().__init__()
        self._client = client
        self._keys: dict[Any, list[str]] = {}

    def effective_n_jobs(self, n_jobs: int) -> Any:
        """At least 2: joblib would run a single one in this process."""
        return max(2, sum(self._client.ncores().values()))

    def submit(self, func: Any, callback: Callable[[Any], None] | None = None) -> Any:
        """Hand a batch of joblib's over; it has the tasks as the arguments of its calls."""
        future = self._client.submit(func, pure=False)
        self._keys[future] = [arguments[0]["key"] for _, arguments, _ in func.items]
        if callback is not None:
            future.add_done_callback(callback)
        return future

    def retrieve_result_callback(self, out: Any) -> Any:
        """The outcomes of a batch; "lost" where all its workers were killed."""
        from distributed import KilledWorker

        keys = self._keys.pop(out, [])
        lost: list[Outcome] = [{"key": key, "state": "lost", "measured": {}} for key in keys]
        try:
            return out.result()
        except KilledWorker:
            return lost

    def abort_everything(self, ensure_ready: bool = True) -> None:
        """Cancel what has not begun."""
        self._client.cancel(list(self._keys), force=True)
        self._keys.clear()


@contextmanager
def dask_cluster(address: str) -> Iterator[Spread]:
    """Connect to a scheduler, and give a spread over its workers.

    Raises InputError: Dask is not installed, nobody answers at the address, workers lack this
    package or have another version of it, or the scheduler is lost during the block.
    """
    client = _connect(address)
    # Of a lost scheduler it would print pages; the sentence about it comes from `_spread_over`.
    log = logging.getLogger("distributed.client")
    before = log.level
    log.setLevel(logging.CRITICAL)
    try:
        with client:
            _check_workers(client)
            yield _spread_over(client, address)
    finally:
        log.setLevel(before)


def _connect(address: str) -> Any:
    """A client of the scheduler at an address."""
    try:
        from distributed import Client
    except ImportError:
        raise InputError(
            "scheduler needs Dask: pip install 'labelcert[dask]', here and where the workers run."
        ) from None
    reason = ""
    for _ in range(TRIES):
        try:
            return Client(address, timeout=CONNECT_SECONDS, set_as_default=False, name="labelcert")
        except AssertionError:
            reason = "Dask's event loop did not start, the machine is too busy"
        except (OSError, ValueError, TypeError) as error:
            reason = " ".join(str(error).split())
            break
    raise InputError(
        f"scheduler {address!r} cannot be reached ({reason}): pass the address that "
        "'dask scheduler' prints, such as tcp://host:8786."
    )


def _spread_over(client: Any, address: str) -> Spread:
    def spread(work: Work, tasks: Iterable[Task]) -> Iterator[Outcome]:
        parallel: Any = Parallel(
            n_jobs=-1,
            backend=DaskBackend(client),
            batch_size=1,  # pyright: ignore[reportArgumentType]
            pre_dispatch="all",
            return_as="generator_unordered",
        )
        results = parallel(delayed(work)(task) for task in tasks)
        try:
            yield from results
        except (CancelledError, OSError) as error:
            raise InputError(
                f"scheduler {address!r} was lost ({type(error).__name__}): what is finished is "
                "stored; start a scheduler and run the same command again."
            ) from None
        finally:
            results.close()

    return spread


def _check_workers(client: Any) -> None:
    def installed() -> str:
        try:
            from labelcert._version import __version__ as version
        except ImportError:
            return ""
        return version

    for worker, version in client.run(installed).items():
        if version != __version__:
            found = f"labelcert {version}" if version else "no labelcert"
            raise InputError(
                f"scheduler has the worker {worker}, which has {found}: install labelcert "
                f"{__version__} with the extra dask there too."
            )
