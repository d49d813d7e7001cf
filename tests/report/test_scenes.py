"""Scenes, pictures of graphs and their layout."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array

import labelcert as lc
from labelcert._errors import InputError
from labelcert.data import Graph
from labelcert.report.charts.chart_data_heat import heat_rows, highest, radius_told
from labelcert.report.nodes.graph_layout import layout
from labelcert.report.nodes.graph_picture import MOST_EDGES, MOST_NODES, draw
from labelcert.report.nodes.graph_source import load_again
from labelcert.report.nodes.scenes import scenes_of
from report.hand_made_results import made


def graph_of(n: int, edges: list[tuple[int, int]]) -> Graph:
    ends = np.array(edges, dtype=np.int64).reshape(-1, 2)
    adjacency = csr_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(n, n))
    return Graph(np.ones((n, 1)), adjacency + adjacency.T, np.arange(n) % 2)


def test_a_scene_by_hand():
    karate = lc.datasets.load("karate")
    results = [made([0, 3]), made([1, -1], radius_upper=[2, -1], model="mlp", max_flips=2)]
    (scene,), (picture,) = scenes_of(results, lambda _: karate)
    assert (scene["tests"], scene["truth"], scene["all_tests"]) == ([10, 11], ["b", "a"], 2)
    assert (scene["labeled"], scene["labels"]) == ([0, 1, 2, 3], ["a", "b", "a", "b"])
    first, second = scene["verdicts"]
    assert (first["witness"], first["new_labels"]) == ([[0], None], [["b"], None])
    assert (second["radius"], second["radius_upper"], second["max_flips"]) == ([1, -1], [2, -1], 2)
    assert scene["neighbours"] == [[0, 4, 5], [0]]  # Zachary's members 10 and 11
    assert (picture["all_nodes"], len(picture["edges"])) == (34, 2 * 78)


def test_of_many_test_nodes_the_weakest_and_others_evenly_are_shown():
    radii = [1] * 101
    radii[70] = radii[90] = 0
    (scene,), _ = scenes_of([made(radii)], load_again, most_tests=5)
    assert scene["tests"] == [10, 59, 80, 100, 110]  # 70 and 90, and three of the other 99
    (other,), _ = scenes_of([made(radii)], load_again, most_tests=5, first=33)
    assert {33, 80, 100} <= set(other["tests"])
    assert (scene["all_tests"], len(scene["verdicts"][0]["radius"])) == (101, 5)


def test_splits_have_scenes_of_their_own_and_one_picture():
    karate = lc.datasets.load("karate")
    scenes, pictures = scenes_of([made([0]), made([0], seed=1)], lambda _: karate)
    assert [s["seed"] for s in scenes] == [0, 1]
    assert len(pictures) == 1


def test_without_a_graph_the_scene_says_why():
    def none(result):
        raise InputError("it rains.")

    (scene,), pictures = scenes_of([made([0])], none)
    assert (scene["why"], scene["picture"], pictures) == (
        "The graph is not drawn: it rains.",
        None,
        [],
    )
    table = made([0])
    table.record["dataset"]["edges"] = 0
    (scene,), _ = scenes_of([table], none)
    assert scene["why"].startswith("These data are a table")


def test_a_graph_is_loaded_again_only_if_it_is_the_same():
    graph = lc.datasets.load("karate")
    result = made([0, 0])
    with pytest.raises(InputError, match="no longer what it was"):
        load_again(result)
    result.record["labeled"]["labels"] = graph.labels[[0, 1, 2, 3]].tolist()
    result.record["test"]["true_labels"] = graph.labels[[10, 11]].tolist()
    assert load_again(result).num_edges == 78


def test_no_download_for_a_picture(tmp_path, monkeypatch):
    monkeypatch.setenv("LABELCERT_DATA_DIR", str(tmp_path))
    cut = {"binary": False, "largest_component": False}
    with pytest.raises(InputError, match=r"wikics\.json is not in the data folder"):
        load_again(made([0], source={"name": "wikics", **cut}))
    with pytest.raises(InputError, match="not known where its files lie"):
        load_again(made([0], source={"sha256": {"path": "0"}, **cut}))


def test_large_graphs_show_what_matters():
    n = 2000
    star = [(0, i) for i in range(1, 400)] + [(i, i + 1) for i in range(400, n - 1)]
    picture = draw(graph_of(n, star), [0, 1500])
    assert len(picture["nodes"]) == MOST_NODES
    assert {0, 1499, 1500, 1501} <= set(picture["nodes"])
    assert (picture["all_nodes"], picture["all_edges"]) == (n, len(star))


def test_edges_of_important_nodes_come_first():
    n = 100
    picture = draw(graph_of(n, [(i, j) for i in range(n) for j in range(i)]), [7])
    pairs = np.array(picture["edges"]).reshape(-1, 2)
    assert len(pairs) == MOST_EDGES
    assert (pairs == 7).any(axis=1).sum() == n - 1


@pytest.mark.parametrize("edges", [[], [(0, 1)], [(i, i + 1) for i in range(70)]])
def test_layouts_are_finite_repeatable_and_apart(edges):
    adjacency = graph_of(72, edges).adjacency
    places = layout(adjacency)
    assert np.isfinite(places).all()
    assert (places >= -1e-9).all()
    assert np.array_equal(places, layout(adjacency))
    away = np.linalg.norm(places[:, None] - places[None], axis=2) + np.eye(72)
    assert away.min() > 0.05


def test_radii_in_words_and_cells():
    assert [radius_told(*r) for r in ((3, 3, 9), (9, 9, 9), (2, 5, 9), (2, 9, 9), (-1, -1, 9))] == [
        "3", "9+", "2 to 5", "2 to 9+", "tie",
    ]  # fmt: skip
    scenes, _ = scenes_of([made([0, 3], radius_upper=[1, 3])], load_again)
    assert highest(scenes) == 3
    cells = heat_rows(scenes[0])
    assert [(c["node"], c["told"], c["mark"]) for c in cells] == [
        ("10", "0 to 1", "0–1"), ("11", "3+", "3+"),
    ]  # fmt: skip


def test_a_picture_calls_nodes_without_a_label_nothing():
    for labels in ([0, None, 1], ["a", None, "b"]):
        graph = lc.Graph(np.ones((3, 1)), [[0, 1, 0], [1, 0, 1], [0, 1, 0]], labels)
        assert draw(graph, [0, 2])["label"] == [str(labels[0]), "", str(labels[2])]
