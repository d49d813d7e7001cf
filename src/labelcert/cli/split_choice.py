"""Which rows a request trains on and which it certifies: --split, --train, or drawn."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from labelcert._errors import InputError
from labelcert.cli.graphs import is_path, is_table, load_new, table_rows
from labelcert.cli.node_values import GivenValues
from labelcert.cli.request import DEFAULT_PER_CLASS, Request
from labelcert.data import Graph, Split, datasets
from labelcert.data.hold_out import hold_out
from labelcert.data.mask_splits import mask_split
from labelcert.data.node_values import near_column, read_node_list, values_of_column
from labelcert.data.own_splits import own_split
from labelcert.data.told_splits import column_split, list_split, some_of_test


@dataclass(frozen=True, eq=False)
class SplitChoice:
    """The split and its record for the document, whose "how" says it in words; notes: what there is
    to say of how it was read."""

    split: Split
    record: dict[str, Any]
    notes: tuple[str, ...] = ()


def check_split(request: Request) -> None:
    """Raise InputError for options that exclude each other."""
    given = [name for name in ("new", "split", "train") if getattr(request, name) is not None]
    if len(given) > 1:
        raise InputError(
            f"--{given[0]} and --{given[1]} each say what is trained on: pass one of them."
        )
    for name in ("per_class", "validation"):
        if given and given != ["new"] and getattr(request, name) is not None:
            raise InputError(
                f"--{name.replace('_', '-')} draws rows and --{given[0]} names them: leave one out."
            )


def read_split_column(request: Request) -> GivenValues | None:
    """The column that --split names, None where there is none; raises InputError."""
    if request.split is None:
        return None
    if _by_own_masks(request):
        return None
    if not is_table(request.dataset):
        raise InputError(
            "--split names a column of a table of your own: pass a CSV or Parquet file as DATASET, "
            "or of an .npz file --split masks."
        )
    column = request.split.strip()
    if column == ("label" if request.label is None else request.label):
        raise InputError(f"--split names the label column {column!r}: name another column.")
    found = values_of_column(request.dataset, column, "split", as_text=True)
    if found is None:
        near = near_column(request.dataset, column)
        raise InputError(f"--split {column!r} is no column of the table{near}: check the spelling.")
    return GivenValues(column, found)


def choose_split(request: Request, graph: Graph, column: GivenValues | None) -> SplitChoice:
    """The split of a request; column: `read_split_column`.

    Raises InputError: words that are no part, nodes that there are not, or nothing to train on or
    to certify.
    """
    if column is not None:
        found = _by_column(request, graph, column)
    elif _by_own_masks(request):
        found = _by_masks(request, graph)
    elif request.train is not None:
        found = _by_list(request, graph)
    elif _is_drawn(request, graph):
        found = _drawn(request, graph)
    elif not graph.is_labeled.all():
        found = _unlabeled(request, graph)
    else:
        split = hold_out(graph.labels, request.seed, test=request.test)
        how = f"all but a stratified hold-out of {len(split.test)} rows, seed {request.seed}"
        found = SplitChoice(split, _record(request.seed, how))
    if len(found.split.test) == 0:
        raise InputError(
            f"per_class={_per_class(request)} leaves no test nodes: lower --per-class or "
            "--validation."
            if request.split is None and request.train is None
            else "the split leaves nothing to certify: name rows of test, or train on fewer."
        )
    return found


def choose_new(request: Request) -> tuple[Graph, SplitChoice]:
    """The rows of a table and of its new rows, which are certified."""
    graph, split = load_new(request)
    how = f"all rows with a label; {len(split.test)} new rows are certified"
    return graph, SplitChoice(split, _record(None, how))


def _record(seed: int | None, how: str) -> dict[str, Any]:
    return {"per_class": None, "validation": None, "seed": seed, "how": how}


def _is_drawn(request: Request, graph: Graph) -> bool:
    """Whether as many of every class are drawn: of graphs, of named data, or where asked for."""
    asked = request.per_class is not None or request.validation is not None
    return asked or graph.has_edges or not is_path(request.dataset)


def _per_class(request: Request) -> int:
    return DEFAULT_PER_CLASS if request.per_class is None else request.per_class


def _drawn(request: Request, graph: Graph) -> SplitChoice:
    per_class = _per_class(request)
    split = datasets.split(
        graph.labels, per_class, request.seed, validation=request.validation, test=request.test
    )
    validation = per_class if request.validation is None else int(request.validation)
    drawn = {"per_class": per_class, "validation": validation, "seed": request.seed}
    return SplitChoice(split, drawn | {"how": None})


def _by_column(request: Request, graph: Graph, column: GivenValues) -> SplitChoice:
    cells = column.of(request, graph, np.arange(graph.num_nodes))
    split, notes = column_split(graph, cells, column.values.where, column.column or "")
    split = some_of_test(split, request.test, request.seed)
    how = f"by the column {column.column}; {len(split.test)} of test are certified"
    return SplitChoice(split, _record(None, how), notes)


def _by_own_masks(request: Request) -> bool:
    """Whether --split asks for the masks of an .npz file."""
    given = (request.split or "").strip().lower()
    return given == "masks" and Path(request.dataset).suffix.lower() == ".npz"


def _by_masks(request: Request, graph: Graph) -> SplitChoice:
    rows = table_rows(request, graph)
    split = mask_split(request.dataset, graph.labels, number=request.seed, rows=rows)
    split = some_of_test(split, request.test, request.seed)
    how = f"by the masks of the file; {len(split.test)} of test are certified"
    return SplitChoice(split, _record(None, how))


def _by_list(request: Request, graph: Graph) -> SplitChoice:
    assert request.train is not None
    entries = read_node_list(request.train, "train")
    split, notes = list_split(graph, entries, f"train file {str(request.train)!r}")
    split = some_of_test(split, request.test, request.seed)
    how = f"those of {request.train}; {len(split.test)} others are certified"
    return SplitChoice(split, _record(None, how), notes)


def _unlabeled(request: Request, graph: Graph) -> SplitChoice:
    """Empty labels of a table: "certify these"."""
    rows = np.flatnonzero(~graph.is_labeled)
    split = own_split(graph.labels, np.flatnonzero(graph.is_labeled), rows)
    split = some_of_test(split, request.test, request.seed)
    how = f"all rows with a label; {len(split.test)} rows without one are certified"
    return SplitChoice(split, _record(None, how))


def graph_told(graph: Graph, choice: SplitChoice) -> Graph:
    """The graph whose notes say what the split left out, and not that what is certified is not."""
    if len(choice.split.test) and not graph.is_labeled[choice.split.test].all():
        wrong = ": they are neither labeled nor tested"
        notes = tuple(note.removesuffix(wrong) for note in graph.notes)
        graph = replace(graph, notes=notes)
    return replace(graph, notes=(*graph.notes, *choice.notes))
