"""Which labels matter: counts of smallest witnesses."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import labelcert as lc


@pytest.fixture(scope="module")
def certificate():
    rng = np.random.default_rng(3)
    points, tests = rng.standard_normal((8, 3)), rng.standard_normal((12, 3))
    y = np.where(points[:, 0] > 0, "yes", "no")
    return lc.certify(points @ points.T, tests @ points.T, y, C=1.0, max_flips=4)


@pytest.mark.parametrize("weighted", [False, True])
def test_counts_are_those_of_the_witnesses(certificate, weighted):
    frame = lc.influential_labels(certificate, weighted=weighted)
    sets = [set(w.indices.tolist()) for w in certificate.witnesses if w is not None]
    assert len(sets) > 5
    assert sorted(frame["index"]) == list(range(8))
    for row in frame.itertuples():
        held = [s for s in sets if row.index in s]
        assert row.label == certificate.labels[row.index]
        assert row.count == len(held)
        assert row.weighted_count == pytest.approx(sum(1 / len(s) for s in held))
        assert row.share == pytest.approx(len(held) / len(sets))
        radii = [
            certificate.radius[t]
            for t, w in enumerate(certificate.witnesses)
            if w is not None and row.index in w.indices
        ]
        if radii:
            assert row.smallest_radius == min(radii)
        else:
            assert frame["smallest_radius"].isna()[row.Index]
    by = frame["weighted_count" if weighted else "count"].to_numpy()
    keys = list(zip(-by, frame["index"], strict=True))
    assert keys == sorted(keys)


def test_ties_and_missing_witnesses_count_for_nobody(certificate):
    empty = lc.Witness(np.zeros(0, dtype=np.int64), certificate.labels[:0])
    bare = replace(certificate, witnesses=(empty, *[None] * 11))
    frame = lc.influential_labels(bare)
    assert frame["count"].sum() == 0
    assert (frame["share"] == 0).all()
    assert frame["smallest_radius"].isna().all()


def test_a_certificate_read_back_counts_the_same(certificate):
    again = lc.Certificate.from_json(certificate.to_json())
    assert lc.influential_labels(again).equals(lc.influential_labels(certificate))
