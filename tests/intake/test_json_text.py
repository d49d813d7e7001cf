"""JSON is read as strictly as it is written: integers are integers, and nothing comes twice."""

from __future__ import annotations

import json

import numpy as np
import pytest

import labelcert as lc
from labelcert._errors import InputError
from labelcert.intake.json_text import read_json, whole_array

GRAM = np.array([[2.0, 1, 0], [1, 2, 0], [0, 0, 2]])


def certificate():
    cross = np.array([[1.0, 0.5, 0.2], [0, 0.2, 1]])
    return lc.certify(GRAM, cross, [1, 0, 0], C=1.0, max_flips=2, collective=True)


@pytest.mark.parametrize(
    "text",
    [
        None, {}, 3, "", "{", '{"a": NaN}', "[Infinity]", '{"a": 1, "a": 2}', "[" * 100_000,
        "9" * 5000, b"\xff",
    ],
)  # fmt: skip
def test_what_is_no_json_is_told_in_one_sentence(text):
    with pytest.raises(InputError, match=r"^text .*: pass it again\.$") as caught:
        read_json(text, "text", "pass it again")
    assert "\n" not in str(caught.value)


def test_marks_and_bytes_are_read():
    for text in ("[1]", "\ufeff[1]", b"[1]", b"\xef\xbb\xbf[1]"):
        assert read_json(text, "text", "pass it again") == [1]


@pytest.mark.parametrize(
    "values", [[1.0], [1.7], [True], ["1"], [None], [[1]], [2**63], 1, "1", None]
)
def test_integers_are_never_made_of_something_else(values):
    with pytest.raises(ValueError, match="integers"):
        whole_array(values)


@pytest.mark.parametrize(
    "change",
    [
        {"radius": [0.7, 0]}, {"radius": [True, False]}, {"radius": [2**70, 0]},
        {"radius_upper": ["2", "2"]}, {"max_flips": 2.7}, {"max_flips": "2"},
        {"max_flips": 10**12}, {"learner": []}, {"decision": [1e400, 0]}, {"error_bar": [-1, 0]},
        {"version": True}, {"version": 0}, {"prediction": [0.5, 1]}, {"asked": 2.5},
    ],
)  # fmt: skip
def test_a_certificate_with_another_number_is_refused(change):
    text = json.dumps(json.loads(certificate().to_json()) | change)
    with pytest.raises(InputError, match="text "):
        lc.Certificate.from_json(text)


@pytest.mark.parametrize("labels", [[1], [7], ["x"]])
def test_a_witness_changes_labels_to_other_classes(labels):
    document = json.loads(certificate().to_json())
    broken = next(i for i, w in enumerate(document["witnesses"]) if w is not None)
    assert lc.Certificate.from_json(json.dumps(document)).radius.tolist() == document["radius"]
    document["witnesses"][broken] = {"indices": [0], "labels": labels}
    with pytest.raises(InputError, match="changes a label to itself, or to no class"):
        lc.Certificate.from_json(json.dumps(document))
