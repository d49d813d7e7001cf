"""`certify_linear` on inputs of every kind, and at its ends."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import labelcert as lc


def test_float32_and_small_integers_are_not_copied_and_mean_the_same():
    rng = np.random.default_rng(8)
    pixels, tests = rng.integers(0, 256, (300, 20)).astype(np.uint8), rng.integers(0, 256, (9, 20))
    labels = rng.integers(0, 3, 300)
    small = lc.certify_linear(pixels, tests, labels, ridge=1e4, max_flips=50)
    wide = lc.certify_linear(pixels.astype(float), tests, labels, ridge=1e4, max_flips=50)
    assert small.radius.tolist() == wide.radius.tolist()


def test_frames_are_matched_by_their_names():
    rng = np.random.default_rng(4)
    frame = pd.DataFrame(
        rng.standard_normal((30, 3)), index=[f"p{i}" for i in range(30)], columns=list("abc")
    )
    tests = pd.DataFrame(rng.standard_normal((5, 3)), columns=list("abc"))
    labels = pd.Series(rng.integers(0, 2, 30), index=frame.index)
    expected = lc.certify_linear(
        frame.to_numpy(), tests.to_numpy(), labels.to_numpy(), ridge=1.0, max_flips=5
    )
    shuffled = labels.sample(frac=1, random_state=0)
    found = lc.certify_linear(frame, tests[["c", "a", "b"]], shuffled, ridge=1.0, max_flips=5)
    assert found.radius.tolist() == expected.radius.tolist()


GOOD = {
    "features": np.eye(3), "test_features": np.eye(3), "labels": [0, 1, 1], "ridge": 1.0,
    "max_flips": 2,
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"features": np.eye(4)}, "features has 4 rows but there are 3 labels"),
        ({"test_features": np.eye(2)}, "test_features has 2 columns and features has 3"),
        ({"features": np.full((3, 3), np.nan)}, "features has non-finite entries"),
        ({"features": np.full((3, 3), np.nan, np.float32)}, "features has non-finite entries"),
        ({"features": [[1, "a"]]}, "features holds text"),
        ({"features": np.zeros((3, 0))}, "features has no columns"),
        ({"features": np.full((3, 3), 1e200)}, "rescale the features"),
        ({"features": np.diag([1.0, 1.0, 1e-150])}, "set entries that small to 0"),
        ({"ridge": 0}, "ridge=0 is not allowed"),
        ({"ridge": None}, "C is missing"),
        ({"ridge": 1e-30, "features": np.ones((3, 3))}, "too small for these features' rounding"),
        ({"max_flips": None}, "max_flips is missing"),
        ({"labels": [0, None, 1]}, "missing"),
        ({"worst_margins": "yes"}, "worst_margins is 'yes'"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(change, words):
    with pytest.raises(lc.InputError, match=words):
        lc.certify_linear(**{**GOOD, **change})


def test_budgets_0_and_beyond_all_labels():
    cert = lc.certify_linear(**{**GOOD, "max_flips": 0})
    assert cert.radius.tolist() == [0, 0, 0]
    cert = lc.certify_linear(**{**GOOD, "max_flips": 99})
    assert cert.max_flips == 3
    assert cert.radius.tolist() == [0, 0, 0]
    assert cert.certified_ratio(99) == 0.0


def test_no_test_points_and_charts_of_few():
    none = lc.certify_linear(**{**GOOD, "test_features": np.zeros((0, 3))})
    assert none.num_test == 0
    assert none.exact.tolist() == []
    assert len(lc.Certificate.from_json(none.to_json()).radius) == 0
    cert = lc.certify_linear(**GOOD)
    assert lc.plot(cert).to_dict()["layer"]
    assert len(lc.influential_labels(cert)) > 0


def test_without_time_predictions_stand_and_nothing_wrong_is_claimed():
    rng = np.random.default_rng(6)
    features, tests = rng.standard_normal((30_000, 4)), rng.standard_normal((500, 4))
    labels = (features[:, 0] > 0).astype(int)
    cert = lc.certify_linear(features, tests, labels, ridge=1.0, max_flips=30_000, time_limit=0)
    whole = lc.certify_linear(features, tests, labels, ridge=1.0, max_flips=30_000)
    assert (cert.prediction == whole.prediction).all()
    assert (cert.radius <= whole.radius).all()
    assert (cert.radius_upper >= whole.radius_upper).all()
