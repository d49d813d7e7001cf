"""The page of a single certificate: `write_run_page`."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from labelcert._errors import InputError
from labelcert.certificates import Advice
from labelcert.data import Graph
from labelcert.report.document import Run
from labelcert.report.headline import headline, weakest
from labelcert.report.nodes.graph_source import GraphSource
from labelcert.report.page.closing_section import closing_sections
from labelcert.report.page.page_html import write_page
from labelcert.report.page.section import Section
from labelcert.report.page.verify_section import verify_section
from labelcert.report.results import Result
from labelcert.report.run_facts import run_facts
from labelcert.report.shown_budgets import within_sight
from labelcert.report.study_results import Evaluation

_LEAD_ROWS = (
    "Which budget of flipped training labels each prediction of models that are trained on "
    "label-free features provably survives."
)
_LEAD_POINTS = (
    "Which budget of flipped training labels each prediction of the certified model provably "
    "survives."
)
_WIDE = ("mlp", "gcn", "sgc", "graphsage", "appnp", "ppnp", "gin", "cnn")
"""Kernels of infinitely wide networks."""

_LEAD = (
    "Which budget of flipped training labels each prediction of an infinitely wide network "
    "provably survives."
)


def write_run_page(
    run: Run,
    path: str | os.PathLike[str],
    *,
    title: str,
    attacker: str,
    graphs: GraphSource | None = None,
    advice: Advice | None = None,
    sections: Sequence[Section] = (),
) -> None:
    """Write the report of a run, completely or not at all.

    title: stands above the page; attacker: the threat in words. graphs: gives the graph of the run
    where it has edges. advice: on which labels to verify, made for the certificate of the run;
    sections: more of them, after the findings.
    Raises InputError for another suffix than .html, no test nodes, or a file that cannot be
    written.
    """
    if len(run.test) == 0:
        raise InputError("run has no test nodes: there is nothing to report.")
    test, result = run.test.tolist(), result_of(run)
    write_page(
        Evaluation(title, (result,)),
        path,
        headline=headline(
            run.certificate,
            lambda t: run.called(test[t]),
            limited=_limited(run.threat),
            advice=advice,
        ),
        verify=verify_section(run, advice),
        first=test[weakest(run.certificate)],
        lead=_lead(run),
        facts=[*_facts(run, attacker), *_shown(run, result)],
        graphs=_no_graph if graphs is None else graphs,
        sections=(*closing_sections(run.certificate), *sections),
    )


def result_of(run: Run) -> Result:
    """A run as the result that reports read."""
    from labelcert.studies.records import Points, record_of_points

    kept = ("name", "nodes", "edges", "features", "classes", "class_names")
    dataset = {**{name: run.dataset[name] for name in kept}, "word": run.word}
    record = record_of_points(
        within_sight(run.certificate),
        dataset,
        Points(run.labeled, run.ids_of(run.labeled)),
        Points(run.test, run.ids_of(run.test)),
        run.y_true,
    )
    content: dict[str, Any] = {
        "dataset": run.dataset,
        "split": run.split,
        "model": run.model,
        "learner": run.certificate.learner,
        "threat": run.threat,
    }
    return Result(str(run.dataset["name"]), str(run.model["name"]), content, record)


def _no_graph(result: Result) -> Graph:
    raise InputError("it is not known where it lies.")


def _lead(run: Run) -> str:
    if not run.on_kernel:
        return _LEAD_ROWS
    return _LEAD if run.model["name"] in _WIDE else _LEAD_POINTS


def _limited(threat: Mapping[str, Any]) -> bool:
    """Whether some labels may not become every other class, or nothing is known of that."""
    if "trusted" not in threat:
        return True
    return any(threat.get(name) for name in ("trusted", "directions", "groups"))


def _facts(run: Run, attacker: str) -> list[tuple[str, str]]:
    exact = int(run.certificate.exact.sum())
    tests = len(run.test)
    return [
        *(("Warning", sign) for sign in run.certificate.warnings),
        *((name.capitalize(), told) for name, told in run_facts(run)),
        ("Accuracy", _accuracy(run)),
        ("Attacker", attacker),
        ("Radii known exactly", "all" if exact == tests else f"{exact} of {tests}"),
    ]


def _shown(run: Run, result: Result) -> list[tuple[str, str]]:
    """What the curves leave out, where they leave something out."""
    most = run.certificate.max_flips
    if result.max_flips == most:
        return []
    return [("Budgets shown", f"0 to {result.max_flips:,} of {most:,}; the certificate has all")]


def _accuracy(run: Run) -> str:
    known, tests = run.known, len(run.test)
    if not known.any():
        return f"unknown: none of {tests} test {run.word}s has a label"
    right = int((run.certificate.prediction == run.y_true)[known].sum())
    count = int(known.sum())
    which = "" if count == tests else " that have a label"
    share = 100 * right / count
    return f"{share:.1f} % of {count} test {run.word}s{which}, labels unflipped"
