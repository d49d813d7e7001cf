"""What is shown of single test nodes: a scene for each data set and split, as plain data.

A scene holds the radius, the prediction and the witness of every shown test node under every model
that was certified on the same split, and the picture of the graph where it can be had.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypedDict

import numpy as np
from scipy.sparse import csr_array

from labelcert._errors import InputError
from labelcert.data import Graph
from labelcert.report.nodes.graph_picture import Drawing, Picture
from labelcert.report.nodes.graph_source import GraphSource
from labelcert.report.radii import MANY, radius_bins
from labelcert.report.results import Result, counted_labels

MOST_TESTS = 200
_MOST_NEIGHBOURS = 60


class Verdicts(TypedDict):
    """One model's verdicts on the shown test nodes, one entry each.

    below: what a radius of −1 is called, "tie", or "broken" where groups may be bad;
    witness: positions in the scene's `labeled`, or None if none is known; new_labels: what they
    become. bins: where there are more than `MANY` test nodes, how the radii of all of them are
    distributed (`radii.RadiusBin`), else None.
    """

    model: str
    max_flips: int
    below: str
    prediction: list[str]
    radius: list[int]
    radius_upper: list[int]
    witness: list[list[int] | None]
    new_labels: list[list[str] | None]
    bins: list[list[int]] | None


class Scene(TypedDict):
    """A data set under one split.

    ids: what the user's table calls nodes, by number as text; {} where it does not, and without the
    graph of labeled and test nodes only. labeled: node numbers; labels: theirs. tests: numbers of
    the shown test nodes; truth: their labels, None where nobody knows one; neighbours: of each the
    nodes that it has edges to, at most 60, and degrees: how many there are, both None where the
    graph could not be had.
    word: what a node is called, "node", "row", "point" or as the user said. all_tests: how many
    were certified. edges: whether the data have any. picture: number of the
    picture, or None; why: then the reason, one sentence.
    """

    dataset: str
    seed: int
    max_flips: int
    unit: str
    ids: dict[str, str]
    labeled: list[int]
    labels: list[str]
    tests: list[int]
    truth: list[str | None]
    word: str
    all_tests: int
    edges: bool
    neighbours: list[list[int]] | None
    degrees: list[int] | None
    verdicts: list[Verdicts]
    picture: int | None
    why: str


def scenes_of(
    results: Sequence[Result],
    graphs: GraphSource,
    most_tests: int = MOST_TESTS,
    progress: Callable[[float], None] = lambda share: None,
    first: int | None = None,
) -> tuple[list[Scene], list[Picture]]:
    """The scenes of all data sets and splits, and the pictures that they show.

    Where there are more than `most_tests` test nodes, as many are shown: half of them the weakest
    of the first result, the others evenly spaced in order of their numbers, and besides the node
    `first`, if any. progress: called with the share done.
    """
    splits: dict[Any, list[Result]] = {}
    for r in results:
        same = tuple(r.record["labeled"]["nodes"]), tuple(r.record["test"]["nodes"])
        splits.setdefault((r.dataset, r.seed, same), []).append(r)
    scenes: list[Scene] = []
    pictures: list[Picture] = []
    drawing = Drawing()
    for i, group in enumerate(splits.values()):
        shown = _shown(group[0].record, most_tests, first)
        scene = _without_graph(group, shown)
        _add_graph(scene, group[0], graphs, drawing, pictures)
        scenes.append(scene)
        progress((i + 1) / len(splits))
    return scenes, pictures


def _shown(record: Mapping[str, Any], most: int, first: int | None) -> list[int]:
    """Positions of the shown test nodes, ascending: the weakest, and some spread over the rest."""
    count = record["num_test"]
    if count <= most:
        return list(range(count))
    ranks = sorted(zip(record["radius_upper"], record["radius"], range(count), strict=True))
    weakest = {t for _, _, t in ranks[: most // 2]}
    if first is not None:
        weakest |= {t for t, node in enumerate(record["test"]["nodes"]) if node == first}
    others = [t for t in range(count) if t not in weakest]
    return sorted([*weakest, *(others[i] for i in _spread(len(others), most - len(weakest)))])


def _spread(count: int, most: int) -> list[int]:
    """Positions of at most `most` of `count` things, evenly spaced."""
    if count <= most:
        return list(range(count))
    return np.linspace(0, count - 1, most).round().astype(np.int64).tolist()


def _without_graph(group: Sequence[Result], shown: Sequence[int]) -> Scene:
    first = group[0].record
    true_labels = first["test"]["true_labels"]
    highest = max((max(r.record["radius"], default=0) for r in group), default=0)
    return Scene(
        dataset=group[0].dataset,
        seed=group[0].seed,
        max_flips=max(r.max_flips for r in group),
        unit="cost" if counted_labels(group) is None else "flips",
        ids=_ids(first, shown),
        labeled=first["labeled"]["nodes"],
        labels=[str(v) for v in first["labeled"]["labels"]],
        tests=[first["test"]["nodes"][t] for t in shown],
        truth=[None if v is None else str(v) for v in (true_labels[t] for t in shown)],
        word=first["dataset"].get("word", "node"),
        all_tests=first["num_test"],
        edges=first["dataset"]["edges"] > 0,
        neighbours=None,
        degrees=None,
        verdicts=[_verdicts(r, shown, highest) for r in group],
        picture=None,
        why="",
    )


def called(scene: Scene, node: int) -> str:
    """The id of a node, or its number."""
    return scene["ids"].get(str(node), str(node))


def _ids(record: Mapping[str, Any], shown: Sequence[int]) -> dict[str, str]:
    labeled, tests = record["labeled"], record["test"]
    if labeled.get("ids") is None:
        return {}
    found = dict(zip(map(str, labeled["nodes"]), labeled["ids"], strict=True))
    return found | {str(tests["nodes"][t]): tests["ids"][t] for t in shown}


def _verdicts(result: Result, shown: Sequence[int], highest: int) -> Verdicts:
    record = result.record
    found = [record["witnesses"][t] for t in shown]
    return Verdicts(
        model=result.model,
        max_flips=result.max_flips,
        below="broken" if result.content["threat"].get("bad_groups") else "tie",
        prediction=[str(record["test"]["predictions"][t]) for t in shown],
        radius=[record["radius"][t] for t in shown],
        radius_upper=[record["radius_upper"][t] for t in shown],
        witness=[None if w is None else w["indices"] for w in found],
        new_labels=[None if w is None else [str(v) for v in w["labels"]] for w in found],
        bins=_bins(record, highest) if record["num_test"] > MANY else None,
    )


def _bins(record: Mapping[str, Any], highest: int) -> list[list[int]]:
    test = record["test"]
    pairs = zip(test["predictions"], test["true_labels"], strict=True)
    right = [other is None or one == other for one, other in pairs]
    return [list(found) for found in radius_bins(record["radius"], right, highest)]


def _add_graph(
    scene: Scene,
    result: Result,
    graphs: GraphSource,
    drawing: Drawing,
    pictures: list[Picture],
) -> None:
    """Load and draw the graph; where that cannot be, say why."""
    if not scene["edges"]:
        if result.record["dataset"]["features"] is not None:
            scene["why"] = "These data are a table: there are no edges to draw."
        return
    try:
        graph = graphs(result)
    except InputError as error:
        scene["why"] = f"The graph is not drawn: {error}"
        return
    picture = drawing.of(graph, [*scene["labeled"], *scene["tests"]])
    if picture not in pictures:
        pictures.append(picture)
    scene["picture"] = pictures.index(picture)
    scene["neighbours"], scene["degrees"] = _neighbours(graph, scene["tests"])
    if graph.node_ids is not None:
        drawn = {*picture["nodes"], *(n for row in scene["neighbours"] for n in row)}
        scene["ids"] |= {str(node): str(graph.node_ids[node]) for node in sorted(drawn)}


def _neighbours(graph: Graph, tests: Sequence[int]) -> tuple[list[list[int]], list[int]]:
    adjacency: csr_array = graph.adjacency
    rows = [
        np.sort(adjacency.indices[adjacency.indptr[t] : adjacency.indptr[t + 1]]) for t in tests
    ]
    return [row[:_MOST_NEIGHBOURS].tolist() for row in rows], [len(row) for row in rows]
