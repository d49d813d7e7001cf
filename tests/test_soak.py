"""The soak finds nothing in a short run, and would find every kind of wrong claim."""

from __future__ import annotations

import importlib
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import labelcert as lc
from labelcert import certificates

sys.path.append(str(Path(__file__).resolve().parents[1] / "benchmarks"))
soak = importlib.import_module("soak")
draw = importlib.import_module("soaking.draw")
relations = importlib.import_module("soaking.relations")
run = importlib.import_module("soaking.run")


def test_a_short_soak_finds_nothing(capsys):
    code = soak.main(["--max-problems", "40", "--seed", "0"])
    out = capsys.readouterr().out
    assert "\n0 disagreements" in out, out
    assert code == 0


def test_a_problem_is_its_seed():
    one, two = draw.draw(17), draw.draw(17)
    assert one.tags == two.tags
    assert np.array_equal(one.setting.gram, two.setting.gram)
    assert one.setting.learner == two.setting.learner


def first():
    """The first small problem of two classes that all engines of ours decide, with some radius."""
    for seed in range(10_000):
        problem = draw.draw(seed)
        s = problem.setting
        if (problem.task, problem.kernel, problem.threat) == ("svm", "gaussian", "max_flips"):
            if not 4 <= s.n <= 6 or s.budget < 3:
                continue
            problem.options.update(engine="auto", time_limit=20.0, collective=True)
            problem.options.update(worst_margins=True)
            cert = lc.certify(**s.arguments(), **problem.options)
            if (cert.radius == 1).any() and cert.gram_shift == 0:
                return problem, cert, int(np.flatnonzero(cert.radius == 1)[0])
    raise AssertionError("no such problem")


problem, cert, t = first()


def at(array, row, value):
    changed = np.array(array)
    changed[row] = value
    return changed


def counts(**changes):
    assert cert.collective is not None
    return replace(cert.collective, **changes)


def too_few(cert):
    """The witness of a test point that takes two flips, without the second."""
    witness = cert.witnesses[t]
    return certificates.Witness(witness.indices[:1], witness.labels[:1])


LIES = {
    "radius too large": {
        "radius": at(cert.radius, t, 2),
        "radius_upper": at(cert.radius_upper, t, 2),
    },
    "upper end too small": {"radius_upper": at(cert.radius_upper, t, 0)},
    "a tie that is none": {"radius": cert.radius * 0 - 1, "radius_upper": cert.radius * 0 - 1},
    "another prediction": {"class_numbers": 1 - (cert.decision > 0).astype(int)},
    "another decision": {"decision": cert.decision + 2 * cert.error_bar + 1e-9},
    "not a number": {"error_bar": at(cert.error_bar, t, np.nan)},
    "no witness": {"witnesses": tuple(None for _ in cert.witnesses)},
    "a witness that breaks nothing": {"witnesses": (too_few(cert),) * len(cert.witnesses)},
    "a bound too high": {"worst_margin_bound": cert.worst_margin_bound + 1e-3},
    "a margin too low": {"worst_margin": cert.worst_margin - 1 - abs(cert.worst_margin)},
    "more broken": {"collective": counts(broken_lower=counts().broken_upper + 1)},
    "fewer broken": {"collective": counts(broken_upper=counts().broken_upper - 1)},
    "another flip set": {"collective": counts(witnesses=counts().witnesses[::-1])},
}


@pytest.mark.parametrize("lie", LIES)
def test_every_wrong_claim_is_found(lie, monkeypatch):
    assert run.check(problem).found == []
    wrong = replace(cert, **LIES[lie])
    monkeypatch.setattr(lc, "certify", lambda *args, **options: wrong)
    assert run.check(problem).found


def test_exceptions_are_found(monkeypatch):
    def refuse(*args, **options):
        raise lc.InputError("C is wrong: pass another.")

    monkeypatch.setattr(lc, "certify", refuse)
    assert run.check(problem).found == ["InputError: C is wrong: pass another."]
    assert soak.main(["--only", str(problem.seed)]) == 1


@pytest.mark.parametrize("change", ["radius", "prediction", "counts"])
def test_relations_are_checked(change):
    """Each relation's certificate agrees, and would not with another radius."""
    wrong = {
        "radius": {"radius": cert.radius + 1, "radius_upper": cert.radius_upper + 1},
        "prediction": {"class_numbers": 1 - (cert.decision > 0).astype(int)},
        "counts": {"collective": counts(broken_upper=counts().broken_upper - 1,
                                        broken_lower=counts().broken_lower - 1)},
    }[change]  # fmt: skip
    lying = replace(cert, **wrong)
    for name, variant in relations.variants(problem):
        options = {**problem.options, **variant.options, "time_limit": 20.0, "collective": True}
        other = lc.certify(**variant.setting.arguments(), **options)
        assert list(relations.conflicts(cert, problem.setting, variant, other)) == []
        if name not in ("smaller budget", "alone", "many times"):
            assert list(relations.conflicts(lying, problem.setting, variant, other)), name
