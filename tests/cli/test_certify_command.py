from __future__ import annotations

import json
import re
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest

import labelcert as lc
from labelcert.cli.kernel_choice import _create
from labelcert.kernels import registry
from shared_files import needs_data

FAST = ("--per-class", "2", "--max-flips", "2")


def document(path="run.json"):
    with open(path, encoding="utf-8") as stream:
        return json.load(stream)


def test_karate_with_defaults(invoke):
    result = invoke("certify", "karate")
    assert result.exit_code == 0
    assert "karate: 34 nodes, 78 edges" in result.stdout
    assert "SVM with C = 1" in result.stdout
    assert "up to 10 flips of 20 labels" in result.stdout
    assert "Still open" not in result.stdout
    assert result.stderr == ""


def test_table_agrees_with_the_certificate(invoke):
    result = invoke("certify", "karate", *FAST, "--collective", "-o", "run.json")
    cert = lc.Certificate.from_json(json.dumps(document()["certificate"]))
    assert cert.collective is not None
    for r in (1, 2):
        alone = int((cert.radius >= r).sum())
        together = cert.num_test - int(cert.collective.broken_upper[r])
        row = next(line for line in result.stdout.splitlines() if line.split()[:1] == [str(r)])
        assert f"{alone} of {cert.num_test}" in row
        assert f"{together} of {cert.num_test}" in row


def test_shell_and_python_give_the_same_certificate(invoke):
    invoke("certify", "karate", *FAST, "--model", "sgc", "--depth", "2", "-C", "0.5", "-o",
           "run.json", "--seed", "3")  # fmt: skip
    graph = lc.datasets.load("karate")
    split = lc.datasets.split(graph.labels, per_class=2, seed=3)
    kernel = lc.kernels.SGC(depth=2)
    cert = lc.certify(
        kernel(graph, split.labeled), kernel(graph, split.test, split.labeled),
        graph.labels[split.labeled], C=0.5, max_flips=2,
    )  # fmt: skip
    run = document()
    told = lc.Certificate.from_json(json.dumps(run["certificate"]))
    assert run["labeled"]["nodes"] == split.labeled.tolist()
    assert run["test"]["nodes"] == split.test.tolist()
    assert run["test"]["true_labels"] == graph.labels[split.test].tolist()
    assert np.array_equal(told.radius, cert.radius)
    assert np.array_equal(told.decision, cert.decision)


def test_a_witness_in_the_table_is_one_of_the_certificate(invoke):
    result = invoke("certify", "karate", *FAST, "-o", "run.json")
    run = document()
    weakest = re.search(r"weakest +(\d+) .*?(\d+) to (Mr\. Hi|Officer)$", result.stdout, re.M)
    assert weakest is not None
    node, flipped, label = weakest.groups()
    found = run["certificate"]["witnesses"][run["test"]["nodes"].index(int(node))]
    assert [run["labeled"]["nodes"][i] for i in found["indices"]] == [int(flipped)]
    assert found["labels"] == [label]


@pytest.mark.parametrize(
    ("budget", "count", "told"),
    [("25%", 2, "(25%, rounded down)"), ("12.6%", 1, "(12.6%, rounded down)"), ("3", 3, "labels"),
     ("99", 8, "(not 99: there are no more labels)"), (None, 8, "(not 10: there")],
)  # fmt: skip
def test_a_budget_is_told_as_a_count(invoke, budget, count, told):
    given = () if budget is None else ("--max-flips", budget)
    result = invoke("certify", "karate", "--per-class", "2", *given, "-o", "run.json")
    assert f"up to {count} flips of 8 labels" in result.stdout
    assert told in result.stdout
    assert document()["threat"]["max_flips"] == count


def test_budget_zero_has_no_table_of_survivors(invoke):
    result = invoke("certify", "karate", "--per-class", "2", "--max-flips", "0")
    assert result.exit_code == 0
    assert "survive" not in result.stdout
    assert "0+" in result.stdout


