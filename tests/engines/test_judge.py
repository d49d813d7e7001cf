"""Margins inside their error bar are settled exactly: ties are broken, tiny margins are robust."""

import numpy as np

import labelcert as lc


def test_an_exact_tie_is_broken_and_a_tiny_margin_is_not():
    # C is small enough for saturation, so f_t = C (q_t1 ỹ_1 + q_t2 ỹ_2); flipping one label leaves
    # the difference of the two entries.
    gram = np.eye(2) * 0.5 + 0.25
    tiny = 2.0**-50
    cross = np.array([[1.0, 1.0], [1.0 + tiny, 1.0], [1.0, 1.0 + tiny]])
    cert = lc.certify(gram, cross, [1, 1], C=0.5, max_flips=1, classes=[0, 1])
    assert cert.radius.tolist() == [0, 0, 0]
    # Point 1 leans on label 0: flipping label 1 alone leaves a margin of C·2⁻⁵⁰ > 0.
    threat = lc.ThreatModel(1, trusted=[0])
    cert = lc.certify(gram, cross, [1, 1], C=0.5, threat=threat, classes=[0, 1])
    assert cert.radius.tolist() == [0, 1, 0]
    assert cert.exact.all()


def test_ties_away_from_saturation():
    # Orthogonal points and large C: each label stays on its own margin, β_i = ỹ_i.
    gram = np.eye(4)
    cross = np.array([[1.0, 1.0, 0.0, 0.0], [1.0, 1.0, 2.0**-45, 0.0]])
    cert = lc.certify(gram, cross, [1, 1, 1, 0], C=10.0, max_flips=1)
    assert cert.radius.tolist() == [0, 1]  # a tie is broken, a margin of 2⁻⁴⁵ is robust
    assert cert.witness(0).indices.tolist() in ([0], [1])
    threat = lc.ThreatModel(1, trusted=[0, 1])
    cert = lc.certify(gram, cross, [1, 1, 1, 0], C=10.0, threat=threat)
    assert cert.radius.tolist() == [1, 1]
    assert cert.exact.all()


def test_duplicates_with_opposite_labels():
    point = np.array([[1.0, 2.0], [1.0, 2.0], [3.0, -1.0], [0.0, 1.0]])
    gram = point @ point.T
    for C in (1e-3, 1.0, 1e3):
        cert = lc.certify(gram, gram, [0, 1, 1, 0], C=C, max_flips=4, collective=True)
        assert cert.exact.all()
        assert cert.collective.exact
