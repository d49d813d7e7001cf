"""More than two classes through `certify`: equal to brute force over all relabelings."""

from itertools import product

import numpy as np
import pytest

import labelcert as lc
from oracles.trained_classes import TOLERANCE, Trained, check, count, make


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("C", [0.01, 0.3, 10.0])
def test_equals_brute_force(seed, C):
    gram, cross, labels = make(seed)
    cert = lc.certify(gram, cross, labels, C=C, max_flips=5)
    check(cert, Trained(gram, cross, range(3), C), labels)


@pytest.mark.parametrize("seed", range(3))
def test_four_classes_one_of_them_without_a_label(seed):
    gram, cross, labels = make(seed)
    cert = lc.certify(gram, cross, labels, C=0.5, max_flips=3, classes=[3, 0, 1, 2])
    assert cert.decision.shape == (3, 4)
    check(cert, Trained(gram, cross, [3, 0, 1, 2], 0.5), labels)


@pytest.mark.parametrize("seed", range(6))
def test_ridge_equals_brute_force(seed):
    gram, cross, labels = make(seed)
    cert = lc.certify(gram, cross, labels, ridge=0.4, max_flips=5)
    check(cert, Trained(gram, cross, range(3), ridge=0.4), labels)


COSTS, GROUPS = np.array([1, 2, 1, 3, 1]), np.array(list("abaab"))
THREATS = {
    "trusted": (
        lc.ThreatModel(2, trusted=[0, 3]),
        lambda old, new: None if (old != new)[[0, 3]].any() else count(old, new),
    ),
    "costs": (lc.ThreatModel(3, costs=COSTS), lambda old, new: int(COSTS[old != new].sum())),
    "pairs": (
        lc.ThreatModel(3, directions=[(0, 1), (1, 2), (2, 1)]),
        lambda old, new: (
            count(old, new)
            if {(a, b) for a, b in zip(old, new, strict=True) if a != b} <= {(0, 1), (1, 2), (2, 1)}
            else None
        ),
    ),
    "groups": (
        lc.ThreatModel(3, groups=list(GROUPS), group_budgets={"a": 1}),
        lambda old, new: None if (old != new)[GROUPS == "a"].sum() > 1 else count(old, new),
    ),
    "all": (
        lc.ThreatModel(
            4, costs=COSTS, groups=list(GROUPS), group_budgets=2, trusted=[4], directions=[(0, 1)]
        ),
        lambda old, new: (
            None
            if new[4] != old[4]
            or any((COSTS * (old != new))[g == GROUPS].sum() > 2 for g in "ab")
            or not {(a, b) for a, b in zip(old, new, strict=True) if a != b} <= {(0, 1)}
            else int(COSTS[old != new].sum())
        ),
    ),
}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", THREATS)
@pytest.mark.parametrize("learner", [{"C": 0.01}, {"C": 1.0}, {"ridge": 0.5}])
def test_threat_models(seed, name, learner):
    gram, cross, labels = make(seed)
    threat, cost_of = THREATS[name]
    cert = lc.certify(gram, cross, labels, threat=threat, **learner)
    check(cert, Trained(gram, cross, range(3), **learner), labels, cost_of)


@pytest.mark.parametrize("C", [0.02, 1.0])
def test_collective_equals_brute_force(C):
    for seed in range(3):
        gram, cross, labels = make(seed, m=6)
        cert = lc.certify(gram, cross, labels, C=C, max_flips=3, collective=True)
        alone = lc.certify_collective(gram, cross, labels, C=C, max_flips=3)
        trained = Trained(gram, cross, range(3), C)
        low, high = np.zeros(4, int), np.zeros(4, int)
        for new in product(range(3), repeat=5):
            cost = count(labels, np.array(new))
            lead = trained.lead(np.array(new), cert.prediction)
            low[cost:] = np.maximum(low[cost:], (lead < -TOLERANCE).sum())
            high[cost:] = np.maximum(high[cost:], (lead <= TOLERANCE).sum())
        for found in (cert.collective, alone):
            assert found.exact
            assert (low <= found.broken_lower).all()
            assert (found.broken_lower <= high).all()
            for r in range(4):
                attack = found.witness(r)
                relabeled = labels.copy()
                relabeled[attack.indices] = attack.labels
                assert attack.indices.tolist() == found.flip_sets[r].tolist()
                assert len(attack.indices) <= r
                broken = trained.lead(relabeled, cert.prediction) <= TOLERANCE
                assert broken.sum() >= found.broken_lower[r]