def test_quiet_prints_nothing(invoke):
    result = invoke("certify", "karate", *FAST, "--quiet", "-o", "run.json")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")
    assert document()["format"] == "labelcert run"


def test_ridge(invoke):
    result = invoke("certify", "karate", *FAST, "--ridge", "0.1", "-o", "run.json")
    assert "kernel regression with ridge = 0.1" in result.stdout
    assert document()["learner"] == {"ridge": 0.1}


def test_trusted_labels_are_in_no_witness(invoke, tmp_path):
    invoke("certify", "karate", *FAST, "-o", "all.json")
    run = document("all.json")
    used = {i for w in run["certificate"]["witnesses"] if w for i in w["indices"]}
    trusted = [run["labeled"]["nodes"][i] for i in sorted(used)][:2]
    (tmp_path / "trusted.txt").write_text(
        "# keep\n" + "\n".join(str(node) for node in trusted), encoding="utf-8"
    )
    result = invoke("certify", "karate", *FAST, "--trusted", "trusted.txt", "-o", "some.json")
    assert "2 trusted" in result.stdout
    kept = document("some.json")
    flipped = {i for w in kept["certificate"]["witnesses"] if w for i in w["indices"]}
    assert {kept["labeled"]["nodes"][i] for i in flipped}.isdisjoint(trusted)
    assert kept["threat"]["trusted"] == trusted


def test_direction(invoke):
    invoke("certify", "karate", *FAST, "--direction", "Officer:Mr. Hi", "-o", "run.json")
    witnesses = [w for w in document()["certificate"]["witnesses"] if w]
    assert witnesses
    assert {label for w in witnesses for label in w["labels"]} == {"Mr. Hi"}


@needs_data
def test_the_command_of_the_issue(invoke):
    result = invoke(
        "certify", "cora_ml", "--binary", "--model", "gcn", "-C", "0.075", "--per-class", "5",
        "--test", "50", "--max-flips", "3", "--collective", "--output", "run.json",
        "--plot", "run.png",
    )  # fmt: skip
    assert result.exit_code == 0
    assert "cora_mlb: 1235 nodes, 2500 edges" in result.stdout
    assert "0 (was 2), 1 (was 4)" in result.stdout
    assert "wrote run.json, run.png" in result.stdout
    assert len(document()["test"]["nodes"]) == 50
    assert document()["dataset"]["class_names"] == {"0": 2, "1": 4}


@pytest.mark.parametrize("name", [n for n in registry.names() if n != "precomputed"])
def test_every_option_of_every_model_can_be_given(invoke, name):
    given = []
    for parameter in registry.names()[name].parameters():
        # The graph's 34 features are an image of one pixel to the convolutional network.
        value = {"skip": "pc", "channels": "34"}.get(parameter.name, parameter.default)
        if parameter.name == "skip_alpha":
            continue
        given += ["--" + parameter.name.replace("_", "-"), value]
    result = invoke("certify", "karate", *FAST, "--model", name, *given, "-o", "run.json", "-q")
    assert result.exit_code == 0, result.stderr
    assert document()["model"]["name"] == name


def test_the_word_none_means_none(invoke):
    invoke("certify", "karate", *FAST, "--normalization", "none", "--skip", "none", "-o",
           "run.json")  # fmt: skip
    assert document()["model"]["parameters"]["normalization"] is None


def test_options_not_given_keep_the_default_of_the_model():
    class Empty:
        parameters = MappingProxyType({})

    assert _create(Empty(), "gcn") == lc.kernels.GCN()


def test_a_table_gets_a_network_without_a_graph(invoke, tmp_path):
    generator = np.random.default_rng(0)
    rows = [
        f"{x:.3f},{y:.3f},{'[red]no' if x > 0 else 'yes'}"
        for x, y in generator.normal(size=(40, 2))
    ]
    (tmp_path / "points.csv").write_text("a,b,kind\n" + "\n".join(rows), encoding="utf-8")
    result = invoke("certify", "points.csv", "--label", "kind", *FAST, "-o", "run.json")
    assert result.exit_code == 0
    assert document()["model"]["name"] == "mlp"
    # Square brackets are no markup, they are what the label is called.
    assert "[red]no" in result.stdout


