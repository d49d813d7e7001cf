"""The report as one HTML file that needs no network: `write_page`."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from labelcert._errors import InputError
from labelcert._version import __version__
from labelcert.report.atomic import write_bytes
from labelcert.report.charts.chart import vega_lite_version
from labelcert.report.charts.palette import DARK, LIGHT, css_variables
from labelcert.report.findings import Findings, find
from labelcert.report.nodes.graph_source import GraphSource, load_again
from labelcert.report.page import page_tables as tables
from labelcert.report.page.attackers import attackers_told
from labelcert.report.page.page_data import page_data, page_spec
from labelcert.report.page.page_text import filled, json_for_script, policy
from labelcert.report.page.section import Section, sections_html, sections_links
from labelcert.report.results import Result
from labelcert.report.study_results import Evaluation

SUFFIXES = (".html", ".htm")
_FOLDER = Path(__file__).resolve().parent / "assets"
_SCRIPTS = (
    "core", "state", "signs", "charts", "curves", "choice", "ranking", "heat", "strip", "node",
    "picture", "main",
)  # fmt: skip


def write_page(
    evaluation: Evaluation,
    path: str | os.PathLike[str],
    *,
    headline: str = "",
    verify: str = "",
    first: int | None = None,
    lead: str | None = None,
    facts: Sequence[tuple[str, str]] | None = None,
    graphs: GraphSource = load_again,
    sections: Sequence[Section] = (),
    progress: Callable[[float], None] = lambda share: None,
) -> None:
    """Write the report of an evaluation, completely or not at all.

    headline: a sentence that stands first, if any. verify: HTML of the section on labels to verify,
    if there is one. first: the test node that is opened first, the weakest by default. lead, facts:
    what stands below the sentence; of the study as a whole by default. graphs: where the graphs
    come from that are drawn. sections: more of them, after the findings. progress: called with the
    share done.
    Raises InputError for another suffix than .html, something else than an evaluation, or a file
    that cannot be written.
    """
    check_page_suffix(path)
    if not isinstance(evaluation, Evaluation):
        raise InputError(
            f"evaluation is of type {type(evaluation).__name__}: pass what read_store returned, or "
            "use certificate.report(path) for a page of one certificate."
        )
    text = page(
        evaluation, headline=headline, verify=verify, first=first, lead=lead, facts=facts,
        graphs=graphs, sections=sections, progress=progress,
    )  # fmt: skip
    write_bytes(path, text.encode("utf-8", "backslashreplace"))


def check_page_suffix(path: str | os.PathLike[str]) -> None:
    """InputError if a path is not one of a page."""
    suffix = Path(path).suffix.lower()
    if suffix not in SUFFIXES:
        raise InputError(f"report {str(path)!r} has the suffix {suffix!r}: use .html.")


def page(
    evaluation: Evaluation,
    *,
    headline: str = "",
    verify: str = "",
    first: int | None = None,
    lead: str | None = None,
    facts: Sequence[tuple[str, str]] | None = None,
    graphs: GraphSource = load_again,
    sections: Sequence[Section] = (),
    progress: Callable[[float], None] = lambda share: None,
) -> str:
    """The text of the page; arguments as those of `write_page`."""
    findings = find(evaluation.results)
    data = page_data(evaluation.results, findings, graphs, progress, first)
    data["specs"]["more"] = [page_spec(chart) for s in sections for _, chart in s.charts]
    style, script = _style(), _script()
    bundle = vega_bundle()
    findings_told = _findings_section(findings, len(evaluation.results) > 1)
    return filled(
        _file("page.html"),
        {
            "policy": policy([bundle, script], [style]),
            "version": escape(__version__),
            "title": escape(evaluation.title),
            "style": style,
            "headline": f'<p class="headline">{escape(headline)}</p>' if headline else "",
            "lead": escape(lead if lead is not None else _LEAD),
            "facts": tables.facts_list(_facts(evaluation) if facts is None else facts),
            "overall": tables.overall_table(findings),
            "findings_link": _link("findings", "Findings") if findings_told else "",
            "verify": verify,
            "verify_link": _link("verify", "Labels to verify") if verify else "",
            "findings": findings_told,
            "more": sections_html(sections),
            "more_links": sections_links(sections),
            "missing": tables.missing_section(evaluation.missing),
            "reading": _file("reading.html"),
            "data": json_for_script(data),
            "bundle": f"<script>{bundle}</script>",
            "script": script,
        },
    )


_EFFECTS_CHART = (
    '<figure><div id="effects-chart" class="chart" role="img" aria-label="Effects of design '
    'choices; the figures stand in the table below"></div></figure>'
)
_LEAD = (
    "Which budgets of flipped training labels the predictions of infinitely wide graph neural "
    "networks provably survive, compared over models, data sets and seeds."
)


def _facts(evaluation: Evaluation) -> list[tuple[str, str]]:
    results = evaluation.results
    failed = sum(1 for m in evaluation.missing if m.why)
    done = str(len(results))
    if evaluation.missing:
        waiting = len(evaluation.missing) - failed
        total = len(results) + len(evaluation.missing)
        done = f"{done} of {total} ({failed} failed, {waiting} waiting)"
    seeds = sorted({r.seed for r in results})
    exact = sum(1 for r in results if r.record["complete"])
    return [
        ("Data sets", " · ".join(dict.fromkeys(r.dataset for r in results))),
        ("Models", " · ".join(dict.fromkeys(r.model for r in results))),
        ("Seeds", ", ".join(map(str, seeds))),
        ("Attacker", attackers_told(results)),
        *_units(results),
        ("Certificates", done),
        ("Exact", "all" if exact == len(results) else f"{exact}, the others leave intervals"),
    ]


def _units(results: Sequence[Result]) -> list[tuple[str, str]]:
    """A warning where some budgets are costs and others are not."""
    units: dict[str, bool] = {}
    for result in results:
        units[result.dataset] = units.get(result.dataset, False) or result.counted_labels is None
    costs = [name for name, counted in units.items() if counted]
    if not 0 < len(costs) < len(units):
        return []
    told = f"costs on {', '.join(costs)}, flips elsewhere; averages over data sets mix the two"
    return [("Budgets", told)]


def _link(section: str, told: str) -> str:
    """An entry of the list of sections."""
    return f'<li><a href="#{section}">{told}</a></li>'


def _findings_section(findings: Findings, several: bool) -> str:
    """Effects where there are several certificates, plateaus, and gaps; "" where there is nothing.

    One certificate without collective counts has none of them.
    """
    if not several and not findings.gaps:
        return ""
    parts = ['<section id="findings" aria-labelledby="findings-title">']
    parts.append('<h2 id="findings-title">Findings</h2>')
    if several:
        parts += ["<h3>Effects of design choices</h3>", _EFFECTS_CHART if findings.effects else ""]
        parts.append(tables.effect_table(findings))
    parts += ["<h3>Plateaus</h3>", tables.plateau_table(findings)]
    if findings.gaps:
        parts += ["<h3>Sample-wise against collective</h3>", tables.gap_table(findings)]
    return "".join([*parts, "</section>"])


def _style() -> str:
    light, dark = css_variables(LIGHT), css_variables(DARK)
    return (
        f":root {{ {light} }}\n@media (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}\n"
        f"@media print {{ :root {{ {light} }} }}\n{_file('page.css')}"
    )


def _script() -> str:
    """The scripts of the page in one scope of their own."""
    parts = "\n".join(_file(f"{name}.js") for name in _SCRIPTS)
    return f'(() => {{\n"use strict";\n{parts}\n}})();'


@cache
def vega_bundle() -> str:
    """Vega, Vega-Lite and Vega-Embed as vl-convert ships them, with their licences, in one scope.

    Raises AssertionError where the bundle holds what would end a script.
    """
    import vl_convert

    make_bundle: Any = vl_convert.javascript_bundle  # its type asks for more than it needs
    bundle: str = make_bundle(vl_version=vega_lite_version())
    licences = _file("vega-licences.txt")
    if "</script" in bundle.lower() or "<!--" in bundle or "*/" in licences:
        raise AssertionError("the bundle of vl-convert cannot stand in a page")
    return f"/*!\n{licences}*/\n(function () {{\n{bundle}\n}})();"


def _file(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")
