from __future__ import annotations

import dataclasses

import pytest

from labelcert.report.curves import COLLECTIVE, SAMPLE_WISE, curve_frame, curve_records


def test_curves_are_the_ratios_of_the_certificate(certificate):
    records = curve_records(certificate)
    alone = [(r["lower"], r["upper"]) for r in records if r["kind"] == SAMPLE_WISE]
    together = [(r["lower"], r["upper"]) for r in records if r["kind"] == COLLECTIVE]
    assert alone == [(0.75, 0.75), (0.5, 0.5), (0.25, 0.5), (0.25, 0.25)]
    assert together == [(0.75, 0.75), (0.5, 0.5), (0.25, 0.5), (0.25, 0.25)]
    assert [r["share_of_labels"] for r in records[:4]] == pytest.approx([0, 0.2, 0.4, 0.6])


def test_costs_are_no_share_of_the_labels(certificate):
    frame = curve_frame(dataclasses.replace(certificate, unit="cost"))
    assert frame["share_of_labels"].isna().all()
    assert frame["lower"].tolist() == curve_frame(certificate)["lower"].tolist()


def test_without_a_collective_certificate_there_is_one_curve(certificate):
    frame = curve_frame(dataclasses.replace(certificate, collective=None))
    assert list(frame.columns) == ["flips", "share_of_labels", "kind", "lower", "upper"]
    assert frame["kind"].unique().tolist() == [SAMPLE_WISE]
    assert frame["flips"].tolist() == [0, 1, 2, 3]
