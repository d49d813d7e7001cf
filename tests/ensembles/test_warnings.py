"""What a certificate is worth is told of ensembles and of linear learners as of any other."""

import numpy as np
import pytest

import labelcert as lc
from labelcert.intake.origin import Origin, with_origin


class Declared:
    """A kernel of inner products that carries what was declared of it."""

    name = "declared"

    def __init__(self, origin):
        self.origin = origin

    def settings(self):
        return {}

    def __call__(self, graph, rows=None, cols=None):
        x = np.asarray(graph, dtype=float)
        rows = np.arange(len(x)) if rows is None else np.asarray(rows)
        cols = rows if cols is None else np.asarray(cols)
        return with_origin(x[rows] @ x[cols].T + 1.0 * np.equal.outer(rows, cols), self.origin)


def table(seed=0):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((40, 3))
    return x, (x[:, 0] > 0).astype(int), rng.standard_normal((8, 3))


@pytest.mark.parametrize("learner", [{"ridge": 1.0}, {"C": 1.0}])
def test_the_origin_of_a_kernel_reaches_the_certificate_of_an_ensemble(learner):
    x, y, new = table()
    told = Declared(Origin(told=("Trained on other data.",)))
    fitted = lc.PartitionEnsemble(kernel=told, parts=3, **learner).fit(x, y)
    assert fitted.certify(new, 3).warnings[0] == "Trained on other data."
    refused = Declared(Origin(refusal="kernel is undeclared: declare it."))
    fitted = lc.PartitionEnsemble(kernel=refused, parts=3, **learner).fit(x, y)
    with pytest.raises(lc.InputError, match="undeclared"):
        fitted.certify(new, 3)


def test_the_origin_of_rows_reaches_the_certificate_of_an_ensemble():
    x, y, new = table()
    origin = Origin(refusal="features are undeclared: declare them.")
    with pytest.raises(lc.InputError, match="undeclared"):
        lc.PartitionEnsemble(parts=3).fit(with_origin(x, origin), y).certify(new, 3)
    with pytest.raises(lc.InputError, match="undeclared"):
        lc.PartitionEnsemble(parts=3).fit(x, y).certify(with_origin(new, origin), 3)


def test_predictions_of_one_class_are_told():
    y = np.zeros(40, dtype=int)
    y[0] = 1
    linear = lc.certify_linear(np.ones((40, 1)), np.ones((8, 1)), y, ridge=1.0, max_flips=3)
    parts = lc.PartitionEnsemble(parts=2, ridge=1000.0).fit(np.ones((40, 1)), y)
    for cert in (linear, parts.certify(np.ones((8, 1)), 3)):
        assert any("All 8 predictions are 0" in line for line in cert.warnings)
        assert any("times" in line or "labels" in line for line in cert.warnings)


def test_a_bound_that_is_no_number_saturates_nothing(monkeypatch):
    from labelcert.engines.machines import feature_saturation

    x, y, new = table()
    values = feature_saturation.SaturatedFeatures._values

    def lost(self, signs):
        found = values(self, signs)
        found[3] = np.nan
        return found

    good = lc.certify_linear(x, new, y, C=1e-6, max_flips=3)
    assert good.exact.all()
    monkeypatch.setattr(feature_saturation.SaturatedFeatures, "_values", lost)
    with pytest.raises(lc.InputError):
        lc.certify_linear(x, new, y, C=1e-6, max_flips=3)
