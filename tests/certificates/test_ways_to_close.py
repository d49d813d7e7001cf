"""What a certificate says of open radii is true: the C it names closes them, at its price."""

import re

import numpy as np
import pytest

import labelcert as lc
from labelcert.certificates.results.certificate import Certificate
from labelcert.certificates.run import ways_to_close
from labelcert.engines.attacker import FlipSpace
from labelcert.engines.machines.saturation import budget_of
from labelcert.engines.task import Task


def points(n, m, seed, classes=2):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n + m, 5))
    kernel = 0.3 + np.exp(-0.3 * ((x[:, None] - x[None]) ** 2).sum(axis=2))
    y = (x[:, :classes].argmax(axis=1) if classes > 2 else (x[:, 0] > 0).astype(int))[:n]
    return kernel[:n, :n], kernel[n:, :n], np.where(rng.random(n) < 0.1, (y + 1) % classes, y)


@pytest.mark.parametrize(("classes", "seed"), [(2, 0), (2, 1), (3, 2)])
def test_the_named_c_makes_everything_exact(classes, seed):
    gram, cross, labels = points(150, 12, seed, classes)
    cert = lc.certify(gram, cross, labels, C=1.0, max_flips=12, time_limit=0.3)
    assert not cert.exact.all()
    (told,) = [line for line in cert.advice if line.startswith("A C of")]
    found = re.match(r"A C of (\S+): .* up to (\d+), .*\. (\d+) of these (\d+) ", told)
    C, budget, same, m = (float(part) for part in found.groups())
    closed = lc.certify(gram, cross, labels, C=C, max_flips=int(budget))
    assert closed.exact.all()
    assert set(closed.proven_by) <= {"saturation", "training"}
    assert same == (closed.prediction == cert.prediction).sum()
    assert m == 12
    # And it is not needlessly small: a little more is no longer saturated at that budget.
    space = FlipSpace.unrestricted(len(labels))
    ys = [np.where(labels == c, 1.0, -1.0) for c in range(classes)]
    assert min(budget_of(gram, y, C, space) for y in ys) >= budget
    assert min(budget_of(gram, y, 1.2 * C, space) for y in ys) < budget


def test_nothing_is_said_where_nothing_is_open():
    gram, cross, labels = points(10, 4, 0)
    assert lc.certify(gram, cross, labels, C=1.0, max_flips=2).advice == ()
    assert lc.certify(gram, cross, labels, ridge=1.0, max_flips=2).advice == ()


def test_advice_is_of_the_run_and_stands_in_its_file():
    gram, cross, labels = points(150, 12, 0)
    cert = lc.certify(gram, cross, labels, C=1.0, max_flips=12, time_limit=0.1)
    assert not cert.exact.all()
    assert any("Ridge" in line for line in cert.advice)
    assert any("longer --time-limit" in line for line in cert.advice)
    three = points(150, 12, 2, 3)
    relaxed = lc.certify(*three, C=1.0, max_flips=12, time_limit=0.1, relaxed=True)
    assert any("Without --relaxed" in line for line in relaxed.advice)
    assert not any("longer --time-limit" in line for line in relaxed.advice)
    assert Certificate.from_json(cert.to_json()).advice == cert.advice
    assert all(way.accuracy is None and way.validated == 0 for way in cert.alternatives)


def test_a_forecast_rests_on_what_the_last_search_proved(monkeypatch):
    monkeypatch.setattr(ways_to_close, "WORTH_TELLING", 0.0)
    gram, cross, labels = points(150, 12, 0)
    seen = []
    note = Task.note_pace
    monkeypatch.setattr(
        Task, "note_pace", lambda self, *pace: (seen.append(pace), note(self, *pace))
    )
    cert = lc.certify(gram, cross, labels, C=1.0, max_flips=12, time_limit=3.0)
    ((seconds, steps),) = seen
    (line,) = [line for line in cert.advice if "time_limit" in line]
    last = np.minimum(cert.radius_upper, 12)
    if steps:
        assert f"the last {seconds:.0f} s of searching proved {steps} more steps" in line
        assert f" {int((last - cert.radius).sum())} are open" in line
    else:
        assert "proved nothing more" in line
