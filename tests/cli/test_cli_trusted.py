"""Trusted labels and bad groups in the shell."""

from __future__ import annotations

import json
import re

import labelcert as lc

FAST = ("--per-class", "3", "--max-flips", "3")


def document(path="run.json"):
    with open(path, encoding="utf-8") as stream:
        return json.load(stream)


def test_bad_groups_are_told_everywhere(invoke, tmp_path):
    groups = "".join(f"{node},{'abcd'[node % 4]}\n" for node in range(34))
    (tmp_path / "who.csv").write_text("node,group\n" + groups, encoding="utf-8")
    asked = (*FAST, "--groups", "who.csv", "--bad-groups", "1", "--ridge", "1")
    result = invoke("certify", "karate", *asked, "-o", "run.json", "--report", "p.html")
    assert result.exit_code == 0, result.stderr
    text = " ".join(result.stdout.split())
    assert "besides any one bad group" in text
    assert "and any 1 of the groups for nothing" in text
    run = document()
    assert run["threat"]["bad_groups"] == run["certificate"]["bad_groups"] == 1
    assert min(run["certificate"]["radius"]) == -1
    assert "\n    0 " in result.stdout  # the row of budget 0 says something here
    assert " broken " in text
    page = (tmp_path / "p.html").read_text(encoding="utf-8")
    assert "any 1 of the groups for nothing" in page
    assert '"below":"broken"' in page.replace(" ", "")
    # Each group as an attacker of its own, who may change its labels and no other: no bad groups.
    labeled, test = run["labeled"]["nodes"], run["test"]["nodes"]
    graph = lc.datasets.load("karate")
    named = {}
    for name in "abcd":
        others = [i for i, node in enumerate(labeled) if "abcd"[node % 4] != name]
        threat = lc.ThreatModel(len(labeled) - len(others), trusted=others)
        split = lc.datasets.own_split(train=labeled, test=test, labels=graph.labels)
        alone = lc.certify_graph(graph, split, lc.kernels.GCN(), ridge=1.0, threat=threat)
        named[name] = {t for t in range(len(test)) if alone.radius_upper[t] < threat.budget}
    for t, radius in enumerate(run["certificate"]["radius_upper"]):
        assert (radius < 0) == any(t in broken for broken in named.values())
    table = result.stdout.split("Groups that break predictions by themselves")[1]
    cells = [line.split() for line in table.splitlines()]
    rows = [row for row in cells if len(row) == 3 and row[0] in named]
    assert sum(int(row[2]) for row in rows) == run["certificate"]["radius_upper"].count(-1)
    for name, size, count in rows:
        assert int(size) == sum("abcd"[node % 4] == name for node in labeled)
        assert 1 <= int(count) <= len(named[name])
        assert f'<th scope="row">{name}</th>' in page
    assert re.search("[abcd] alone, by \\d+ label", text)
    assert "Groups that break predictions by themselves" in page
    assert "broken by bad groups" in page


def test_bad_groups_that_make_no_sense(invoke):
    for options, told in (
        (("--bad-groups", "1"), "--bad-groups needs --groups"),
        (("--bad-groups", "-1"), "--bad-groups is -1"),
    ):
        result = invoke("certify", "karate", *FAST, *options)
        assert result.exit_code == 2
        assert told in " ".join(result.stderr.split())


def test_trusted_labels_may_be_a_column(invoke, mails):
    mails = mails.drop(columns=["who", "price"])
    said = ["Yes", "no", "", "TRUE"] * 10
    mails.assign(verified=said).to_csv("mails.csv", index=False)
    shared = ("certify", "mails.csv", "--label", "class", *FAST)
    result = invoke(*shared, "--trusted", "verified", "-o", "run.json")
    assert result.exit_code == 0, result.stderr
    run = document()
    labeled = run["labeled"]["nodes"]
    expected = sorted(node for node in labeled if said[node] in ("Yes", "TRUE"))
    assert run["threat"]["trusted"] == expected
    more = 20 - len(expected)
    told = " ".join(result.stdout.split())
    assert f"{len(expected)} trusted ({more} more are not labeled)" in told
    columns = run["dataset"]["features"]
    mails.to_csv("mails.csv", index=False)  # without the column: the same features
    trusted = "\n".join(str(node) for node in range(40) if said[node] in ("Yes", "TRUE"))
    with open("safe.txt", "w", encoding="utf-8") as stream:
        stream.write(trusted)
    result = invoke(*shared, "--trusted", "safe.txt", "-o", "run.json")
    assert result.exit_code == 0, result.stderr
    again = document()
    assert again["dataset"]["features"] == columns
    assert again["threat"] == run["threat"]
    assert again["certificate"]["radius"] == run["certificate"]["radius"]
    assert f"({more} more are not labeled)" in " ".join(result.stdout.split())


def test_trusted_columns_that_say_neither_yes_nor_no(invoke, mails):
    mails = mails.drop(columns=["who", "price"])
    mails.assign(verified=["maybe"] * 40).to_csv("mails.csv", index=False)
    shared = ("certify", "mails.csv", "--label", "class", *FAST)
    for asked, told in (
        ("verified", "holds 'maybe' for node 0: write yes or no"),
        ("class", "names the label column"),
        ("verifed", "did you mean 'verified'?"),
    ):
        result = invoke(*shared, "--trusted", asked)
        assert result.exit_code == 2
        assert told in " ".join(result.stderr.split()), result.stderr
