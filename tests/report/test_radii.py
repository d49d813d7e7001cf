"""The distribution of radii: every prediction is in one bin, and bins have one round width."""

import itertools

import numpy as np
import pytest

from labelcert.report.radii import MOST_BINS, median_certified, radius_bins, round_width


@pytest.mark.parametrize("seed", range(20))
def test_bins_hold_every_prediction_once(seed):
    rng = np.random.default_rng(seed)
    top = int(rng.choice([0, 1, 24, 25, 99, 1000, 60_000]))
    radius, right = rng.integers(-1, top + 1, size=300), rng.random(300) < 0.8
    bins = radius_bins(radius, right)
    for one in bins:
        inside = (radius >= one.first) & (radius <= one.last)
        assert one.right == (inside & right).sum()
        assert one.wrong == (inside & ~right).sum()
    assert sum(one.right + one.wrong for one in bins) == 300
    proven = [one for one in bins if one.first >= 0]
    assert len(proven) <= MOST_BINS
    assert len({one.last - one.first for one in proven}) == 1
    assert all(a.last + 1 == b.first for a, b in itertools.pairwise(proven))


def test_several_certificates_share_bins():
    one, two = (radius_bins([low], [True], highest=100) for low in (3, 100))
    assert [b.told for b in one] == [b.told for b in two]
    assert radius_bins([-1, 0], [True, False])[0].told == "not proven"


@pytest.mark.parametrize(("top", "width"), [(0, 1), (24, 1), (25, 2), (50, 5), (1000, 50)])
def test_widths_are_round(top, width):
    assert round_width(top) == width


def test_a_wrong_prediction_counts_as_minus_one_in_the_median():
    assert median_certified(np.array([5, 9, 7]), np.array([True, False, True])) == 5
    assert median_certified(np.array([5, 9]), np.array([False, False])) == -1
