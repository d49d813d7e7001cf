"""Advice against certifying every choice: each greedy step is the best over all labels."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

import labelcert as lc
from labelcert.certificates.run import again
from labelcert.certificates.run.certified import certificate_of


def make(seed, n=7, m=5):
    rng = np.random.default_rng(seed)
    points, tests = rng.standard_normal((n, 3)), rng.standard_normal((m, 3))
    y = rng.choice([-1, 1], n)
    y[:2] = [-1, 1]
    return points @ points.T, tests @ points.T, y


def value(certificate, budget):
    return int((certificate.radius >= budget).sum()), int(certificate.radius.sum())


def trusting(problem, threat, trusted, learner):
    bigger = replace(threat, trusted=(*threat.trusted, *trusted))
    return lc.certify(*problem, threat=bigger, **learner)


THREATS = [
    lc.ThreatModel(3),
    lc.ThreatModel(4, costs=[1, 2, 1, 3, 1, 2, 1]),
    lc.ThreatModel(3, trusted=[0], directions=[(1, -1)]),
    lc.ThreatModel(3, groups=list("abababc"), group_budgets={"a": 1, "b": 2}),
]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("threat", THREATS, ids=["plain", "costs", "direction", "groups"])
@pytest.mark.parametrize("learner", [{"C": 1.0}, {"ridge": 0.5}], ids=["svm", "ridge"])
def test_each_step_is_the_best_over_all_labels(seed, threat, learner):
    problem = make(seed)
    budget = 1 + seed % 3
    advice = lc.advise(*problem, threat=threat, k=4, budget=budget, **learner)
    assert advice.exact
    trusted = []
    for step in advice.steps:
        now = value(trusting(problem, threat, trusted, learner), budget)
        all_of_them = [
            value(trusting(problem, threat, [*trusted, j], learner), budget) for j in range(7)
        ]
        best = max(all_of_them)
        assert step.gained == (best > now)
        assert all_of_them[step.index] == best
        if step.gained:
            assert step.index == all_of_them.index(best)
        assert step.label == problem[2][step.index]
        assert (step.ratio_before, step.ratio_after) == (now[0] / 5, best[0] / 5)
        assert (step.mean_radius_before, step.mean_radius_after) == (now[1] / 5, best[1] / 5)
        trusted.append(step.index)
    if advice.stopped:
        assert advice.stopped == "nothing left to gain"
        assert len(advice.steps) < 4
        left = trusting(problem, threat, trusted, learner)
        assert set(left.radius.tolist()) <= {-1, threat.budget}


@pytest.mark.parametrize("seed", range(6))
def test_the_certificate_after_is_that_of_trusting_the_chosen(seed):
    problem, threat = make(seed), lc.ThreatModel(4)
    advice = lc.advise(*problem, C=0.5, max_flips=4, k=3, budget=2)
    fresh = trusting(problem, threat, advice.chosen.tolist(), {"C": 0.5})
    assert np.array_equal(advice.after.radius, fresh.radius)
    assert np.array_equal(advice.after.radius_upper, fresh.radius_upper)
    chosen = set(advice.chosen.tolist())
    assert len(chosen) == len(advice.steps) > 0
    for witness in advice.after.witnesses:
        assert witness is None or chosen.isdisjoint(witness.indices.tolist())
    ratios = advice.ratio_curves
    assert ratios.shape == (len(advice.steps) + 1, 5)
    assert (np.diff(ratios, axis=0) >= 0).all()
    assert ratios[0].tolist() == [advice.before.certified_ratio(r) for r in range(5)]
    assert ratios[-1].tolist() == [fresh.certified_ratio(r) for r in range(5)]


def test_a_step_without_a_gain_takes_the_most_frequent_label_and_goes_on():
    # One test point that either of two labels breaks alone: both must be verified.
    gram = np.eye(4)
    cross = np.array([[1.0, 1.0, 0.5, 0.3]])
    y = np.array([1, 1, -1, -1])
    advice = lc.advise(gram, cross, y, ridge=1.0, max_flips=1, k=5)
    assert [step.gained for step in advice.steps] == [False, True]
    assert sorted(advice.chosen.tolist()) == [0, 1]
    assert advice.ratio_curves[:, 1].tolist() == [0.0, 0.0, 1.0]
    assert advice.stopped == "nothing left to gain"


def test_what_earlier_steps_proved_is_used_and_right(monkeypatch):
    """Fewer test points are certified than candidates × points, and the answer is the same."""
    certified = []

    def counting(given, *args, **options):
        certified.append(len(given.cross))
        return certificate_of(given, *args, **options)

    monkeypatch.setattr(again, "certificate_of", counting)
    problem = make(1, m=12)
    advice = lc.advise(*problem, C=1.0, max_flips=3, k=4)
    assert len(advice.steps) == 4
    assert certified[0] == 12
    assert sum(certified[1:]) < 4 * 7 * 12 / 3


def test_no_test_points_and_nothing_to_break():
    gram, _, y = make(0)
    none = lc.advise(gram, np.zeros((0, 7)), y, C=1.0, max_flips=2)
    assert none.stopped == "nothing left to gain"
    assert none.steps == ()
    assert json.loads(none.to_json())["ratio_curves"] == [[None] * 3]
    safe = lc.advise(*make(0), C=1.0, threat=lc.ThreatModel(2, trusted=range(7)))
    assert safe.steps == ()
    assert safe.after is safe.before


def test_a_time_limit_keeps_what_is_found():
    advice = lc.advise(*make(2), C=1.0, max_flips=3, time_limit=0.0)
    assert advice.stopped == "time limit"
    assert advice.steps == ()
    assert (advice.after.radius == advice.before.radius).all()


@pytest.mark.parametrize("how", ["raised", "told"])
def test_an_interrupt_keeps_the_steps_before_it(monkeypatch, how):
    plain = lc.advise(*make(1, m=8), C=1.0, max_flips=3, k=3)
    calls = []

    def nervous(given, *args, **options):
        calls.append(int((~given.space.alternatives.any(axis=1)).sum()))  # trusted labels
        certificate = certificate_of(given, *args, **options)
        if calls[-1] < 2:
            return certificate
        if how == "raised":
            raise KeyboardInterrupt
        return replace(certificate, stopped="interrupted")

    monkeypatch.setattr(again, "certificate_of", nervous)
    advice = lc.advise(*make(1, m=8), C=1.0, max_flips=3, k=3)
    assert advice.stopped == "interrupted"
    assert calls.count(2) == 1
    assert advice.steps[0] == plain.steps[0]
    assert [step.complete for step in advice.steps] == [True, False][: len(advice.steps)]
    assert advice.exact == (len(advice.steps) == 1)
    assert (advice.after.radius <= advice.after.radius_upper).all()


def test_less_proven_later_never_lowers_what_was_proven(monkeypatch):
    """Certificates that prove nothing any more, as after a time limit, lose nothing."""

    def forgetful(given, *args, **options):
        certificate = certificate_of(given, *args, **options)
        if given.space.alternatives.any(axis=1).all():
            return certificate  # nothing is trusted yet
        return replace(certificate, radius=np.minimum(certificate.radius, 0))

    monkeypatch.setattr(again, "certificate_of", forgetful)
    advice = lc.advise(*make(3, m=8), C=1.0, max_flips=3, k=3)
    assert len(advice.steps) == 3
    assert not advice.exact
    assert (np.diff(advice.ratio_curves, axis=0) >= 0).all()
    assert (advice.after.radius >= advice.before.radius).all()


def test_json_frame_and_repr():
    advice = lc.advise(*make(4), C=1.0, max_flips="50%", k=2)
    document = json.loads(advice.to_json())
    assert document["format"] == "labelcert advice"
    assert [step["index"] for step in document["steps"]] == advice.chosen.tolist()
    assert document["ratio_curves"] == advice.ratio_curves.tolist()
    after = lc.Certificate.from_json(json.dumps(document["after"]))
    assert np.array_equal(after.radius, advice.after.radius)
    frame = advice.to_frame()
    assert frame["step"].tolist() == [1, 2]
    assert frame["index"].tolist() == advice.chosen.tolist()
    assert str(advice.chosen.tolist()) in repr(advice)
    assert lc.advise(*make(4), C=1.0, max_flips=3, k=2, n_jobs=1).to_frame().equals(frame)


def test_string_labels_and_given_classes():
    gram, cross, y = make(5)
    names = np.where(y > 0, "ham", "spam")
    advice = lc.advise(gram, cross, names, C=1.0, max_flips=2, k=1, classes=["spam", "ham"])
    assert advice.steps[0].label in ("ham", "spam")
    assert advice.chosen.tolist() == lc.advise(
        gram, cross, y, C=1.0, max_flips=2, k=1
    ).chosen.tolist()  # fmt: skip


def test_the_engine_and_its_solver_are_passed_on(monkeypatch):
    asked = []

    def noting(given, settings, *args, **options):
        asked.append((settings.engine, settings.solver))
        plain = replace(settings, engine="auto", solver="highs")
        return certificate_of(given, plain, *args, **options)

    monkeypatch.setattr(again, "certificate_of", noting)
    lc.advise(*make(1), C=1.0, max_flips=2, k=1, engine="paper_milp", solver="gurobi")
    assert len(asked) > 1
    assert set(asked) == {("paper_milp", "gurobi")}


@pytest.mark.parametrize("engine", ["enumeration", "branch_and_bound", "paper_milp"])
def test_every_engine_gives_the_same_advice(engine):
    problem = make(3, n=5, m=2)
    advice = lc.advise(*problem, C=1.0, max_flips=2, k=1, budget=1, engine=engine, n_jobs=1)
    expected = lc.advise(*problem, C=1.0, max_flips=2, k=1, budget=1)
    assert advice.exact
    assert len(advice.steps) == 1
    for step, other in zip(advice.steps, expected.steps, strict=True):
        assert (step.ratio_before, step.ratio_after) == (other.ratio_before, other.ratio_after)
    assert np.array_equal(advice.before.radius, expected.before.radius)
    named = {name for name in advice.after.proven_by if name} - {"training"}
    assert named <= {engine, engine.replace("_", " ")}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"k": 0}, "k=0"),
        ({"k": 1.5}, "k=1.5"),
        ({"k": True}, "k=True"),
        ({"budget": 4}, "budget=4 is above"),
        ({"budget": -1}, "budget=-1"),
        ({"budget": "x"}, "budget='x'"),
        ({"max_flips": None}, "max_flips is missing"),
        ({"max_flips": -1}, "max_flips=-1"),
        ({"max_flips": "x", "budget": 1}, "max_flips='x'"),
        ({"threat": lc.ThreatModel(1)}, "pass one of them"),
        ({"C": None}, "either C"),
        ({"time_limit": -1}, "time_limit"),
        ({"n_jobs": 0}, "n_jobs"),
        ({"engine": "guess"}, "engine='guess'"),
        ({"solver": "guess"}, "solver='guess'"),
        ({"C": None, "ridge": 1.0, "engine": "enumeration"}, "for the kernel SVM"),
    ],
)
def test_bad_input(options, words):
    with pytest.raises(lc.InputError, match=words):
        lc.advise(*make(0), **{"C": 1.0, "max_flips": 3} | options)
