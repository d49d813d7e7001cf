"""What users hand to `certify` is what they mean, or one sentence says why not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

import labelcert as lc
from intake.small_problems import problem, radii

ONE = {"C": 1.0, "n_jobs": 1}


def run(gram, cross, labels, **changes):
    return lc.certify(gram, cross, labels, **{**ONE, "max_flips": 2, **changes})


@pytest.mark.parametrize(
    "missing", [None, float("nan"), pd.NA, pd.NaT], ids=["None", "NaN", "NA", "NaT"]
)
def test_a_missing_label_is_told_and_never_trained_on(missing):
    gram, cross, _ = problem(2)
    labels = ["good", "good", missing, "good", "bad", "bad", "bad", "bad"]
    for form in (list, lambda x: np.array(x, dtype=object), pd.Series):
        with pytest.raises(lc.InputError, match="labels has a missing value at position 2"):
            run(gram, cross, form(labels))
        with pytest.raises(lc.InputError, match="y has a missing value at position 2"):
            lc.learners.KernelSVM().fit(gram, form(labels))
        with pytest.raises(lc.InputError, match="y has a missing value at position 2"):
            lc.learners.KernelRidge().fit(gram, form(labels))
        graph = lc.Graph(gram, None, form(labels))
        assert graph.classes.tolist() == ["bad", "good"]
        split = lc.datasets.split(form(labels), per_class=1)
        assert sorted([*split.labeled, *split.test]) == [0, 1, 3, 4, 5, 6, 7]
        with pytest.raises(lc.InputError, match="labels holds the text ''"):
            run(gram, cross, graph.labels)
        with pytest.raises(lc.InputError, match="nodes contains 2, which has no label"):
            lc.tune(gram, range(8), [lc.kernels.MLP()], labels=form(labels))
        threat = lc.ThreatModel(2, groups=form(labels), group_budgets=1)
        with pytest.raises(lc.InputError, match="groups has a missing value at position 2"):
            run(gram, cross, np.repeat([0, 1], 4), max_flips=None, threat=threat)


def test_frames_are_aligned_by_name():
    gram, cross, y = problem(1)
    names = list("hcbfagde")
    G, K = pd.DataFrame(gram, names, names), pd.DataFrame(cross, list("vwxy"), names)
    labels, costs = pd.Series(y, names), pd.Series([1, 2, 1, 1, 2, 1, 1, 3], names)
    groups, mask = pd.Series(list("aabbaabb"), names), pd.Series([True] + [False] * 7, names)
    truth = radii(gram, cross, y, 1.0, 3)

    def attacker(order):
        return lc.ThreatModel(
            4, costs=costs[order], groups=groups[order], group_budgets=2, trusted=mask[order]
        )

    by_position = lc.certify(gram, cross, y, **ONE, threat=attacker(names).in_order_of(None))
    alphabetical = sorted(names)
    assert gram.tolist() != G.loc[alphabetical, alphabetical].to_numpy().tolist()
    for order in (names, alphabetical):
        for columns in (names, alphabetical):
            cert = run(G[order], K[columns], labels[order], max_flips=3)
            assert cert.radius.tolist() == truth
            assert cert.labels.tolist() == y.tolist()
            cert = lc.certify(G[order], K[columns], labels, **ONE, threat=attacker(columns))
            assert cert.radius.tolist() == by_position.radius.tolist()
            advice = lc.advise(G[order], K[columns], labels[order], **ONE, threat=attacker(order))
            assert advice.before.radius.tolist() == by_position.radius.tolist()
            for step in advice.steps:
                assert step.label == y[step.index]
    for wrong in (
        lambda: run(gram, K[alphabetical], labels),
        lambda: run(G, K.rename(columns={"h": "z"}), labels),
        lambda: run(G, K, labels.rename({"h": "z"})),
        lambda: run(gram, cross, y, max_flips=None, threat=lc.ThreatModel(
            1, costs=costs, groups=groups[alphabetical], group_budgets=1)),
    ):  # fmt: skip
        with pytest.raises(lc.InputError, match=r"order|no entry named"):
            wrong()


def test_learners_align_by_name_too():
    gram, cross, y = problem(1)
    names = list("hcbfagde")
    alphabetical = sorted(names)
    G, K = pd.DataFrame(gram, names, names), pd.DataFrame(cross, columns=names)
    for learner in (lc.learners.KernelSVM(C=1.0), lc.learners.KernelRidge(ridge=1.0)):
        plain = learner.fit(gram, y).decision_function(cross)
        named = learner.fit(G[alphabetical], pd.Series(y, names)[alphabetical])
        np.testing.assert_array_equal(named.decision_function(K[alphabetical]), plain)


def test_graphs_align_by_name():
    names = list("cab")
    features = pd.DataFrame({"x": [1.0, 2.0, 3.0]}, names)
    edges = pd.DataFrame([[0, 1, 0], [1, 0, 0], [0, 0, 0]], names, names)
    labels = pd.Series(["u", "v", "w"], names)
    plain = lc.Graph(features.to_numpy(), edges.to_numpy(), labels.tolist())
    order = sorted(names)
    named = lc.Graph(features, edges.loc[order, order], labels[order])
    assert named.adjacency.toarray().tolist() == plain.adjacency.toarray().tolist()
    assert named.labels.tolist() == plain.labels.tolist() == ["u", "v", "w"]
    columns_only = lc.Graph(features, edges[order], labels)
    assert columns_only.adjacency.toarray().tolist() == plain.adjacency.toarray().tolist()


def test_labels_of_every_kind_give_the_same_certificate():
    gram, cross, y = problem(5)
    plain = run(gram, cross, np.where(y == 1, "spam", "ham"))
    for labels in (
        np.where(y == 1, b"spam", b"ham"),
        np.where(y == 1, "spam", "ham").astype(np.dtypes.StringDType()),
        pd.Series(np.where(y == 1, "spam", "ham"), dtype="category"),
        np.where(y == 1, "spam", "ham").astype(object),
    ):
        cert = run(gram, cross, labels)
        assert cert.radius.tolist() == plain.radius.tolist()
        assert cert.prediction.tolist() == plain.prediction.tolist()
        again = lc.Certificate.from_json(cert.to_json())
        assert again.classes.tolist() == ["ham", "spam"]
        one_way = lc.ThreatModel(2, directions=[("ham", "spam")])
        bytes_too = lc.ThreatModel(2, directions=[(b"ham", b"spam")])
        assert (
            run(gram, cross, labels, max_flips=None, threat=one_way).radius.tolist()
            == run(gram, cross, labels, max_flips=None, threat=bytes_too).radius.tolist()
        )


def test_large_integers_are_two_classes():
    gram, cross, y = problem(5)
    near = np.array([2**63, 2**63 + 1], dtype=np.uint64)[y]
    for labels in (near, near.astype(object), [int(v) for v in near]):
        cert = run(gram, cross, labels)
        assert cert.classes.tolist() == [2**63, 2**63 + 1]
        assert cert.radius.tolist() == run(gram, cross, y).radius.tolist()


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda g, c: (np.ma.masked_less(g, 0.1), c), "gram has a masked entry"),
        (lambda g, c: (g, np.ma.masked_greater(c, 0.5)), "cross has a masked entry"),
        (lambda g, c: (g + 1j * np.eye(8), c), "gram holds values of type complex128"),
        (lambda g, c: (g, c.astype(complex)), "cross holds values of type complex128"),
        (lambda g, c: (sparse.csr_array(g), c), "gram is a sparse matrix"),
        (lambda g, c: (g, sparse.coo_matrix(c)), "cross is a sparse matrix"),
        (lambda g, c: (g.astype(str), c), "gram holds text"),
        (lambda g, c: (g, c.astype(str).tolist()), "cross holds text"),
    ],
)
def test_kernels_that_are_no_real_matrix_are_refused(spoil, told):
    gram, cross, y = problem(17)
    for call in (run, lambda g, c, y: lc.learners.KernelSVM().fit(g, y).predict(c)):
        with pytest.raises(lc.InputError, match=told):
            call(*spoil(gram, cross), y)


def test_a_kernel_in_32_bits_is_taken():
    gram, cross, y = problem(17)
    assert len(run(gram.astype(np.float32), cross.astype(np.float32), y).radius) == 4


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"C": True}, "C=True"),
        ({"C": "1"}, "C='1'"),
        ({"C": 1j}, "C=1j"),
        ({"C": None, "ridge": True}, "ridge=True"),
        ({"C": None, "ridge": "0.5"}, "ridge='0.5'"),
        ({"max_flips": True}, "max_flips=True"),
        ({"time_limit": "60"}, "time_limit='60'"),
        ({"time_limit": True}, "time_limit=True"),
        ({"point_time_limit": "1"}, "point_time_limit='1'"),
        ({"n_jobs": 1.5}, "n_jobs=1.5"),
        ({"n_jobs": True}, "n_jobs=True"),
        ({"collective": "no"}, "collective is 'no'"),
        ({"worst_margins": "False"}, "worst_margins is 'False'"),
        ({"classes": ["0", "1"]}, "classes holds text and labels integers"),
        ({"classes": {0, 1}}, "no order"),
        ({"classes": [0, None]}, "missing value"),
        ({"classes": [0, "1"]}, "mixes types"),
    ],
)
def test_numbers_flags_and_classes_are_what_they_are(changes, told):
    gram, cross, y = problem(3)
    with pytest.raises(lc.InputError, match=told):
        run(gram, cross, y, **changes)


def test_numbers_of_every_kind_are_taken():
    from decimal import Decimal
    from fractions import Fraction

    gram, cross, y = problem(3)
    plain = run(gram, cross, y, C=0.5)
    for C in (Fraction(1, 2), Decimal("0.5"), np.float32(0.5), np.array(0.5)):
        cert = run(gram, cross, y, C=C, max_flips=np.int8(2))
        assert cert.radius.tolist() == plain.radius.tolist()
        assert cert.learner == {"C": 0.5}


def test_true_labels_are_compared_as_what_they_are():
    gram, cross, y = problem(9)
    cert = run(gram, cross, y)
    truth = cert.prediction.copy()
    truth[0] = 1 - truth[0]
    share = float(((cert.radius >= 1) & (cert.prediction == truth)).mean())
    assert cert.certified_accuracy(1, truth) == share
    assert cert.certified_accuracy(1, truth.astype(float)) == share
    assert cert.certified_accuracy(1, pd.Series(truth, dtype="Int64")) == share
    unseen = truth.copy()
    unseen[0] = 7  # a class that was not among the labels is predicted wrong
    assert cert.certified_accuracy(1, unseen) == share
    for wrong, told in (
        (truth.astype(str), "y_true holds text and classes integers"),
        ([None, *truth[1:]], "y_true has a missing value at position 0"),
        (np.ma.masked_array(truth, [True, False, False, False]), "missing value at position 0"),
        (truth + 10, "y_true holds 10, 11 and the classes are 0, 1"),
        (truth[1:], "y_true has 3 entries for 4 test points"),
        (truth + 0.5, "fraction"),
    ):
        with pytest.raises(lc.InputError, match=told):
            cert.certified_accuracy(1, wrong)


def test_budgets_and_points_of_a_certificate_are_integers():
    gram, cross, y = problem(9)
    cert = run(gram, cross, y, collective=True)
    for wrong in (True, 1.0, "1", None, 3, -1):
        for call in (
            cert.certified_ratio,
            cert.certified_ratio_bounds,
            lambda r: cert.certified_accuracy(r, cert.prediction),
            cert.collective.certified_ratio,
            cert.collective.witness,
            cert.collective.relabeling,
        ):
            with pytest.raises(lc.InputError, match="r="):
                call(wrong)
    assert cert.certified_ratio(np.int64(1)) == cert.certified_ratio(1)
    for wrong in (True, 0.0, "0", 4):
        with pytest.raises(lc.InputError, match="i="):
            cert.witness(wrong)


@pytest.mark.parametrize("table", [np.asarray, pd.DataFrame])
def test_features_in_place_of_a_kernel_are_told_where_to_go(table):
    rows = np.random.default_rng(0).standard_normal((9, 3))
    with pytest.raises(lc.InputError, match=r"as features have.*certify_linear"):
        lc.certify(table(rows[:6]), table(rows[6:]), [0, 1] * 3, ridge=1.0, max_flips=1)
