"""`certify_linear` against many predictions at once, and against whole groups: brute force."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import labelcert as lc
from labelcert.certificates.run import counting_from_features
from labelcert.certificates.run.feature_running import model_of
from labelcert.engines.attacking.feature_counts import FeatureCounts
from labelcert.engines.sorting.feature_radii import feature_radii
from labelcert.engines.work.clock import Clock

sys.path.append(str(Path(__file__).resolve().parents[2] / "benchmarks"))
from soaking.draw import draw
from soaking.run import check


def problems(bad: bool, count: int):
    """Seeds of problems from features, with groups for the attacker or without."""
    seed, found = 7 * 10**6, []
    while len(found) < count:
        problem = draw(seed)
        if "features" in problem.task and ("bad" in problem.threat) == bad:
            found.append(seed)
        seed += 1
    return found


@pytest.mark.parametrize("seed", problems(bad=False, count=40))
def test_counts_hold_against_every_relabeling_in_exact_arithmetic(seed):
    problem = draw(seed)
    problem.options.update(collective=True, time_limit=20.0)
    assert check(problem).found == []


@pytest.mark.parametrize("seed", problems(bad=False, count=40))
def test_attacks_alone_hold_too(seed, monkeypatch):
    monkeypatch.setattr(counting_from_features, "FEW", 0)
    problem = draw(seed)
    problem.options.update(collective=True, time_limit=20.0)
    assert check(problem).found == []


@pytest.mark.parametrize("seed", problems(bad=True, count=40))
def test_groups_for_the_attacker_against_every_choice_of_them(seed):
    problem = draw(seed)
    problem.options.update(time_limit=20.0)
    assert check(problem).found == []
    cert = problem.setting.certify(time_limit=None, n_jobs=1)
    assert cert.exact.all()
    assert cert.bad_groups > 0


def test_a_fault_of_the_counts_is_found(monkeypatch):
    """The oracle sees one prediction too many."""
    real = counting_from_features._certificate
    seen = 0

    def wrong(*given):
        found = real(*given)
        return replace(found, broken_lower=np.minimum(found.broken_lower + 1, found.num_test),
                       broken_upper=np.minimum(found.broken_upper + 1, found.num_test))  # fmt: skip

    monkeypatch.setattr(counting_from_features, "_certificate", wrong)
    for seed in problems(bad=False, count=5):
        problem = draw(seed)
        problem.options.update(collective=True, time_limit=20.0)
        seen += bool(check(problem).found)
    assert seen >= 3


def blobs(n=3000, m=60, classes=3):
    rng = np.random.default_rng(0)
    centers = rng.standard_normal((classes, 6))
    labels, truth = rng.integers(0, classes, n), rng.integers(0, classes, m)
    noise = rng.standard_normal((n, 6)), rng.standard_normal((m, 6))
    return centers[labels] + noise[0], centers[truth] + noise[1], labels


@pytest.mark.parametrize("classes", [2, 3])
def test_flip_sets_of_thousands_of_labels_break_so_many_when_retrained(classes):
    features, tests, labels = blobs(classes=classes)
    cert = lc.certify_linear(
        features, tests, labels, ridge=50.0, max_flips=800, collective=True, time_limit=None
    )
    counts = cert.collective
    assert (np.diff(counts.broken_lower) >= 0).all()
    assert (counts.broken_lower <= counts.broken_upper).all()
    # With two classes whoever pushes one side holds the other up.
    assert counts.broken_lower[800] > 0.3 * counts.broken_upper[800]
    gram = features @ features.T + 50.0 * np.eye(len(features))
    for r in (0, 50, 200, 800):
        new, attack = labels.copy(), counts.relabeling(r)
        assert len(attack.indices) <= r
        new[attack.indices] = attack.labels
        targets = np.where(new[:, None] == np.arange(classes), 1.0, -1.0)
        values = tests @ (features.T @ np.linalg.solve(gram, targets))
        assert int((values.argmax(axis=1) != cert.prediction).sum()) == counts.broken_lower[r]
    back = lc.Certificate.from_json(cert.to_json())
    assert back.collective.broken_lower.tolist() == counts.broken_lower.tolist()


def test_attacks_are_not_far_from_the_truth():
    """Against the exact count of a small problem."""
    features, tests, labels = blobs(n=12, m=8, classes=2)
    cert = lc.certify_linear(features, tests, labels, ridge=1.0, max_flips=6, collective=True)
    assert cert.collective.exact
    from labelcert.certificates.run.feature_input import check_feature_input

    given = check_feature_input(features, tests, labels, None, 1.0, 6, None, None)
    model = model_of(given)
    found = feature_radii(model, given.space, 6, 1, Clock())
    attacked = FeatureCounts(model, found, given.space, 6).run(Clock())
    best = max(one.broken for one in attacked)
    assert best >= cert.collective.broken_lower[6] - 1


def test_large_budgets_keep_only_those_that_change_anything():
    features, tests, labels = blobs(n=6000, m=20)
    cert = lc.certify_linear(features, tests, labels, ridge=5.0, max_flips=6000, collective=True)
    counts = cert.collective
    assert len(counts.budgets) < 500
    assert counts.max_flips == 6000
    assert counts.certified_ratio(1)[1] == 1.0
    assert counts.broken_lower[-1] > 0


def test_groups_at_thousands_of_labels_are_those_of_the_gram_matrix():
    features, tests, labels = blobs(n=400, m=6)
    threat = lc.ThreatModel(budget=9, groups=(np.arange(400) % 20).tolist(), bad_groups=1)
    one = lc.certify_linear(features, tests, labels, ridge=5.0, threat=threat)
    two = lc.certify(features @ features.T, tests @ features.T, labels, ridge=5.0, threat=threat)
    assert one.radius.tolist() == two.radius.tolist()
    assert one.radius_upper.tolist() == two.radius_upper.tolist()
    assert one.status == two.status


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"collective": True}, "collective does not go with bad_groups"),
        ({"worst_margins": True}, "worst_margins does not go with bad_groups"),
        ({"ridge": None, "C": 1e-6}, "C does not go with bad_groups"),
    ],
)
def test_what_groups_do_not_go_with(more, told):
    features, tests, labels = blobs(n=12, m=2)
    threat = lc.ThreatModel(budget=1, groups=[i % 3 for i in range(12)], bad_groups=1)
    with pytest.raises(lc.InputError, match=told):
        lc.certify_linear(features, tests, labels, threat=threat, **{"ridge": 1.0, **more})


def test_counts_of_few_budgets_are_read_again():
    """With large costs the counts are told where they change, and radii have no such list."""
    rng = np.random.default_rng(0)
    rows, labels = rng.standard_normal((9, 3)), np.arange(9) % 2
    threat = lc.ThreatModel(500_000, costs=rng.integers(1, 200_000, 9))
    cert = lc.certify_linear(
        rows, rng.standard_normal((5, 3)), labels, ridge=1.0, threat=threat, collective=True
    )
    assert cert.collective.levels is not None
    again = lc.Certificate.from_json(cert.to_json())
    assert again.collective.levels.tolist() == cert.collective.levels.tolist()
    assert again.collective.broken_lower.tolist() == cert.collective.broken_lower.tolist()
    damaged = json.loads(cert.to_json())
    damaged["collective"]["levels"][-1] += 1
    with pytest.raises(lc.InputError, match="damaged"):
        lc.Certificate.from_json(json.dumps(damaged))