def test_node_table_with_edges(invoke, tmp_path):
    graph = lc.datasets.load("karate")
    rows, cols = graph.adjacency.nonzero()
    edges = "\n".join(f"n{i},n{j}" for i, j in zip(rows, cols, strict=True) if i < j)
    (tmp_path / "edges.csv").write_text(f"source,target\n{edges}\n", encoding="utf-8")
    nodes = "\n".join(f"n{i},{label}" for i, label in enumerate(graph.labels))
    (tmp_path / "nodes.csv").write_text(f"id,label\n{nodes}\n", encoding="utf-8")
    invoke("certify", "nodes.csv", "--edges", "edges.csv", *FAST, "-o", "own.json", "-q")
    invoke("certify", "karate", *FAST, "-o", "named.json", "-q")
    assert (
        document("own.json")["certificate"]["radius"]
        == (document("named.json")["certificate"]["radius"])
    )
    assert document("own.json")["dataset"]["edges_path"] == "edges.csv"


def test_an_open_search_is_told_in_plain_words(invoke):
    result = invoke("certify", "karate", "--collective", "--time-limit", "0", "-o", "run.json")
    assert result.exit_code == 0
    told = " ".join(result.stdout.split())
    assert "Still open: " in told
    assert "of 14 radii" in told
    assert "- A longer --time-limit (time_limit): " in told
    assert "no such flips are known" in told
    assert "- Ridge regression in place of the SVM" in told


def test_warnings_are_told_and_stand_on_the_page(invoke):
    result = invoke(
        "certify", "karate", "-C", "1e-6", "--max-flips", "1", "--report", "p.html", "-o", "r.json"
    )
    assert result.exit_code == 0
    assert "Warning: C = 1e-06 is so small" in " ".join(result.stdout.split())
    assert "<dt>Warning</dt><dd>C = 1e-06 is so small" in Path("p.html").read_text()
    assert json.loads(Path("r.json").read_text())["certificate"]["warnings"]


def test_python_reads_the_certificate_of_a_run(invoke):
    assert invoke("certify", "karate", "--max-flips", "2", "-q", "-o", "run.json").exit_code == 0
    text = Path("run.json").read_text(encoding="utf-8")
    alone = json.dumps(json.loads(text)["certificate"])
    assert lc.Certificate.from_json(text).to_json() == lc.Certificate.from_json(alone).to_json()
    with pytest.raises(lc.InputError, match="the text in the file and not its name"):
        lc.Certificate.from_json("run.json")
    with pytest.raises(lc.InputError, match="not a labelcert certificate"):
        lc.Certificate.from_json('{"format": "labelcert run", "certificate": 3}')


def test_ways_to_close_radii_are_priced_on_the_validation_nodes(invoke):
    """In the shell, in the file and on the page; without validation nodes nothing is priced."""
    few = ("certify", "karate", "--time-limit", "0", "--max-flips", "2", "-o", "run.json")
    result = invoke(*few, "--report", "p.html")
    assert result.exit_code == 0
    ways = json.loads(Path("run.json").read_text())["certificate"]["alternatives"]
    assert [way["kind"] for way in ways] == ["longer limit", "smaller C", "ridge"]
    assert all(way["validated"] == 10 and 0 <= way["right"] <= 10 for way in ways)
    told, page = " ".join(result.stdout.split()), Path("p.html").read_text(encoding="utf-8")
    assert '<h2 id="closing-title">What would close open radii</h2>' in page
    for way in ways:
        assert f"{way['right']} of 10 validation labels ({way['right'] / 10:.1%}) right" in told
        assert f'<td class="short">{way["right"]} of 10 ({10 * way["right"]:.1f} %)</td>' in page
    result = invoke(*few, "--per-class", "10", "--validation", "0")
    ways = json.loads(Path("run.json").read_text())["certificate"]["alternatives"]
    assert [way["right"] for way in ways] == [None] * 3
    assert "validation labels" not in result.stdout
