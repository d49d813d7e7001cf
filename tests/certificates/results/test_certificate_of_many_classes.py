"""Certificates of more than two classes as data: figures known by hand, JSON, older files."""

import json
from dataclasses import replace

import numpy as np
import pytest

import labelcert as lc
from oracles.hand_made_many import hand_made_many


@pytest.fixture
def certificate():
    return hand_made_many()


def test_prediction_and_margin(certificate):
    assert certificate.prediction.tolist() == ["=a", "c", "=a", "=a"]
    assert certificate.margin.tolist() == pytest.approx([0.25, 2.0, 3.0, -1e-12])
    by_logits = replace(certificate, class_numbers=None)
    assert by_logits.prediction.tolist() == ["=a", "c", "=a", "c"]
    assert by_logits.margin.tolist() == pytest.approx([0.25, 2.0, 3.0, 1e-12])
    assert certificate.certified_accuracy(1, ["b", "c", "=a", "b"]) == 0.5
    assert certificate.certified_ratio_bounds(2) == (0.25, 0.5)


def test_a_frame_has_the_margin_and_the_logits_of_a_point(certificate):
    frame = certificate.to_frame()
    assert frame["margin"].tolist() == certificate.margin.tolist()
    assert frame["decision"].tolist() == certificate.decision.tolist()
    # Those of the predicted class and of the worst of its rivals.
    assert frame["error_bar"].tolist() == pytest.approx([0.03, 0.03, 0.4, 2e-9])
    assert frame["witness"].tolist() == [[2], [0, 1, 3], None, []]
    assert frame["witness_labels"].tolist() == [["c"], ["b", "b", "=a"], None, []]


def test_relaxation_gap(certificate):
    gap = certificate.relaxation_gap
    assert (gap.compared, gap.settled) == (3, 1)
    assert gap.mean_low == pytest.approx(2 / 3)  # (0 + 1 + 1) / 3
    assert gap.mean_high == pytest.approx(1.0)  # (0 + 2 + 1) / 3
    assert gap.told == "gives 1 of 3 radii, 0.67 to 1.00 below on average"
    assert "5 labels of 3 classes" in repr(certificate)
    assert repr(certificate).endswith(f"3 exact; relaxation {gap.told})")
    met = replace(certificate, relaxed_radius=certificate.radius, radius_upper=certificate.radius)
    assert met.relaxation_gap.told == "gives 3 of 3 radii"
    assert replace(certificate, relaxed_radius=None).relaxation_gap is None
    tie = replace(
        certificate, radius=np.full(4, -1), radius_upper=np.full(4, -1),
        relaxed_radius=np.full(4, -1),
    )  # fmt: skip
    assert tie.relaxation_gap.told == "gives 0 of 0 radii"


def test_relabeling(certificate):
    attack = certificate.collective.witness(2)
    assert attack is certificate.collective.relabeling(2) is certificate.collective.witnesses[2]
    assert attack.indices.tolist() == [0, 1]
    assert attack.labels.tolist() == ["b", "c"]
    with pytest.raises(lc.InputError, match="r=4"):
        certificate.collective.witness(4)
    assert [flips.tolist() for flips in certificate.collective.flip_sets][2] == [0, 1]
    assert [labels.tolist() for labels in certificate.collective.new_labels][2] == ["b", "c"]
    unknown = (lc.Witness(np.arange(1), np.array([], dtype="<U2")),) * 4
    with pytest.raises(lc.InputError, match="new_labels"):
        replace(certificate.collective, witnesses=unknown).witness(1)


def test_json_round_trip(certificate):
    text = certificate.to_json()
    again = lc.Certificate.from_json(text)
    assert again.to_json() == text
    assert again.decision.shape == (4, 3)
    assert again.prediction.tolist() == certificate.prediction.tolist()
    assert again.relaxed_radius.tolist() == [0, 0, 2, -1]
    assert again.collective.relabeling(3).labels.tolist() == ["b", "c", "=a"]
    assert again.collective.relabeling(0).labels.dtype.kind == "U"
    assert repr(again) == repr(certificate)


