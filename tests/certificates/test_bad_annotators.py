"""`ThreatModel(votes=…, bad_annotators=k)` against every way in which k annotators could vote."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import labelcert as lc
from labelcert.certificates.attacker import vote_choices
from oracles.crowds import leads_of_truth
from oracles.voters import prices_of_votes, random_voters


def check(crowd, cert):
    """Hold radii, witnesses and counts against the truth."""
    priced = prices_of_votes(crowd)
    leads, price, tolerance = leads_of_truth(crowd, np.asarray(cert.prediction), priced)
    clean = leads[(priced[0] == crowd.labels).all(axis=1)][0]
    for t in range(len(clean)):
        if abs(clean[t]) <= tolerance:
            continue
        for r in range(cert.max_flips + 1):
            worst = leads[price <= r][:, t].min()
            assert r > cert.radius[t] or worst > -tolerance, "a wrong robust"
            assert r <= cert.radius_upper[t] or worst < tolerance, "a wrong broken"
        if np.abs(leads[np.isfinite(leads[:, t]), t]).min() > tolerance:
            assert cert.exact[t]
        witness = cert.witness(t)
        if witness is not None:
            found = cert.check(*witness)
            assert found.broken[t]
            assert found.cost is not None
            assert found.cost <= cert.radius_upper[t] + 1
    if cert.collective is not None:
        for r in range(cert.max_flips + 1):
            within = leads[price <= r]
            surely, maybe = (within < -tolerance), (within <= tolerance)
            assert cert.collective.broken_upper[r] >= surely.sum(axis=1).max()
            assert cert.collective.broken_lower[r] <= maybe.sum(axis=1).max()


@pytest.mark.parametrize("learner", ["C", "ridge"])
@pytest.mark.parametrize("seed", range(40))
def test_two_classes_against_brute_force(seed, learner):
    crowd = random_voters(seed, learner)
    check(crowd, crowd.certify(collective=seed % 3 == 0))


@pytest.mark.parametrize("learner", ["C", "ridge"])
@pytest.mark.parametrize("seed", range(20))
def test_three_classes_against_brute_force(seed, learner):
    crowd = random_voters(100 + seed, learner, classes=3)
    check(crowd, crowd.certify(collective=seed % 3 == 0))


def test_no_time_proves_nothing_wrong():
    for seed in range(6):
        crowd = random_voters(seed)
        cert = crowd.certify(time_limit=0)
        leads, price, tolerance = leads_of_truth(
            crowd, np.asarray(cert.prediction), prices_of_votes(crowd)
        )
        for t in range(3):
            for r in range(int(cert.radius[t]) + 1):
                assert leads[price <= r][:, t].min() > -tolerance


def test_a_vote_counts_only_where_it_decides():
    """2 : 1 falls to one annotator of the two, 3 : 0 to none, a tie to the one who won it."""
    votes = lc.datasets.majority(
        [
            {"ann": "spam", "bob": "spam", "cleo": "ham"},
            {"ann": "ham", "bob": "ham", "cleo": "ham"},
            {"bob": "spam", "cleo": "ham"},
            {"ann": "spam"},
        ]
    )
    assert votes.labels.tolist() == ["spam", "ham", "ham", "spam"]
    threat = lc.ThreatModel(budget=0, votes=votes.ballots, bad_annotators=1)
    space = threat.relabel_space(votes.labels, np.array(["ham", "spam"]))
    # Changes are row * 2 + class: ann turns rows 0 and 3, cleo row 2 (to spam). Bob turns row 0,
    # and not row 2: there his vote is for spam already. That is less than ann can do.
    assert {tuple(free.tolist()) for free in space.free_changes} == {(0, 6), (5,)}
    two = replace(threat, bad_annotators=2)
    sets = two.relabel_space(votes.labels, np.array(["ham", "spam"])).free_changes
    assert {tuple(free.tolist()) for free in sets} == {(0, 3, 5, 6)}  # ann and cleo


def test_one_bad_annotator_is_weaker_than_a_bad_group():
    """Where every row has one vote the annotators are groups."""
    rng = np.random.default_rng(0)
    points, tests = rng.standard_normal((12, 3)), rng.standard_normal((6, 3))
    labels, who = (points[:, 0] > 0).astype(int), rng.integers(0, 4, 12)
    gram, cross = points @ points.T, tests @ points.T
    groups = lc.ThreatModel(budget=2, groups=who, bad_groups=1)
    votes = [{int(name): int(label)} for name, label in zip(who, labels, strict=True)]
    voted = lc.ThreatModel(budget=2, votes=votes, bad_annotators=1)
    for learner in ({"C": 1.0}, {"ridge": 0.5}):
        one, other = (
            lc.certify(gram, cross, labels, threat=threat, **learner) for threat in (groups, voted)
        )
        assert one.radius.tolist() == other.radius.tolist()
        assert one.exact.all()
        assert other.exact.all()
    more = [{**vote, 10: vote[who], 11: vote[who]} for vote, who in zip(votes, who, strict=True)]
    safe = lc.certify(
        gram, cross, labels, C=1.0, threat=replace(voted, votes=more)
    )  # nobody decides a label alone
    plain = lc.certify(gram, cross, labels, C=1.0, max_flips=2)
    assert safe.radius.tolist() == plain.radius.tolist()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"votes": None}, "bad_annotators needs votes"),
        ({"votes": [{"a": 1}]}, "votes has 1 entries for 3 labels"),
        ({"votes": [["a"], {}, {}]}, "votes holds \\['a'\\] for label 0"),
        ({"votes": [{"a": 0}, {}, {}]}, "label 0 is 1 and the majority of its votes is 0"),
        ({"votes": [{"a": 7}, {}, {}]}, "votes names the label 7"),
        ({"bad_annotators": -1}, "bad_annotators"),
        ({"bad_annotators": 1.5}, "bad_annotators"),
        ({"groups": [1, 2, 3], "bad_groups": 1}, "does not go with bad_groups"),
    ],
)
def test_wrong_votes(change, told):
    threat = lc.ThreatModel(budget=1, votes=[{"a": 1}, {"a": 0}, {}], bad_annotators=1)
    with pytest.raises(lc.InputError, match=told):
        lc.certify(np.eye(3), np.ones((1, 3)), [1, 0, 1], C=1.0, threat=replace(threat, **change))


def test_flips_beside_votes_need_two_classes():
    threat = lc.ThreatModel(budget=1, votes=[{"a": 0}, {"a": 1}, {"a": 2}], bad_annotators=1)
    with pytest.raises(lc.InputError, match="budget must be 0"):
        lc.certify(np.eye(3), np.ones((1, 3)), [0, 1, 2], C=1.0, threat=threat)


def test_too_many_choices(monkeypatch):
    monkeypatch.setattr(vote_choices, "MOST_CHOICES", 5)
    votes = [{f"a{k}": 1 for k in range(4)}, {"a0": 0}]
    threat = lc.ThreatModel(budget=0, votes=votes, bad_annotators=2)
    with pytest.raises(lc.InputError, match="are 6 choices, more than 5"):
        lc.certify(np.eye(2), np.ones((1, 2)), [1, 0], C=1.0, threat=threat)


def test_what_does_not_go_with_it():
    rows, labels = np.eye(4), [0, 1, 0, 1]
    votes = [{"a": label} for label in labels]
    threat = lc.ThreatModel(budget=0, votes=votes, bad_annotators=1)
    with pytest.raises(lc.InputError, match="bad_annotators does not go with certify_linear"):
        lc.certify_linear(rows, rows, labels, ridge=1.0, threat=threat)
    with pytest.raises(lc.InputError, match="bad_annotators is not available in advise"):
        lc.advise(rows, rows, labels, C=1.0, threat=threat, k=1)
    with pytest.raises(lc.InputError, match="worst_margins"):
        lc.certify(rows, rows, labels, C=1.0, threat=threat, worst_margins=True)


def test_the_certificate_says_annotators_and_is_read_again(tmp_path):
    crowd = random_voters(4, "ridge")
    cert = crowd.certify()
    again = lc.Certificate.from_json(cert.to_json())
    assert again.bad_groups == cert.bad_groups > 0
    assert again.bad_what == "annotator"
    clf = lc.LabelCertifier(kernel=lc.kernels.Linear(), ridge=1.0, threat=lc.ThreatModel(
        budget=0, votes=[{"a": 0}, {"a": 1, "b": 1}, {"b": 0}], bad_annotators=1
    ))  # fmt: skip
    clf.fit(np.array([[1.0, 0], [0, 1], [1, 1]]), [0, 1, 0])
    clf.save(tmp_path / "model.npz")
    loaded = lc.LabelCertifier.load(tmp_path / "model.npz")
    rows = np.array([[1.0, 0.2], [0.1, 1]])
    assert loaded.certify(rows).radius.tolist() == clf.certify(rows).radius.tolist()
