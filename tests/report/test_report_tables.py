from __future__ import annotations

import dataclasses
import math

import pytest

import labelcert as lc
from labelcert.report.tables import Survivors, summarize, telling


@pytest.fixture
def summary(certificate):
    return summarize(
        certificate, nodes=[10, 11, 12, 13], labeled=[20, 21, 22, 23, 24],
        y_true=["b", "b", "b", "=a"], extremes=2,
    )  # fmt: skip


def test_survivors_at_every_budget(summary):
    assert [s.sample_wise for s in summary.survivors] == [(3, 3), (2, 2), (1, 2), (1, 1)]
    assert [s.collective for s in summary.survivors] == [(3, 3), (2, 2), (1, 2), (1, 1)]
    assert [s.share_of_labels for s in summary.survivors] == pytest.approx([0, 0.2, 0.4, 0.6])


def test_costs_are_no_share_of_the_labels(certificate, summary):
    priced = summarize(dataclasses.replace(certificate, unit="cost"))
    assert (summary.unit, priced.unit) == ("flips", "cost")
    assert all(math.isnan(s.share_of_labels) for s in priced.survivors)
    assert [s.sample_wise for s in priced.survivors] == [s.sample_wise for s in summary.survivors]


def test_counts_of_what_is_right_open_and_by_whom(summary):
    assert summary.correct == 3  # predictions b, =a, b, =a
    assert summary.open_radii == 1
    assert summary.open_budgets == 1
    assert summary.proven_by == {"enumeration": 2, "training": 1}
    assert summary.broken_by == {"enumeration": 1, "attack": 1, "training": 1}


def test_extremes_are_ordered_and_disjoint(summary):
    assert [row.node for row in summary.weakest] == [13, 10]
    assert [row.node for row in summary.strongest] == [12, 11]


def test_witnesses_are_told_in_node_numbers(summary):
    assert summary.weakest[0].witness == ()
    assert summary.weakest[1].witness == ((22, "=a"),)
    assert summary.strongest[0].witness is None
    assert summary.strongest[1].witness == ((20, "b"), (21, "b"), (23, "=a"))


def test_fewer_points_than_extremes_are_listed_once(certificate):
    summary = summarize(certificate, extremes=3)
    assert len(summary.weakest) == 3
    assert [row.node for row in summary.strongest] == [2]
    assert summary.correct is None


@pytest.mark.parametrize("name", ["nodes", "labeled", "y_true"])
def test_columns_of_another_length_are_refused(certificate, name):
    with pytest.raises(lc.InputError, match=name):
        summarize(certificate, **{name: [1, 2]})


def rows(counts):
    return [Survivors(r, r / 100, (c, c), None) for r, c in enumerate(counts)]


def test_telling_stops_at_the_first_budget_that_nothing_survives():
    assert [row.flips for row in telling(rows([9, 5, 2, 0, 0, 0]))] == [1, 2, 3]


def test_telling_goes_on_while_the_collective_count_lives(certificate):
    alive = [dataclasses.replace(row, collective=(0, 1)) for row in rows([9, 0, 0])]
    assert [row.flips for row in telling(alive)] == [1, 2]


@pytest.mark.parametrize("last", [15, 16, 40, 333, 5000])
def test_telling_thins_long_tables_and_keeps_their_end(last):
    shown = [row.flips for row in telling(rows([9] * (last + 1)))]
    assert shown[:10] == list(range(1, 11))
    assert shown[-1] == last
    assert len(shown) <= 16
