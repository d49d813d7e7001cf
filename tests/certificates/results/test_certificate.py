"""Certificates as data: budgets, ratios, labels of any kind, JSON, frames, limits."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import labelcert as lc
from labelcert.intake.budgets import as_count


@pytest.fixture
def problem():
    rng = np.random.default_rng(1)
    points, tests = rng.standard_normal((10, 4)), rng.standard_normal((6, 4))
    labels = np.where(points[:, 0] > 0, "spam", "ham")
    return points @ points.T, tests @ points.T, labels, np.where(tests[:, 0] > 0, "spam", "ham")


def test_strings_integers_and_booleans_agree(problem):
    gram, cross, labels, _ = problem
    by_text = lc.certify(gram, cross, labels, C=0.5, max_flips=10)
    by_number = lc.certify(gram, cross, (labels == "spam").astype(int), C=0.5, max_flips=10)
    by_bool = lc.certify(gram, cross, labels == "spam", C=0.5, max_flips=10)
    by_float32 = lc.certify(
        gram.astype(np.float32), cross.astype(np.float32), labels.tolist(), C=0.5, max_flips=10
    )
    assert by_text.radius.tolist() == by_number.radius.tolist() == by_bool.radius.tolist()
    assert by_text.radius.tolist() == by_float32.radius.tolist()
    assert set(by_text.prediction) <= {"ham", "spam"}
    assert ((by_text.prediction == "spam") == (by_number.prediction == 1)).all()
    for i in range(6):
        witness = by_text.witness(i)
        assert (witness.labels != labels[witness.indices]).all()


def test_ratios(problem):
    gram, cross, labels, truth = problem
    cert = lc.certify(gram, cross, labels, C=0.5, max_flips=10, collective=True)
    for r in range(11):
        assert cert.certified_ratio(r) == pytest.approx((cert.radius >= r).mean())
        right = cert.prediction == truth
        assert cert.certified_accuracy(r, truth) == pytest.approx(
            ((cert.radius >= r) & right).mean()
        )
        lower, upper = cert.collective.certified_ratio(r)
        assert lower <= upper
        assert cert.certified_ratio(r) <= upper + 1e-12, "collective is never below sample-wise"
        flips = cert.collective.witness(r).indices
        assert len(flips) <= r
    with pytest.raises(lc.InputError, match="r=11"):
        cert.certified_ratio(11)
    with pytest.raises(lc.InputError, match="y_true"):
        cert.certified_accuracy(1, truth[:2])
    with pytest.raises(lc.InputError, match="i=6"):
        cert.witness(6)


def test_collective_function_equals_the_joint_run(problem):
    gram, cross, labels, _ = problem
    cert = lc.certify(gram, cross, labels, C=0.5, max_flips=10, collective=True)
    alone = lc.certify_collective(gram, cross, labels, C=0.5, max_flips=10)
    assert alone.exact
    assert alone.broken_lower.tolist() == cert.collective.broken_lower.tolist()


def test_a_percentage_is_rounded_down_in_exact_arithmetic():
    assert as_count("29%", 100) == 29  # int(0.29 * 100) is 28
    assert as_count("10%", 20) == 2
    assert as_count("12.5%", 20) == 2
    assert as_count("100%", 7) == 7
    assert as_count("3", 7) == 3
    assert as_count(np.int32(4), 7) == 4


def test_a_percentage_is_one_of_what_all_labels_cost():
    assert lc.ThreatModel("20%").count(30) == 6
    assert lc.ThreatModel("20%", costs=[5] * 30).count(30) == 30
    assert lc.ThreatModel(6, costs=[5] * 30, trusted=None).count(30) == 6


@given(st.integers(0, 100), st.integers(1, 500))
def test_percentages_never_exceed_the_share(percent, n):
    count = as_count(f"{percent}%", n)
    assert count * 100 <= percent * n < (count + 1) * 100


def test_json_round_trip(problem):
    gram, cross, labels, _ = problem
    cert = lc.certify(gram, cross, labels, C=0.5, max_flips=4, collective=True)
    text = cert.to_json()
    again = lc.Certificate.from_json(text)
    assert again.to_json() == text
    assert again.radius.tolist() == cert.radius.tolist()
    assert again.prediction.tolist() == cert.prediction.tolist()
    np.testing.assert_array_equal(again.worst_margin, cert.worst_margin)
    assert again.collective.broken_upper.tolist() == cert.collective.broken_upper.tolist()


def test_the_document_of_a_run_holds_a_certificate(problem):
    gram, cross, labels, _ = problem
    text = lc.certify(gram, cross, labels, C=0.5, max_flips=2).to_json()
    run = json.dumps({"format": "labelcert run", "certificate": json.loads(text)})
    assert lc.Certificate.from_json(run).to_json() == text
    twice = json.dumps({"format": "labelcert run", "certificate": json.loads(run)})
    for wrong in (twice, '{"format": "labelcert run"}'):
        with pytest.raises(lc.InputError, match="is not a labelcert certificate"):
            lc.Certificate.from_json(wrong)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '"x"', '{"format": "other"}', '{"format": "labelcert certificate"}']
)
def test_damaged_json_is_refused(text):
    with pytest.raises(lc.InputError):
        lc.Certificate.from_json(text)


def test_newer_or_incomplete_json_is_refused(problem):
    gram, cross, labels, _ = problem
    document = json.loads(lc.certify(gram, cross, labels, C=0.5, max_flips=2).to_json())
    with pytest.raises(lc.InputError, match="upgrade"):
        lc.Certificate.from_json(json.dumps({**document, "version": 99}))
    short = {**document, "radius": document["radius"][:-1]}
    with pytest.raises(lc.InputError, match="damaged"):
        lc.Certificate.from_json(json.dumps(short))
    del document["decision"]
    with pytest.raises(lc.InputError, match="damaged"):
        lc.Certificate.from_json(json.dumps(document))


def test_frame_and_repr(problem):
    gram, cross, labels, _ = problem
    cert = lc.certify(gram, cross, labels, C=0.5, max_flips=3)
    frame = cert.to_frame()
    assert len(frame) == 6
    assert frame["radius"].tolist() == cert.radius.tolist()
    assert "6 test points, 10 labels" in repr(cert)
    assert len(repr(cert)) < 200


def test_no_budget_and_too_much_budget(problem):
    gram, cross, labels, _ = problem
    none = lc.certify(gram, cross, labels, C=0.5, max_flips=0, collective=True)
    assert (none.radius == 0).all()
    assert none.collective.broken_upper.tolist() == [0]
    much = lc.certify(gram, cross, labels, C=0.5, max_flips=25)
    all_of_them = lc.certify(gram, cross, labels, C=0.5, max_flips=10)
    assert (
        much.radius[all_of_them.radius < 10] == all_of_them.radius[all_of_them.radius < 10]
    ).all()


def test_a_clean_tie_has_radius_minus_one():
    cert = lc.certify(
        np.eye(2), [[0.0, 0.0], [1.0, 1.0], [1.0, 0.0]], [0, 1], C=1.0, max_flips=1, collective=True
    )
    assert cert.radius.tolist() == [-1, -1, 0]
    assert cert.exact.all()
    assert cert.witness(0).indices.tolist() == []
    assert cert.collective.broken_lower.tolist() == [2, 3]


def test_one_class_only_needs_both_names():
    cert = lc.certify([[1.0]], [[1.0]], ["ham"], C=2.0, max_flips=1, classes=["ham", "spam"])
    assert cert.prediction.tolist() == ["ham"]
    assert cert.radius.tolist() == [0]
    assert cert.witness(0).labels.tolist() == ["spam"]


def test_no_test_points():
    cert = lc.certify(np.eye(3), np.zeros((0, 3)), [0, 1, 0], C=1.0, max_flips=2, collective=True)
    assert cert.num_test == 0
    assert np.isnan(cert.certified_ratio(1))
    assert len(cert.to_frame()) == 0


def test_a_budget_out_of_reach_gives_an_honest_interval():
    rng = np.random.default_rng(0)
    points, tests = rng.standard_normal((120, 60)), rng.standard_normal((5, 60))
    labels = np.where(points[:, 0] > 0, 1, 0)
    cert = lc.certify(
        points @ points.T, tests @ points.T, labels, C=0.1, max_flips=40, time_limit=2.0,
        collective=True,
    )  # fmt: skip
    assert (cert.radius <= cert.radius_upper).all()
    assert (cert.radius >= 0).all()
    assert cert.seconds < 30
    assert (cert.collective.broken_lower <= cert.collective.broken_upper).all()
    for i in np.flatnonzero(cert.radius_upper < 40):
        assert len(cert.witness(int(i)).indices) == cert.radius_upper[i] + 1


def test_results_do_not_depend_on_the_number_of_threads(problem):
    gram, cross, labels, _ = problem
    one = lc.certify(gram, cross, labels, C=0.5, max_flips=10, n_jobs=1, collective=True)
    two = lc.certify(gram, cross, labels, C=0.5, max_flips=10, n_jobs=2, collective=True)
    assert one.radius.tolist() == two.radius.tolist()
    assert one.collective.broken_lower.tolist() == two.collective.broken_lower.tolist()
    np.testing.assert_array_equal(one.worst_margin, two.worst_margin)


def test_witnesses_do_not_depend_on_threads_or_timing():
    rng = np.random.default_rng(3)
    points, tests = np.round(rng.standard_normal((14, 3))), np.round(rng.standard_normal((8, 3)))
    labels = (points[:, 0] > 0).astype(int)
    texts = set()
    for jobs in (1, 2, 2, 2, 1):
        cert = lc.certify(
            points @ points.T, tests @ points.T, labels, C=0.5, max_flips=14, n_jobs=jobs,
            collective=True,
        )  # fmt: skip
        sets = [None if w is None else w.indices.tolist() for w in cert.witnesses]
        texts.add(str((sets, [s.tolist() for s in cert.collective.flip_sets])))
    assert len(texts) == 1
