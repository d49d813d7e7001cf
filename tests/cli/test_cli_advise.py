"""`labelcert advise`: the same as `lc.advise`, in words and in files."""

from __future__ import annotations

import json

import pandas as pd
import pytest

import labelcert as lc

FAST = ("--per-class", "3", "--max-flips", "2")


def document(path="advice.json"):
    with open(path, encoding="utf-8") as stream:
        return json.load(stream)


@pytest.fixture
def in_python():
    graph = lc.datasets.load("karate")
    split = lc.datasets.split(graph.labels, per_class=3, seed=0)
    kernel = lc.kernels.GCN()
    gram, cross = kernel(graph, split.labeled), kernel(graph, split.test, split.labeled)
    labels = graph.labels[split.labeled]
    advice = lc.advise(gram, cross, labels, C=0.5, max_flips=2, budget=1, k=3)
    return advice, split.labeled


def test_shell_and_python_agree(invoke, in_python):
    advice, labeled = in_python
    assert len(advice.steps) == 3
    result = invoke("advise", "karate", *FAST, "-C", "0.5", "-k", "3", "--budget", "1",
                    "-o", "advice.json", "-o", "advice.csv", "-o", "advice.parquet",
                    "--plot", "advice.svg")  # fmt: skip
    assert result.exit_code == 0, result.stderr
    run = document()
    assert run["format"] == "labelcert advice run"
    assert run["chosen"] == labeled[advice.chosen].tolist()
    expected = json.loads(advice.to_json())
    for name in ("ratio_curves", "steps", "budget", "exact", "stopped"):
        assert run["advice"][name] == expected[name]
    for read, file in ((pd.read_csv, "advice.csv"), (pd.read_parquet, "advice.parquet")):
        frame = read(file)
        assert frame["node"].tolist() == run["chosen"]
        assert frame["ratio_after"].tolist() == [s["ratio_after"] for s in run["advice"]["steps"]]
    with open("advice.svg", encoding="utf-8") as stream:
        assert "with 3 labels verified" in stream.read()
    text = result.stdout
    assert "certified at budget 1" in text
    for number, step in enumerate(advice.steps, 1):
        line = next(row for row in text.splitlines() if row.split()[:1] == [str(number)])
        assert line.split()[1] == str(labeled[step.index])
        assert f"{100 * step.ratio_before:.1f}% to {100 * step.ratio_after:.1f}%" in line
    assert f"{round(advice.ratio_curves[-1][1] * 22)} of 22" in text
    assert "wrote advice.json, advice.csv, advice.parquet, advice.svg" in " ".join(text.split())
    assert max(len(line) for line in text.splitlines()) <= 80


def test_the_labels_that_matter_are_told(invoke, in_python):
    advice, labeled = in_python
    first = lc.influential_labels(advice.before).iloc[0]
    text = invoke("advise", "karate", *FAST, "-C", "0.5", "-k", "1").stdout
    row = text.split("Labels in most of the smallest witnesses")[1].splitlines()[3].split()
    assert row[0] == str(labeled[first["index"]])
    assert str(first["count"]) in row


def test_trusting_the_advice_gives_the_certificate_it_promises(invoke):
    shared = ("karate", *FAST, "-q")
    invoke("advise", *shared, "-k", "2", "-o", "advice.json")
    run = document()
    with open("trusted.txt", "w", encoding="utf-8") as stream:
        stream.write("\n".join(str(node) for node in run["chosen"]))
    invoke("certify", *shared, "--trusted", "trusted.txt", "-o", "run.json")
    assert document("run.json")["certificate"]["radius"] == run["advice"]["after"]["radius"]


def test_quiet_and_costs(invoke, tmp_path):
    (tmp_path / "cost.csv").write_text("node,cost\n0,2\n33,2\n", encoding="utf-8")
    result = invoke("advise", "karate", *FAST, "-k", "1", "--costs", "cost.csv")
    assert "flips that cost up to 2" in result.stdout
    header = result.stdout.split("before and after")[1].splitlines()[1].split()
    assert header == ["cost", "before", "after"]
    assert "mean radius (cost)" in result.stdout
    assert "smallest radius (cost)" in result.stdout
    result = invoke("advise", "karate", *FAST, "-k", "1", "--quiet")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")


def test_costs_are_told_in_the_plot(invoke, tmp_path):
    (tmp_path / "cost.csv").write_text("node,cost\n0,2\n33,2\n", encoding="utf-8")
    invoke("advise", "karate", *FAST, "-k", "1", "--costs", "cost.csv", "--plot", "cost.svg")
    invoke("advise", "karate", *FAST, "-k", "1", "--plot", "flips.svg")
    assert "cost of the flipped labels" in (tmp_path / "cost.svg").read_text(encoding="utf-8")
    assert "share of the 12 labels" in (tmp_path / "flips.svg").read_text(encoding="utf-8")


