"""The page of an advice: what to verify and what looks wrong, above the certificate as it is."""

from __future__ import annotations

import os
from dataclasses import replace

from labelcert._errors import InputError
from labelcert.certificates import Advice
from labelcert.report.advice_told import advice_facts, advice_headline
from labelcert.report.document import Run
from labelcert.report.nodes.graph_source import GraphSource
from labelcert.report.page.page_html import write_page
from labelcert.report.page.run_page import result_of
from labelcert.report.run_facts import run_facts
from labelcert.report.study_results import Evaluation

_LEAD = (
    "A verified label is one that the attacker cannot flip any more. The labels to verify stand "
    "first, then those that a model of all other labels does not agree with; below, which budget "
    "of flipped labels each prediction survives as long as none is verified."
)


def write_advice_page(
    advice: Advice,
    run: Run,
    path: str | os.PathLike[str],
    *,
    title: str,
    attacker: str,
    graphs: GraphSource,
) -> None:
    """Write the page of an advice, completely or not at all.

    run: of `Advice.before`; title, attacker, graphs: as of `run_page.write_run_page`. Raises
    InputError for another suffix than .html, no test nodes, or a file that cannot be written.
    """
    if len(run.test) == 0:
        raise InputError("run has no test nodes: there is nothing to report.")
    facts = [
        *advice_facts(advice, run),
        *(("Warning", sign) for sign in advice.before.warnings),
        *((name.capitalize(), told) for name, told in run_facts(run)),
        ("Attacker", attacker),
    ]
    write_page(
        Evaluation(title, (result_of(replace(run, certificate=advice.before)),)),
        path,
        headline=advice_headline(advice, run),
        lead=_LEAD,
        facts=facts,
        graphs=graphs,
    )
