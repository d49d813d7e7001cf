"""`ThreatModel(bad_groups=k)` against brute force over all relabelings."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import labelcert as lc
from oracles.crowds import leads_of_truth, random_crowd


def check(crowd, cert, exact=True):
    """Hold radii, witnesses, status and counts against the truth."""
    leads, price, tolerance = leads_of_truth(crowd, np.asarray(cert.prediction))
    clean = leads[np.flatnonzero(price == 0)[0] if crowd.threat.bad_groups == 0 else _clean(crowd)]
    for t, status in enumerate(cert.status):
        if abs(clean[t]) <= tolerance:
            assert cert.radius[t] == -1 or clean[t] != 0
            continue
        for r in range(cert.max_flips + 1):
            worst = leads[price <= r][:, t].min()
            assert r > cert.radius[t] or worst > -tolerance, "a wrong robust"
            assert r <= cert.radius_upper[t] or worst < tolerance, "a wrong broken"
        assert status == ("robust" if cert.radius[t] >= 0 else "open" if not cert.exact[t]
                          else "broken")  # fmt: skip
        if exact and np.abs(leads[np.isfinite(leads[:, t]), t]).min() > tolerance:
            assert cert.exact[t]
        witness = cert.witness(t)
        if witness is not None:
            found = cert.check(*witness)
            assert found.broken[t]
            assert found.cost is not None
            assert found.cost <= cert.radius_upper[t] + 1
    if cert.collective is not None:
        broken = leads <= tolerance
        surely = leads < -tolerance
        for r in range(cert.max_flips + 1):
            reach = price <= r
            assert cert.collective.broken_upper[r] >= surely[reach].sum(axis=1).max()
            assert cert.collective.broken_lower[r] <= broken[reach].sum(axis=1).max()


def _clean(crowd):
    n, classes = len(crowd.labels), crowd.classes
    return int((crowd.labels * classes ** np.arange(n)).sum())


@pytest.mark.parametrize("learner", ["C", "ridge"])
@pytest.mark.parametrize("seed", range(40))
def test_any_attacker_against_brute_force(seed, learner):
    crowd = random_crowd(seed, learner)
    check(crowd, crowd.certify(collective=seed % 3 == 0))


@pytest.mark.parametrize("seed", range(12))
def test_saturated_machines(seed):
    crowd = random_crowd(seed + 500)
    reach = float(np.abs(np.asarray(crowd.gram, float)).sum(axis=1).max())
    crowd = replace(crowd, learner={"C": 0.9 / max(reach, 1e-9)})
    cert = crowd.certify()
    check(crowd, cert)
    assert set(cert.proven_by) <= {"saturation", ""}


@pytest.mark.parametrize("engine", ["enumeration", "branch_and_bound", "paper_milp"])
@pytest.mark.parametrize("seed", range(4))
def test_engines_by_name(engine, seed):
    crowd = random_crowd(seed + 900, classes=2)
    check(crowd, crowd.certify(engine=engine), exact=engine != "paper_milp")


def test_the_pinned_meaning():
    """Two annotators of three labels each; a radius counts flips beside the bad one."""
    labels = [1, 1, 1, 1, 1, 1, 0]
    who = ["a", "a", "a", "b", "b", "b", "c"]
    gram, cross = np.eye(7), np.ones((1, 7))
    threat = lc.ThreatModel(budget=4, groups=who, bad_groups=1)
    cert = lc.certify(gram, cross, labels, ridge=1.0, threat=threat)
    # 6 − 1 = 5 in front; the bad annotator turns three: 3 − 4 = −1.
    assert cert.status == ("broken",)
    assert cert.radius.tolist() == cert.radius_upper.tolist() == [-1]
    trusted = replace(
        threat, trusted=[0, 3]
    )  # two turned: 4 − 3 = 1, and one flip beside breaks it
    cert = lc.certify(gram, cross, labels, ridge=1.0, threat=trusted)
    assert (cert.radius.tolist(), cert.status) == ([0], ("robust",))
    assert 0 not in cert.witness(0).indices
    none = lc.certify(gram, cross, labels, ridge=1.0, threat=replace(threat, bad_groups=0))
    assert none.radius.tolist() == [2]
    both = lc.certify(gram, cross, labels, ridge=1.0, threat=replace(trusted, bad_groups=9))
    assert both.status == ("broken",)


def test_the_groups_of_the_largest_sums_are_not_the_worst_choice():
    """A group whose gain sits in one point is better bought than taken."""
    weights = np.array([5.0, 1, 1, 1, 1, 12])  # groups a: 5; b: 4; the last one trusted
    labels, who = [1] * 6, list("abbbbc")
    threat = lc.ThreatModel(budget=1, groups=who, bad_groups=1, trusted=[5])
    cert = lc.certify(np.eye(6), weights[None, :], labels, ridge=1.0, threat=threat, classes=[0, 1])
    # 21 in front: taking a and buying from b costs it 12, taking b and buying a 18.
    assert cert.radius.tolist() == [1]
    assert cert.check([0, 1, 2, 3, 4]).cost == 1
    assert cert.check([0, 1, 2, 3, 4]).decision[0] == pytest.approx((21 - 18) / 2)
    worse = lc.certify(
        np.eye(6), np.array([[5.0, 1, 1, 1, 1, 8]]), labels, ridge=1.0, threat=threat,
        classes=[0, 1],
    )  # fmt: skip
    assert worse.radius.tolist() == [0]
    assert worse.witness(0).indices.tolist() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("seed", range(6))
def test_no_time_leaves_valid_intervals(seed):
    for learner in ("C", "ridge"):
        crowd = random_crowd(seed, learner)
        check(crowd, crowd.certify(time_limit=0, collective=True), exact=False)


@pytest.mark.parametrize("learner", ["C", "ridge"])
def test_more_bad_groups_never_help(learner):
    for seed in range(10):
        crowd = random_crowd(seed, learner, plain=True)
        radii = [
            replace(crowd, threat=replace(crowd.threat, bad_groups=k)).certify().radius
            for k in range(4)
        ]
        for more, fewer in zip(radii[1:], radii[:-1], strict=True):
            assert (more <= fewer).all()


@pytest.mark.parametrize("classes", [2, 3])
def test_hundreds_of_labels_by_choice_of_groups_and_by_hand(classes):
    """Unit costs at a size where only the table goes; each group taken by hand, then a sort."""
    rng = np.random.default_rng(classes)
    n, m, groups = 300, 5, 12
    points, tests = rng.standard_normal((n, 8)), rng.standard_normal((m, 8))
    labels, who = points[:, :classes].argmax(axis=1), rng.integers(0, groups, n)
    gram, cross = points @ points.T, tests @ points.T
    threat = lc.ThreatModel(budget=60, groups=who.tolist(), bad_groups=1)
    cert = lc.certify(gram, cross, labels, ridge=2.0, threat=threat)
    weights = np.linalg.solve(gram + 2.0 * np.eye(n), cross.T).T
    logits = np.stack([weights @ np.where(labels == c, 1, -1) for c in range(classes)], axis=1)
    for t in range(m):
        a, least = int(logits[t].argmax()), 60
        for b in set(range(classes)) - {a}:
            side = (labels == a).astype(int) - (labels == b)
            best = np.maximum(weights[t] * (side + 1), weights[t] * side)
            best = np.maximum(best, weights[t] * (side - 1)) if classes > 2 else np.maximum(
                weights[t] * 2 * side, 0)  # fmt: skip
            lead = float(weights[t] @ side)
            for g in range(groups):
                left = lead - best[who == g].sum()
                falls = left - np.concatenate([[0], np.cumsum(np.sort(best[who != g])[::-1])])
                least = min(least, int((falls > 0).argmin()) - 1 if (falls <= 0).any() else 60)
        assert cert.radius[t] == cert.radius_upper[t] == least


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"bad_groups": 1}, "needs groups"),
        ({"bad_groups": -1, "groups": [1, 2]}, "bad_groups is -1"),
        ({"bad_groups": 1.0, "groups": [1, 2]}, "bad_groups is 1.0"),
        ({"bad_groups": True, "groups": [1, 2]}, "bad_groups is True"),
        ({"bad_groups": "1", "groups": [1, 2]}, "bad_groups is '1'"),
    ],
)
def test_what_is_no_number_of_groups_is_refused(arguments, told):
    threat = lc.ThreatModel(1, **arguments)
    with pytest.raises(lc.InputError, match=told):
        lc.certify(np.eye(2), np.ones((1, 2)), [0, 1], C=1.0, threat=threat)


def test_what_does_not_go_with_it_is_refused():
    threat = lc.ThreatModel(1, groups=[1, 2], bad_groups=1)
    problem = (np.eye(2), np.ones((1, 2)), [0, 1])
    with pytest.raises(lc.InputError, match="worst_margins"):
        lc.certify(*problem, C=1.0, threat=threat, worst_margins=True)
    with pytest.raises(lc.InputError, match="bad_groups"):
        lc.advise(*problem, C=1.0, threat=threat)


def test_json_and_check_know_of_them():
    crowd = random_crowd(3, "ridge")
    cert = crowd.certify(collective=True)
    again = lc.Certificate.from_json(cert.to_json())
    assert again.bad_groups == cert.bad_groups > 0
    assert again.status == cert.status
    with pytest.raises(lc.InputError, match="threat is missing"):
        again.check([0], gram=crowd.gram, cross=crowd.cross)