@pytest.mark.parametrize(
    "damage",
    [
        {"prediction": ["=a", "b", "c", "d"]},
        {"prediction": [0, 1, 2, 2]},
        {"prediction": ["=a", "b"]},
        {"prediction": ["=a", "b", None, "c"]},
        {"relaxed_radius": [0]},
        {"relaxed": "sloppy"},
        {"decision": [[0.0, 1.0]] * 4},
        {"decision": [0.0] * 4},
        {"error_bar": [0.0] * 4},
    ],
)
def test_damaged_json_is_refused(certificate, damage):
    document = json.loads(certificate.to_json())
    with pytest.raises(lc.InputError, match="damaged"):
        lc.Certificate.from_json(json.dumps(document | damage))


@pytest.mark.parametrize(
    "damage", [{"predicted": [0, 1, 2, 3]}, {"predicted": [0, 1]}, {"exactness": "sloppy"}]
)
def test_old_names_of_files_are_read_and_checked(certificate, damage):
    document = json.loads(certificate.to_json())
    del document["prediction"], document["relaxed"]
    document |= {"predicted": [0, 2, 0, 0], "exactness": "relaxed"}
    attacks = document["collective"].pop("witnesses")
    document["collective"]["flip_sets"] = [w["indices"] for w in attacks]
    document["collective"]["new_labels"] = [w["labels"] for w in attacks]
    old = lc.Certificate.from_json(json.dumps(document))
    assert old.to_json() == replace(certificate, relaxed=True).to_json()
    assert (old.exactness, old.predicted.tolist()) == ("relaxed", [0, 2, 0, 0])
    with pytest.raises(lc.InputError, match="damaged"):
        lc.Certificate.from_json(json.dumps(document | damage))
    del document["collective"]["new_labels"]
    older = lc.Certificate.from_json(json.dumps(document))
    assert older.collective.flip_sets[2].tolist() == [0, 1]
    with pytest.raises(lc.InputError, match="certify anew"):
        older.collective.witness(2)


def test_files_of_before_many_classes_are_read():
    rng = np.random.default_rng(1)
    points, tests = rng.standard_normal((8, 3)), rng.standard_normal((5, 3))
    labels = np.where(points[:, 0] > 0, "spam", "ham")
    cert = lc.certify(
        points @ points.T, tests @ points.T, labels, C=0.5, max_flips=3, collective=True
    )
    document = json.loads(cert.to_json())
    for name in ("prediction", "relaxed", "relaxed_radius"):
        del document[name]
    attacks = document["collective"].pop("witnesses")
    document["collective"]["flip_sets"] = [w["indices"] for w in attacks]
    old = lc.Certificate.from_json(json.dumps(document))
    assert old.prediction.tolist() == cert.prediction.tolist()
    assert (old.exactness, old.relaxed_radius) == ("exact", None)
    for r in range(4):
        for found in (old, cert):
            attack = found.collective.relabeling(r)
            assert (attack.labels != labels[attack.indices]).all()
            assert set(attack.labels.tolist()) <= {"ham", "spam"}


def test_the_prediction_is_the_exact_sign_where_the_value_is_not():
    # f = (2⁵³ + 1 − 2⁵³) / 2: 2⁵³ + 1 is no float, so f may be computed as 0 and is positive.
    row = [2.0**53, 1.0, 2.0**53]
    for labels, expected in (([1, 1, 0], 1), ([0, 0, 1], 0)):
        cert = lc.certify(np.eye(3), [row], labels, C=0.5, max_flips=1)
        assert cert.radius.tolist() == [0]
        assert cert.prediction.tolist() == [expected]
    three = lc.certify(np.eye(3), [row], [1, 1, 0], C=0.5, max_flips=1, classes=[0, 1, 2])
    assert three.prediction.tolist() == [1]
    assert three.radius.tolist() == [0]
