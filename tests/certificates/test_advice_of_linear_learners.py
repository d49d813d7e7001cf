"""Advice of linear learners: ceilings lose no better label, and features give the same."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import labelcert as lc
from labelcert.certificates.run.again import FeatureProblem, KernelProblem
from labelcert.certificates.run.certified import checked
from labelcert.certificates.run.settings import Settings


def problem(seed, n=9, m=6, classes=2, ties=False):
    rng = np.random.default_rng(seed)
    rows, tests = rng.standard_normal((n, 3)), rng.standard_normal((m, 3))
    if ties:
        rows, tests = np.round(rows), np.round(tests)
    labels = rng.integers(0, classes, n)
    labels[:classes] = np.arange(classes)
    return rows, tests, labels


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("ties", [False, True])
def test_no_radius_lies_above_its_ceiling(classes, ties):
    for seed in range(4):
        rows, tests, labels = problem(seed, classes=classes, ties=ties)
        threat = lc.ThreatModel(4, trusted=[1])
        settings = Settings(ridge=0.5, threat=threat)
        asked = KernelProblem(
            checked(rows @ rows.T, tests @ rows.T, labels, settings), settings, settings.clock()
        )
        before = asked.certificate(settings.clock())
        found = asked.ceilings(before, 3).of({j: list(range(6)) for j in range(9)}, [2])
        met = 0
        for j in range(9):
            more = replace(threat, trusted=[1, 2, j])
            after = lc.certify(rows @ rows.T, tests @ rows.T, labels, ridge=0.5, threat=more)
            for t in np.flatnonzero(before.radius >= 0).tolist():
                assert after.radius[t] <= found[j][t]
                met += after.radius[t] == found[j][t]
        assert ties or met == 9 * int((before.radius >= 0).sum())


@pytest.mark.parametrize("classes", [2, 3])
def test_ceilings_change_no_choice(classes, monkeypatch):
    for seed in range(4):
        rows, tests, labels = problem(seed, classes=classes)
        given = (rows @ rows.T, tests @ rows.T, labels)
        options = {"ridge": 0.5, "max_flips": 4, "budget": 2, "k": 3}
        with_them = lc.advise(*given, **options)
        direct = lc.advise_linear(rows, tests, labels, **options)
        with monkeypatch.context() as patch:
            for kind in (KernelProblem, FeatureProblem):
                patch.setattr(kind, "ceilings", lambda *_: None)
            without = lc.advise(*given, **options)
        for found in (with_them, direct):
            assert found.chosen.tolist() == without.chosen.tolist()
            assert found.after.radius.tolist() == without.after.radius.tolist()
            assert found.ratio_curves.tolist() == without.ratio_curves.tolist()
            assert found.exact
            assert found.suspicious.status == without.suspicious.status


def test_other_attackers_have_no_ceilings_and_the_same_advice():
    rows, tests, labels = problem(2)
    for threat in (
        lc.ThreatModel(4, costs=[1, 2, 1, 1, 3, 1, 1, 1, 1]),
        lc.ThreatModel(3, groups=list("aabbccabc"), group_budgets=1),
        lc.ThreatModel(3, directions=[(0, 1)]),
    ):
        options = {"ridge": 0.5, "threat": threat, "k": 2}
        found = lc.advise(rows @ rows.T, tests @ rows.T, labels, **options)
        direct = lc.advise_linear(rows, tests, labels, **options)
        assert found.chosen.tolist() == direct.chosen.tolist()
        assert found.after.radius.tolist() == direct.after.radius.tolist()


def test_what_cannot_be_asked_is_refused():
    rows, tests, labels = problem(0)
    with pytest.raises(lc.InputError, match="k=0"):
        lc.advise_linear(rows, tests, labels, ridge=1.0, max_flips=2, k=0)
    with pytest.raises(lc.InputError, match="budget=3 is above"):
        lc.advise_linear(rows, tests, labels, ridge=1.0, max_flips=2, budget=3)
    threat = lc.ThreatModel(1, groups=list("aabbccabc"), bad_groups=1)
    with pytest.raises(lc.InputError, match="bad_groups"):
        lc.advise_linear(rows, tests, labels, ridge=1.0, threat=threat)
    saturated = lc.advise_linear(rows, tests, labels, C=1e-4, max_flips=2)
    assert saturated.suspicious is None


def test_time_is_kept():
    rows, tests, labels = problem(1, n=40, m=10)
    found = lc.advise_linear(rows, tests, labels, ridge=1.0, max_flips=5, time_limit=0)
    assert found.stopped == "time limit"
    assert found.suspicious is None
