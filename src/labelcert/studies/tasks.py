"""What goes to a worker and what comes back: plain data."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict


class Task(TypedDict):
    """A unit on its way to a worker.

    content, files: of the unit. jobs: threads for it, None for all cores. parent: process whose end
    ends the worker, or None. run: the run of the study that it belongs to. version: of the package
    where the study runs.
    """

    key: str
    content: dict[str, Any]
    files: dict[str, str]
    time_limit: float | None
    jobs: int | None
    parent: int | None
    run: str
    version: str


class Outcome(TypedDict):
    """What became of a task.

    record: see `records`. measured: {"seconds": {stage: …}, "peak_memory_mb": … or null,
    "finished": time in UTC}. message, traceback: of a failure. state: "interrupted" where Ctrl-C
    reached it, "lost" where a worker died and nothing is known of the task, "refused" where the
    worker has another version of this package.
    """

    key: str
    state: Literal["done", "failed", "interrupted", "lost", "refused"]
    measured: dict[str, Any]
    record: NotRequired[dict[str, Any]]
    message: NotRequired[str]
    traceback: NotRequired[str]


def failure(key: str, message: str, trace: str = "", **measured: Any) -> Outcome:
    """A task that came to nothing."""
    return {
        "key": key,
        "state": "failed",
        "message": message,
        "traceback": trace,
        "measured": measured,
    }
