"""Bad input to `certify`: one clear sentence that names the argument."""

import numpy as np
import pytest

import labelcert as lc

GRAM, CROSS, LABELS = np.eye(3), np.ones((2, 3)), [0, 1, 1]


def call(**changes):
    arguments = {"gram": GRAM, "cross": CROSS, "labels": LABELS, "C": 1.0, "max_flips": 1}
    arguments.update(changes)
    positional = [arguments.pop(k) for k in ("gram", "cross", "labels")]
    return lc.certify(*positional, **arguments)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"C": 0}, "C=0"),
        ({"C": -1.0}, "C=-1"),
        ({"C": float("nan")}, "C=nan"),
        ({"C": None}, "either C"),
        ({"ridge": 1.0}, "either C"),
        ({"C": None, "ridge": 0.0}, "ridge=0.0"),
        ({"labels": [1, 1, 1]}, "labels are all 1"),
        ({"labels": [0, 1, 2], "classes": [0, 1]}, "classes other than [0, 1]"),
        ({"labels": [0, 1, 2], "worst_margins": True}, "3 classes"),
        ({"exactness": "about"}, "exactness='about' is unknown"),
        ({"exactness": "relaxed", "engine": "enumeration"}, "leave the engine to 'auto'"),
        ({"labels": [0, 1]}, "2 labels"),
        ({"labels": [0.5, 1, 1]}, "labels must be classes"),
        ({"labels": [[0], [1], [1]]}, "labels is nested"),
        ({"labels": [None, 1, "a"]}, "labels has a missing value at position 0"),
        ({"labels": [0, 1, "a"]}, "labels mixes types"),
        ({"cross": np.ones((2, 4))}, "cross has 4 columns"),
        ({"cross": [[1.0, np.inf, 0.0]]}, "cross has non-finite"),
        ({"cross": np.ones(3)}, "cross has 1 dimension"),
        ({"gram": np.eye(4)}, "gram is 4×4"),
        ({"gram": [[1, 2, 0], [0, 1, 0], [0, 0, 1]]}, "gram is not symmetric"),
        ({"gram": -np.eye(3)}, "gram is indefinite"),
        ({"max_flips": -1}, "max_flips=-1 is negative"),
        ({"max_flips": 1.5}, "max_flips=1.5"),
        ({"max_flips": "many"}, "max_flips='many'"),
        ({"max_flips": "120%"}, "out of range"),
        ({"max_flips": None}, "max_flips is missing"),
        ({"threat": lc.ThreatModel(1)}, "pass one of them"),
        ({"threat": 3, "max_flips": None}, "threat=3 is no threat model"),
        ({"time_limit": -1}, "time_limit"),
        ({"n_jobs": 0}, "n_jobs"),
        ({"classes": [0, 0]}, "two different classes"),
        ({"classes": [0, 1, 1]}, "each once"),
        ({"classes": [0, 5]}, "classes other than"),
    ],
)
def test_one_sentence(changes, message):
    with pytest.raises(lc.InputError) as caught:
        call(**changes)
    text = str(caught.value)
    assert message in text
    assert "\n" not in text
    assert text.endswith(".")


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (lc.ThreatModel(1, trusted=[7]), "trusted contains 7"),
        (lc.ThreatModel(1, costs=[1, 2]), "costs has 2 entries for 3 labels"),
        (lc.ThreatModel(1, costs=[0, 1, 1]), "costs must be integers"),
        (lc.ThreatModel(1, directions=[(0, 9)]), "directions names the label 9"),
        (lc.ThreatModel(1, directions=[(0, 0)]), "directions contains"),
        (lc.ThreatModel(1, groups=["a"]), "groups has 1 entries"),
        (lc.ThreatModel(1, group_budgets=2), "group_budgets needs groups"),
        (lc.ThreatModel(1, groups=["a", "b", "b"], group_budgets={"c": 1}), "names the group 'c'"),
        (lc.ThreatModel(-2), "budget=-2 is negative"),
    ],
)
def test_bad_threat_models(model, message):
    with pytest.raises(lc.InputError) as caught:
        call(threat=model, max_flips=None)
    assert message in str(caught.value)
