"""Compute one unit: load, split, kernel, certify; in whatever process it is called.

`run_task` never raises for what the unit brings about: a data set that cannot be loaded, memory
that does not suffice and any other error become an outcome, so that they cost only their unit.
"""

from __future__ import annotations

import os
import threading
import time
import traceback
from datetime import UTC, datetime
from typing import Any

from labelcert._errors import InputError
from labelcert._version import __version__
from labelcert.certificates import Certificate, certify
from labelcert.kernels import registry
from labelcert.studies import peak_memory, row_models
from labelcert.studies.certifying_rows import Learner, certify_rows, rows_of
from labelcert.studies.graphs import begin_run
from labelcert.studies.networks import kernel_of
from labelcert.studies.records import record_of
from labelcert.studies.row_models import is_of_rows
from labelcert.studies.setting import Setting, setting_of
from labelcert.studies.tasks import Outcome, Task, failure


def run_task(task: Task) -> Outcome:
    """Compute a unit."""
    if task["parent"] is not None:
        _end_with(task["parent"])
    if task["version"] != __version__:
        return {"key": task["key"], "state": "refused", "message": __version__, "measured": {}}
    begin_run(task["run"])
    peak_memory.restart()
    seconds: dict[str, float] = {}
    try:
        record = _run(task, seconds)
    except InputError as error:
        return failure(task["key"], str(error), **_measured(seconds))
    except MemoryError:
        message = (
            "not enough memory: train on fewer labels (split: per_class or train), which count "
            "squared, certify fewer test nodes (split: test), or use fewer jobs."
        )
        return failure(task["key"], message, traceback.format_exc(), **_measured(seconds))
    except Exception as error:
        message = f"{type(error).__name__}: {error}"
        return failure(task["key"], message, traceback.format_exc(), **_measured(seconds))
    if record["stopped"] == "interrupted":
        return {"key": task["key"], "state": "interrupted", "measured": _measured(seconds)}
    return {"key": task["key"], "state": "done", "record": record, "measured": _measured(seconds)}


def _run(task: Task, seconds: dict[str, float]) -> dict[str, Any]:
    content = task["content"]
    start = time.monotonic()
    setting = setting_of(content, task["files"])
    seconds["load"] = time.monotonic() - start
    start = time.monotonic()
    graph, split = setting.graph, setting.split
    if is_of_rows(content["model"]):
        certificate = _certify_rows(task, setting)
        seconds["certify"] = certificate.seconds
        seconds["features"] = time.monotonic() - start - certificate.seconds
        return record_of(graph, split, certificate)
    kernel = kernel_of(content["model"], task["files"])
    if not graph.has_edges and registry.find(kernel.name).uses_edges:
        raise InputError(
            f"model {kernel.name} needs edges and {graph.name!r} has none: use "
            f"{registry.WITHOUT_EDGES}."
        )
    gram = kernel(graph, split.labeled)
    cross = kernel(graph, split.test, split.labeled)
    seconds["kernel"] = time.monotonic() - start
    certificate = _certify(task, gram, cross, setting)
    seconds["certify"] = certificate.seconds
    return record_of(graph, split, certificate)


def _certify_rows(task: Task, setting: Setting) -> Certificate:
    content, seed = task["content"], task["content"]["split"]["seed"]
    model = row_models.model_of(content["model"])
    learner = Learner(
        content["learner"].get("ridge"), content["learner"].get("C"), model.parts, model.votes, seed
    )
    return certify_rows(
        rows_of(setting.graph, setting.split), model.map(seed), learner, setting.threat,
        time_limit=task["time_limit"], jobs=task["jobs"],
    )  # fmt: skip


def _certify(task: Task, gram: Any, cross: Any, setting: Setting) -> Certificate:
    content = task["content"]
    return certify(
        gram,
        cross,
        setting.labels,
        C=content["learner"].get("C"),
        ridge=content["learner"].get("ridge"),
        threat=setting.threat,
        collective=content["collective"],
        relaxed=content["exactness"] == "relaxed",
        time_limit=task["time_limit"],
        n_jobs=task["jobs"],
    )


def _measured(seconds: dict[str, float]) -> dict[str, Any]:
    return {
        "seconds": {name: round(value, 6) for name, value in seconds.items()},
        "peak_memory_mb": peak_memory.megabytes(),
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
    }


_watched: set[int] = set()


def _end_with(parent: int) -> None:
    """End this process soon after its parent: a killed runner leaves no workers behind."""
    if os.name == "nt" or parent in _watched:
        return
    _watched.add(parent)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