def test_engines_by_name_agree_and_are_used(invoke):
    shared = ("advise", "karate", "--per-class", "2", "--max-flips", "2", "-C", "0.01", "-k", "2",
              "--jobs", "1", "-q", "-o", "advice.json")  # fmt: skip
    found = []
    for engine in ("auto", "enumeration", "branch_and_bound"):
        invoke(*shared, "--engine", engine)
        advice = document()["advice"]
        found.append([step["ratio_after"] for step in advice["steps"]])
        proven = set(advice["before"]["proven_by"]) - {"", "training"}
        assert proven == {"saturation"} or engine != "auto"
        assert proven == {engine.replace("_", " ")} or engine == "auto"
    assert found[0] == found[1] == found[2]


def test_a_time_limit_is_told(invoke):
    result = invoke("advise", "karate", *FAST, "--time-limit", "0", "-o", "advice.json")
    assert result.exit_code == 0
    advice = document()["advice"]
    assert advice["steps"] == []
    assert advice["stopped"] == "time limit"
    assert "time limit of 0 s ended the search after 0 steps" in " ".join(result.stdout.split())


def test_nothing_to_gain_is_told(invoke, tmp_path):
    graph = lc.datasets.load("karate")
    labeled = lc.datasets.split(graph.labels, per_class=3, seed=0).labeled
    (tmp_path / "all.txt").write_text("\n".join(map(str, labeled.tolist())), encoding="utf-8")
    result = invoke("advise", "karate", *FAST, "--trusted", "all.txt", "--plot", "a.json")
    assert result.exit_code == 0
    assert "Nothing left to gain after 0 steps" in " ".join(result.stdout.split())
    assert "none: no attack is known" in result.stdout
    values = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))["data"]["values"]
    assert {value["curve"] for value in values} == {"as it is", "with 0 labels verified"}
    assert {value["lower"] for value in values} == {1.0}


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["-k", "0"], "--k is 0"),
        (["-k", "x"], "-k"),
        (["--budget", "3"], "--budget 3 is above the largest budget"),
        (["--budget", "many"], "--budget 'many'"),
        (["--collective"], "--collective"),
        (["--engine", "guess"], "--engine 'guess'"),
        (["--solver", "guess"], "--solver 'guess'"),
        (["--engine", "enumeration", "--ridge", "1"], "for the kernel SVM"),
        (["-o", "a.xlsx"], "suffix"),
        (["--plot", "a.jpg"], "suffix"),
        (["--group-budget", "1"], "needs --groups"),
    ],
)
def test_bad_input(invoke, tmp_path, args, words):
    result = invoke("advise", "karate", *FAST, *args)
    assert (result.exit_code, result.stdout) == (2, "")
    lines = result.stderr.splitlines()
    assert len(lines) == 1
    assert words in lines[0]
    assert list(tmp_path.iterdir()) == []


def test_help_teaches_and_has_the_options_of_certify(invoke):
    result = invoke("advise", "--help")
    text = " ".join(result.stdout.split())
    assert "A verified label is trusted" in text
    for option in ("--k", "--budget", "--trusted", "--groups", "--ridge", "--model", "--plot",
                   "--engine", "--solver"):  # fmt: skip
        assert option in text
    assert "--collective" not in text
    assert "advise" in invoke("--help").stdout


def test_a_page_says_what_to_verify_and_what_it_reaches(invoke, in_python):
    advice, labeled = in_python
    result = invoke("advise", "karate", *FAST, "-C", "0.5", "-k", "3", "--budget", "1",
                    "--called", "member", "--report", "page.html")  # fmt: skip
    assert result.exit_code == 0, result.stderr
    assert "wrote page.html" in result.stdout
    with open("page.html", encoding="utf-8") as stream:
        html = stream.read()
    section = html.split('<section id="verify"')[1].split("</section>")[0]
    for node in labeled[advice.chosen].tolist():
        assert f'<th scope="row">{node}</th>' in section
    assert "Labeled member" in section
    reached = int((advice.after.radius >= 1).sum())
    assert f"to reach {reached}." in html


@pytest.mark.parametrize("word", ["", "x" * 31, "a\tb"])
def test_called_has_to_be_a_word(invoke, word):
    result = invoke("certify", "karate", "--called", word)
    assert result.exit_code == 2
    assert "--called" in result.stderr
    assert "Traceback" not in result.stderr