def test_ties_are_broken_without_a_flip():
    # Three orthogonal points, one a class; test points see none, all, or one and two of them.
    cross = [[0.0, 0.0, 0.0], [1.0, 1.0, 1.0], [2.0, 1.0, 1.0], [2.0, 2.0, 1.0]]
    cert = lc.certify(np.eye(3), cross, list("abc"), C=1.0, max_flips=1, collective=True)
    assert cert.radius.tolist() == [-1, -1, 0, -1]
    assert cert.exact.all()
    assert cert.prediction[2] == "a"
    assert cert.broken_by[0] == "training"
    assert cert.witness(1).indices.tolist() == []
    assert cert.witness(1).labels.tolist() == []
    assert cert.collective.broken_lower.tolist() == [3, 4]


def test_texts_integers_and_the_order_of_classes_do_not_matter():
    gram, cross, labels = make(4, n=6, m=5)
    by_number = lc.certify(gram, cross, labels, C=0.7, max_flips=3)
    names = np.array(["hat", "bag", "tie"])
    by_text = lc.certify(gram, cross, names[labels], C=0.7, max_flips=3)
    mixed = lc.certify(gram, cross, labels, C=0.7, max_flips=3, classes=[2, 0, 1])
    assert by_text.prediction.tolist() == names[by_number.prediction].tolist()
    assert by_text.classes.tolist() == ["bag", "hat", "tie"]
    assert by_number.radius.tolist() == by_text.radius.tolist() == mixed.radius.tolist()
    assert mixed.prediction.tolist() == by_number.prediction.tolist()
    np.testing.assert_allclose(mixed.decision, by_number.decision[:, [2, 0, 1]])
    for witness in by_text.witnesses:
        assert witness is None or set(witness.labels) <= set(names)


def test_relaxed_is_sound_and_its_gap_is_told():
    compared = 0
    for seed in range(6):
        gram, cross, labels = make(seed, n=6, m=5)
        for learner in ({"C": 0.01}, {"C": 1.0}, {"ridge": 0.5}):
            exact = lc.certify(gram, cross, labels, max_flips=4, **learner)
            relaxed = lc.certify(gram, cross, labels, max_flips=4, relaxed=True, **learner)
            assert (exact.relaxed, relaxed.relaxed) == (False, True)
            assert (relaxed.radius <= exact.radius).all()
            assert (relaxed.radius_upper >= exact.radius).all()
            if relaxed.relaxed_radius is None:  # all relabelings were few enough to try
                assert relaxed.exact.all()
                continue
            assert (relaxed.relaxed_radius <= exact.radius).all()
            gap = relaxed.relaxation_gap
            below = float((exact.radius - relaxed.relaxed_radius).mean())
            assert gap.mean_low <= below <= gap.mean_high
            assert f"of {gap.compared} radii" in repr(relaxed)
            compared += gap.compared
    assert compared >= 30


def test_the_relaxation_takes_each_class_alone():
    rng = np.random.default_rng(59)
    points, tests = rng.standard_normal((12, 6)), rng.standard_normal((6, 6))
    labels = rng.integers(0, 3, 12)
    labels[:3] = range(3)
    gram, cross = points @ points.T, tests @ points.T
    cert = lc.certify(gram, cross, labels, ridge=5.0, max_flips=5)
    weights = cross @ np.linalg.inv(gram + 5.0 * np.eye(12))
    for t, predicted in enumerate(cert.prediction):
        worst = {}
        for k in range(3):
            # Flips of class k's ±1 labels: down for the predicted class, up for a rival.
            terms = weights[t] * np.where(labels == k, 1.0, -1.0)
            side = 1 if k == predicted else -1
            gains = np.maximum(np.sort(2 * side * terms)[::-1], 0)
            worst[k] = terms.sum() - side * np.append(0.0, np.cumsum(gains))
        rivals = [worst[k] for k in range(3) if k != predicted]
        robust = worst[predicted] > np.max(rivals, axis=0)
        assert cert.relaxed_radius[t] == min(int(np.argmin(robust)) - 1, 5)
    gap = cert.relaxation_gap
    assert gap.settled < gap.compared  # the same label cannot leave for one class and join another
    assert gap.mean_low == gap.mean_high > 0


