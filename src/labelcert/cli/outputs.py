"""The files a run leaves behind: checked before the work starts, written when it is done."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from labelcert._errors import InputError
from labelcert.certificates import Advice
from labelcert.cli.request import Request
from labelcert.data import Graph
from labelcert.report.atomic import write_bytes
from labelcert.report.charts.chart import SUFFIXES as PLOTS
from labelcert.report.charts.chart import plot
from labelcert.report.document import Run, to_json
from labelcert.report.frames import write_frame
from labelcert.report.page.page_html import SUFFIXES as PAGES
from labelcert.report.page.section import Section

TABLES = (".csv", ".parquet")
OUTPUTS = (".json", *TABLES)


def check_outputs(request: Request, outputs: tuple[str, ...] = OUTPUTS) -> None:
    """Raise InputError for a path that could not be written, or would overwrite the input."""
    taken = {Path(p).resolve(): "input" for p in _inputs(request)}
    for name, paths, suffixes in (
        ("output", request.outputs, outputs),
        ("plot", request.plots, PLOTS),
        ("report", request.reports, PAGES),
    ):
        for path in paths:
            check_path(name, path, suffixes)
            twin = taken.setdefault(path.resolve(), name)
            if twin == "input":
                raise InputError(f"{name} {str(path)!r} is also read: choose another path.")
            if twin != name or paths.count(path) > 1:
                raise InputError(f"{name} {str(path)!r} is given twice: name each file once.")


def write_outputs(request: Request, run: Run, title: str) -> list[Path]:
    """Write every file of a request and return their paths; each is written whole or not at all.

    Raises InputError, one sentence, where the system refuses.
    """
    for path in request.outputs:
        if path.suffix.lower() in TABLES:
            write_frame(
                run.certificate,
                path,
                nodes=run.test,
                labeled=run.labeled,
                y_true=run.y_true,
                ids=run.ids,
            )
        else:
            # A path may hold bytes that are no text; JSON has an escape for them.
            write_bytes(path, to_json(run).encode("utf-8", "backslashreplace"))
    for path in request.plots:
        plot(run.certificate, path, title=title)
    return [*request.outputs, *request.plots]


def write_reports(
    request: Request,
    run: Run,
    graph: Graph,
    attacker: str,
    advice: Advice | None = None,
    sections: Sequence[Section] = (),
) -> list[Path]:
    """Write the pages of a request and return their paths.

    attacker: the threat in words; advice: on which labels to verify, if any; sections: more of
    them than every page has.
    """
    if request.reports:
        from labelcert.cli.show import title_of
        from labelcert.report.page.run_page import write_run_page

        for path in request.reports:
            write_run_page(
                run, path, title=title_of(run), attacker=attacker, graphs=lambda _: graph,
                advice=advice, sections=sections,
            )  # fmt: skip
    return list(request.reports)


def _inputs(request: Request) -> list[Path]:
    # A column's name is no file, and then there is nothing to overwrite.
    given = [
        request.dataset, request.edges, request.new, request.train, request.trusted,
        request.costs, request.groups,
    ]  # fmt: skip
    return [Path(path) for path in given if path is not None]


def check_path(
    name: str, path: Path, suffixes: tuple[str, ...], read: tuple[Path, ...] = ()
) -> None:
    """Raise InputError for a path that could not be written or has none of the suffixes.

    name: of the option; read: files that must not be overwritten.
    """
    if path.resolve() in [other.resolve() for other in read]:
        raise InputError(f"{name} {str(path)!r} is also read: choose another path.")
    if path.suffix.lower() not in suffixes:
        raise InputError(
            f"{name} {str(path)!r} has the suffix {path.suffix!r}: use one of "
            f"{', '.join(suffixes)}."
        )
    folder = path.resolve().parent
    if path.is_dir():
        raise InputError(f"{name} {str(path)!r} is a folder: name a file in it.")
    if not folder.is_dir():
        raise InputError(f"{name} {str(path)!r} lies in no folder: create {str(folder)!r} first.")
    if not os.access(folder, os.W_OK):
        raise InputError(
            f"{name} {str(path)!r} cannot be written, {str(folder)!r} is read-only: choose another."
        )
