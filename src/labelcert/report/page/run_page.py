"""The page of a single certificate: `write_run_page`."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from labelcert._errors import InputError
from labelcert.data import Graph, Split
from labelcert.report.document import Run
from labelcert.report.page.page_html import write_page
from labelcert.report.results import Result
from labelcert.report.run_facts import run_facts
from labelcert.report.study_results import Evaluation

_LEAD = (
    "Which budget of flipped training labels each prediction of an infinitely wide network "
    "provably survives."
)


def write_run_page(
    run: Run, graph: Graph, path: str | os.PathLike[str], *, title: str, attacker: str
) -> None:
    """Write the report of a run, completely or not at all.

    graph: that of the run. title: stands above the page; attacker: the threat in words.
    Raises InputError for another suffix than .html, no test nodes, or a file that cannot be
    written.
    """
    if len(run.test) == 0:
        raise InputError("run has no test nodes: there is nothing to report.")
    if not run.known.all():
        raise InputError(
            "report needs the labels of the new rows: add them, or leave --report out."
        )
    result = result_of(run, graph)
    write_page(
        Evaluation(title, (result,)),
        path,
        lead=_LEAD,
        facts=_facts(run, attacker),
        graphs=lambda _: graph,
    )


def result_of(run: Run, graph: Graph) -> Result:
    """A run as the result that reports read; graph: that of the run."""
    from labelcert.studies.records import record_of

    nothing = np.zeros(0, dtype=np.int64)
    record = record_of(graph, Split(run.labeled, nothing, run.test), run.certificate)
    content: dict[str, Any] = {
        "dataset": run.dataset,
        "split": run.split,
        "model": run.model,
        "learner": run.certificate.learner,
        "threat": run.threat,
    }
    return Result(str(run.dataset["name"]), str(run.model["name"]), content, record)


def _facts(run: Run, attacker: str) -> list[tuple[str, str]]:
    right = int((run.certificate.prediction == run.y_true).sum())
    exact = int(run.certificate.exact.sum())
    tests = len(run.test)
    return [
        *(("Warning", sign) for sign in run.certificate.warnings),
        *((name.capitalize(), told) for name, told in run_facts(run)),
        ("Accuracy", f"{100 * right / tests:.1f} % of {tests} test nodes, labels unflipped"),
        ("Attacker", attacker),
        ("Radii known exactly", "all" if exact == tests else f"{exact} of {tests}"),
    ]