def test_two_classes_are_exact_whatever_is_asked_for():
    gram, cross, labels = make(0)
    two = np.minimum(labels, 1)
    exact = lc.certify(gram, cross, two, C=1.0, max_flips=3, collective=True)
    relaxed = lc.certify(gram, cross, two, C=1.0, max_flips=3, collective=True, exactness="relaxed")
    assert relaxed.radius.tolist() == exact.radius.tolist()
    assert relaxed.exact.all()
    assert (relaxed.exactness, relaxed.relaxed_radius, relaxed.relaxation_gap) == (
        "exact",
        None,
        None,
    )
    attack = exact.collective.witness(1)
    assert attack.labels.tolist() == (1 - two[attack.indices]).tolist()


def test_no_test_points_and_no_budget():
    gram, cross, labels = make(1)
    none = lc.certify(gram, cross[:0], labels, C=1.0, max_flips=2, collective=True)
    assert none.decision.shape == (0, 3)
    assert len(none.to_frame()) == 0
    assert lc.Certificate.from_json(none.to_json()).decision.shape == (0, 3)
    zero = lc.certify(gram, cross, labels, C=1.0, max_flips=0, collective=True)
    assert zero.radius.tolist() == [0, 0, 0]
    assert zero.collective.broken_upper.tolist() == [0]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"worst_margins": True}, "worst_margins is not available for 3 classes"),
        ({"exactness": "sloppy"}, "exactness='sloppy' is unknown"),
        ({"relaxed": "sloppy"}, "relaxed is 'sloppy': pass True or False"),
        ({"relaxed": True, "exactness": "exact"}, "contradict"),
        ({"classes": [0, 1]}, "classes other than"),
        ({"classes": [0, 1, 2, 2]}, "two different classes"),
        ({"classes": [[0, 1, 2]]}, "classes is nested"),
        ({"classes": [0]}, "two different classes"),
        ({"threat": lc.ThreatModel(1, directions=[(0, 3)])}, "directions names the label 3"),
        ({"threat": lc.ThreatModel(1, directions=[(0, 1, 2)])}, "directions contains (0, 1, 2)"),
        ({"threat": lc.ThreatModel(1, trusted=[5])}, "trusted contains 5"),
        ({"engine": "magic"}, "engine='magic'"),
        ({"engine": "paper_milp", "relaxed": True}, "leave the engine to 'auto'"),
        ({"C": None, "ridge": 1.0, "engine": "enumeration"}, "kernel SVM"),
    ],
)
def test_bad_input_is_told_in_one_sentence(changes, message):
    gram, cross, labels = make(0)
    given = {"C": 1.0, "max_flips": None if "threat" in changes else 1} | changes
    with pytest.raises(lc.InputError) as caught:
        lc.certify(gram, cross, labels, **given)
    text = str(caught.value)
    assert message in text
    assert "\n" not in text
    assert text.endswith(".")
    if not {"worst_margins"} & set(changes):
        with pytest.raises(lc.InputError, match=r"."):
            lc.certify_collective(gram, cross, labels, **given)


def test_advice_on_many_classes():
    gram, cross, labels = make(2, n=6, m=8)
    advice = lc.advise(gram, cross, labels, C=1.0, max_flips=2, budget=1, k=2)
    assert len(advice.steps) > 0
    trusted = advice.chosen.tolist()
    direct = lc.certify(gram, cross, labels, C=1.0, threat=lc.ThreatModel(2, trusted=trusted))
    assert advice.after.radius.tolist() == direct.radius.tolist()
    assert advice.after.prediction.tolist() == direct.prediction.tolist()
    assert advice.after.relaxation_gap is None
    frame = lc.influential_labels(advice.before)
    assert frame["count"].sum() == sum(len(w.indices) for w in advice.before.witnesses if w)
