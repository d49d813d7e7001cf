"""What budgets and radii of a certificate count: flips, or what they cost."""

from __future__ import annotations

import json

import numpy as np
import pytest

import labelcert as lc

GRAM = np.eye(4)
CROSS = np.array([[1.0, 1.0, 0.5, 0.3]])
LABELS = [1, 1, -1, -1]


def certified(threat, **learner):
    return lc.certify(GRAM, CROSS, LABELS, threat=threat, **(learner or {"C": 1.0}))


@pytest.mark.parametrize("learner", [{"C": 1.0}, {"ridge": 1.0}], ids=["svm", "ridge"])
@pytest.mark.parametrize(
    ("threat", "unit"),
    [
        (lc.ThreatModel(3), "flips"),
        (lc.ThreatModel(3, costs=[1, 1, 1, 1]), "flips"),
        (lc.ThreatModel(3, groups=list("abab"), group_budgets=1), "flips"),
        (lc.ThreatModel(3, costs=[1, 2, 1, 1]), "cost"),
        (lc.ThreatModel(3, costs=[1, 2, 1, 1], trusted=[1]), "cost"),
    ],
)
def test_the_unit_is_cost_where_a_label_costs_more_than_1(threat, unit, learner):
    assert certified(threat, **learner).unit == unit


def test_without_a_threat_model_flips_count():
    assert lc.certify(GRAM, CROSS, LABELS, C=1.0, max_flips=2).unit == "flips"


def test_advice_keeps_the_unit():
    threat = lc.ThreatModel(3, costs=[1, 2, 1, 1])
    advice = lc.advise(GRAM, CROSS, LABELS, C=1.0, threat=threat, k=1)
    assert len(advice.steps) == 1
    assert (advice.before.unit, advice.after.unit) == ("cost", "cost")


def test_the_unit_is_written_and_read_back():
    text = certified(lc.ThreatModel(3, costs=[1, 2, 1, 1])).to_json()
    assert json.loads(text)["unit"] == "cost"
    assert lc.Certificate.from_json(text).unit == "cost"


def test_files_from_before_there_was_a_unit_count_flips():
    document = json.loads(certified(lc.ThreatModel(3)).to_json())
    del document["unit"]
    assert lc.Certificate.from_json(json.dumps(document)).unit == "flips"


def test_an_unknown_unit_is_refused():
    document = json.loads(certified(lc.ThreatModel(3)).to_json())
    with pytest.raises(lc.InputError, match="damaged"):
        lc.Certificate.from_json(json.dumps({**document, "unit": "euros"}))
