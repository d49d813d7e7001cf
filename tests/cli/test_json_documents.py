"""The docstrings of the JSON documents list every key that is written, and no other one."""

from __future__ import annotations

import dataclasses
import json
import re

import pytest

import labelcert as lc
from labelcert.report import advice_document, document

FAST = ("karate", "--per-class", "2", "--max-flips", "2", "-q")
DATA = {"classes", "class_names", "group_budgets", "parameters"}
"""Parts whose keys come from the data or the model."""


@pytest.fixture
def attacker(tmp_path):
    """Options that fill every part of "threat"."""
    (tmp_path / "cost.csv").write_text("node,cost\n0,2\n33,2\n", encoding="utf-8")
    groups = "".join(f"{node},g{node % 2}\n" for node in range(34))
    (tmp_path / "who.csv").write_text("node,group\n" + groups, encoding="utf-8")
    return ("--costs", "cost.csv", "--groups", "who.csv", "--group-budget", "1")


def keys(part):
    """All keys of a document, those of its parts included."""
    if isinstance(part, list):
        return set().union(*(keys(one) for one in part))
    if not isinstance(part, dict):
        return set()
    inner = (keys(value) for name, value in part.items() if name not in DATA)
    return set(part).union(*inner)


def listed(module):
    """The keys in the block of a docstring."""
    block = re.search(r"::\n\n(.*?\n    \})\n", module.__doc__, re.DOTALL)
    assert block is not None
    names = re.findall(r'"(\w+)"(?=[,:]|\s*$)', block[1], re.MULTILINE)
    return set(names) - {"depth", "gcn"}


def written(path):
    with open(path, encoding="utf-8") as stream:
        return json.load(stream)


def test_every_key_of_a_run_is_listed(invoke, attacker):
    invoke("certify", *FAST, *attacker, "--collective", "-o", "c.json")
    invoke("certify", *FAST, "--ridge", "1", "-o", "ridge.json")
    run = written("c.json")
    certificate = run.pop("certificate")
    assert all(run["threat"][name] for name in ("costs", "groups", "group_budgets"))
    found = keys(run) | keys(written("ridge.json")["learner"])
    assert found | {"certificate", "radius"} == listed(document)
    fields = {field.name for field in dataclasses.fields(lc.Certificate)} - {"problem"}
    written_so = fields - {"class_numbers"} | {"prediction"}
    assert set(certificate) == written_so | {"format", "version"}


def test_every_key_of_an_advice_is_listed(invoke, attacker):
    invoke("advise", *FAST, *attacker, "-k", "1", "-o", "a.json")
    run = written("a.json")
    for name in ("before", "after"):
        assert "radius" in run["advice"].pop(name)
    as_there = ("software", "dataset", "model", "learner", "threat", "split", "labeled", "test")
    found = set(run) | keys(run["seconds"]) | keys(run["advice"]) | {"before", "after"}
    assert set(as_there) < set(run)
    assert found == listed(advice_document)
