"""The benchmark that compares the engines: it finds nothing here, and it would find something."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"


def load(name):
    """A benchmark, imported by its path, and what it imports from its own folder."""
    spec = importlib.util.spec_from_file_location(name, BENCHMARKS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(BENCHMARKS))
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(BENCHMARKS))
    return module


agreement = load("engine_agreement")
problems = load("random_problems")


@pytest.mark.parametrize("number", range(10))
def test_engines_agree_on_small_problems(number):
    problem = problems.draw(7, number, largest=6)
    limit = 10.0 if problem.n <= 4 else 0.0  # small enough for HiGHS too
    certs, failures = agreement.certify_all(problem.arguments, number % 4 == 0, limit)
    assert failures == []
    assert list(certs) == ["enum", "bnb", "auto", "paper"][: 4 if limit else 3]
    assert agreement.disagreements(certs) == []
    row = agreement.figures(certs, problem.m, problem.budget, 0)
    figures = dict(zip(agreement.COLUMNS, row, strict=True))
    assert figures["pairs"] == problem.m * problem.budget
    assert figures["enum open"] == figures["auto open"] == figures["enum c-open"] == 0


def certificates():
    """Those of a problem where a prediction breaks at once, one does later, and one never."""
    points = np.array([[1.0, 0.0], [2.0, 0.0], [0.0, 1.0], [0.0, 2.0]])
    tests = np.array([[0.0, 1.0], [1.0, 0.1], [1.0, -1.0]])
    arguments = {
        "gram": points @ points.T,
        "cross": tests @ points.T,
        "labels": [1, 1, 0, 0],
        "C": 0.5,
        "max_flips": 3,
    }
    certs, failures = agreement.certify_all(arguments, margins=True)
    assert failures == []
    assert agreement.disagreements(certs) == []
    assert (certs["auto"].radius_upper < 3).any()
    return certs


@pytest.mark.parametrize("engine", ["enum", "bnb", "auto"])
def test_a_proof_above_a_witness_is_reported(engine):
    certs = certificates()
    cert = certs[engine]
    t = int(np.argmin(cert.radius_upper))
    radius = cert.radius.copy()
    radius[t] = cert.radius_upper[t] + 1
    certs[engine] = replace(cert, radius=radius, radius_upper=np.maximum(cert.radius_upper, radius))
    found = agreement.disagreements(certs)
    assert any(f"point {t}: {engine} proves {radius[t]}" in text for text in found)


def test_collective_intervals_that_do_not_meet_are_reported():
    certs = certificates()
    counts = certs["enum"].collective
    fewer = replace(
        counts, broken_lower=counts.broken_lower * 0, broken_upper=counts.broken_upper * 0
    )
    certs["enum"] = replace(certs["enum"], collective=fewer)
    assert any("enum proves at most 0" in text for text in agreement.disagreements(certs))
    more = replace(counts, broken_lower=counts.broken_lower + 3)
    certs = {**certificates(), "enum": replace(certificates()["enum"], collective=more)}
    assert any("all at 0: enum breaks 3" in text for text in agreement.disagreements(certs))


def test_worst_margins_beyond_the_error_bars_are_reported():
    certs = certificates()
    cert = certs["bnb"]
    shift = np.zeros_like(cert.worst_margin)
    shift[0, 1] = 1e-3
    certs["bnb"] = replace(
        cert, worst_margin=cert.worst_margin + shift,
        worst_margin_bound=cert.worst_margin_bound + shift,
    )  # fmt: skip
    found = agreement.disagreements(certs)
    assert any("point 0 at 1: bnb proves a margin" in text for text in found)
    assert all("point 0 at 1" in text for text in found)


def test_an_engine_that_fails_is_reported():
    certs, failures = agreement.certify_all({"gram": np.eye(2), "cross": np.eye(2)}, False)
    assert certs == {}
    assert [text.split()[0] for text in failures] == ["enum", "bnb", "auto"]


def test_problems_depend_on_seed_and_number_alone():
    first, again = problems.draw(3, 5), problems.draw(3, 5)
    assert np.array_equal(first.arguments["gram"], again.arguments["gram"])
    assert first.arguments["threat"] == again.arguments["threat"]
    drawn = [problems.draw(0, k) for k in range(300)]
    assert {p.kind for p in drawn} == set(problems.THREATS)
    assert {p.features for p in drawn} == set(problems.FEATURES)
    assert {(p.n, p.budget) for p in drawn} >= {(2, 1), (2, 2)}
    assert all(1 <= p.budget == p.arguments["threat"].budget <= p.n for p in drawn)


def test_the_command_tells_what_it_found(monkeypatch, capsys):
    monkeypatch.setattr(
        sys, "argv", ["engine_agreement.py", "--problems", "2", "--paper-every", "9"]
    )
    monkeypatch.setattr(agreement, "draw", lambda seed, k: problems.draw(seed, k, largest=4))
    monkeypatch.setattr(agreement, "disagreements", lambda certs: ["something"])
    assert agreement.main() == 1
    printed = capsys.readouterr().out
    assert "--seed 0 --only 1" in printed
    assert "2 disagreements" in printed
    monkeypatch.setattr(sys, "argv", ["engine_agreement.py", "--only", "1", "--paper-every", "9"])
    monkeypatch.setattr(agreement, "disagreements", lambda certs: [])
    assert agreement.main() == 0
