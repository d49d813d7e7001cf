"""Do the engines agree? Random and golden problems through each of them; what contradicts is told.

    python benchmarks/engine_agreement.py [--problems 300] [--seed 0] [--only K] [--paper-every 1]
    python benchmarks/engine_agreement.py --goldens [--seconds 900] [--limit 25]

Random problems are those of `random_problems.py`; `--only` repeats the K-th of a seed. In odd ones
branch and bound has to branch and the planner to attack first, as in large ones; a quarter asks for
worst margins (the table counts those of branch and bound). Every `--paper-every`-th that is small
(8 labels with Gurobi, 5 with HiGHS) goes through the paper's program for `--limit` seconds. With
`--goldens` the limit is for one test point and budget, and new test points are taken up until
`--seconds` are over. Pairs are (test point, budget from 1), counts are collective, one a budget;
open ones (c-open) have neither proof nor witness. Exit code 1 if anything contradicts. One thread.
"""

from __future__ import annotations

import argparse
import importlib.util
import itertools
import sys
import time
from typing import Any
from unittest.mock import patch

import golden_cases
import numpy as np
from random_problems import THREATS, draw

import labelcert as lc
from labelcert.engines import planner
from labelcert.engines.branching import leaves

SOLVER = "gurobi" if importlib.util.find_spec("gurobipy") else "highs"
PAPER_LARGEST = 8 if SOLVER == "gurobi" else 5
OURS = {"enum": "enumeration", "bnb": "branch_and_bound", "auto": "auto"}
COLUMNS = ("problems", "pairs", "enum open", "bnb open", "auto open", "paper", "paper open",
           "counts", "enum c-open", "bnb c-open", "auto c-open", "margins", "disagree")  # fmt: skip
Certificates = dict[str, lc.Certificate]


def certify_all(
    arguments: dict[str, Any], margins: bool, paper_limit: float = 0.0
) -> tuple[Certificates, list[str]]:
    """The certificate of every engine, and what engines failed with (assertions among it)."""
    runs: dict[str, dict[str, Any]] = {}
    for name, engine in OURS.items():
        runs[name] = {"engine": engine, "worst_margins": margins}
    if paper_limit > 0:
        runs["paper"] = {"engine": "paper_milp", "solver": SOLVER, "time_limit": paper_limit}
    certs, failures = {}, []
    for name, options in runs.items():
        try:
            certs[name] = lc.certify(**arguments, **options, collective=True, n_jobs=1)
        except Exception as error:  # whatever it is, it belongs into the report
            failures.append(f"{name} fails: {type(error).__name__}: {error}")
    return certs, failures


def disagreements(certs: Certificates) -> list[str]:
    """What the certificates of one problem, by engine, cannot all be right about.

    A certificate is held against itself too: its intervals may be empty.
    """
    found = []
    for (one, a), (other, b) in itertools.product(certs.items(), repeat=2):
        for t in np.flatnonzero(a.radius > b.radius_upper):
            witness = b.radius_upper[t] + 1
            found.append(f"point {t}: {one} proves {a.radius[t]}, {other} breaks it at {witness}")
        bar = b.worst_margin - b.worst_margin_bound  # not finite where b does not give both ends
        for t, r in np.argwhere(a.worst_margin_bound > b.worst_margin + bar):
            proven, seen = float(a.worst_margin_bound[t, r]), float(b.worst_margin[t, r])
            found.append(f"point {t} at {r}: {one} proves a margin of {proven}, {other} has {seen}")
        if a.collective is None:
            continue
        most = (b.radius[:, None] < np.arange(b.max_flips + 1)).sum(axis=0)
        if b.collective is not None:
            most = np.minimum(most, b.collective.broken_upper)
        broken = a.collective.broken_lower
        for r in np.flatnonzero(broken > most):
            found.append(f"all at {r}: {one} breaks {broken[r]}, {other} proves at most {most[r]}")
    return found


def figures(certs: Certificates, m: int, budget: int, bad: int) -> np.ndarray:
    """The numbers of one problem for `COLUMNS`."""

    def open_pairs(name: str) -> int:
        cert = certs.get(name)
        return 0 if cert is None else int((cert.radius_upper - cert.radius).clip(0, budget).sum())

    def open_counts(name: str) -> int:
        found = certs[name].collective if name in certs else None
        return 0 if found is None else int((found.broken_lower < found.broken_upper).sum())

    bounds = certs["bnb"].worst_margin_bound[:, 1:] if "bnb" in certs else np.array([])
    return np.array([
        1, m * budget, *map(open_pairs, OURS), m * budget * ("paper" in certs), open_pairs("paper"),
        budget, *map(open_counts, OURS), np.isfinite(bounds).sum(), bad,
    ])  # fmt: skip


def print_table(rows: dict[str, np.ndarray]) -> int:
    """Print the rows and their sum; returns the number of disagreements."""
    print(f"\n{'':18s}" + " ".join(f"{name:>11s}" for name in COLUMNS))
    total = np.sum(list(rows.values()), axis=0)
    for name, row in {**rows, "all": total}.items():
        print(f"{name:18s}" + " ".join(f"{value:11d}" for value in row), flush=True)
    return int(total[-1])


def compare_random(options: argparse.Namespace) -> int:
    """Random problems through all engines; returns the number of disagreements."""
    rows = {kind: np.zeros(len(COLUMNS), dtype=np.int64) for kind in THREATS}
    begin, budgets = time.monotonic(), set()
    for k in range(options.problems) if options.only is None else [options.only]:
        if time.monotonic() - begin > options.seconds:
            break
        problem = draw(options.seed, k)
        paper = problem.n <= PAPER_LARGEST and k % options.paper_every == 0
        leaf, small = (8, 0.0) if k % 2 else (leaves.LEAF, planner.SMALL_SECONDS)
        with patch.multiple(leaves, LEAF=leaf), patch.multiple(planner, SMALL_SECONDS=small):
            certs, found = certify_all(problem.arguments, k % 8 < 2, options.limit * paper)
        found += disagreements(certs)
        for text in found:
            print(f"--seed {options.seed} --only {k}, {problem.features}: {text}", flush=True)
        rows[problem.kind] += figures(certs, problem.m, problem.budget, len(found))
        budgets.add((problem.n, problem.budget))
    print(f"{len(budgets)} combinations of n and budget; {time.monotonic() - begin:.0f} s")
    print(f"paper: every {options.paper_every}. problem of up to {PAPER_LARGEST} labels, {SOLVER}")
    return print_table(rows)


def compare_goldens(options: argparse.Namespace) -> int:
    """All golden cases, then the paper's program point by point; returns the disagreements."""
    rows, cases, begin = {}, {}, time.monotonic()
    for path in golden_cases.paths():
        arguments, case = golden_cases.read(path)
        certs, found = certify_all(arguments, margins=False)
        certs["truth"] = golden_cases.truth(case, like=next(iter(certs.values())))
        found += disagreements(certs)
        for text in found:
            print(f"{path.stem}, {text}", flush=True)
        m, budget = case["worst_margin"].shape
        rows[path.stem] = figures(certs, m, budget - 1, len(found))
        cases[path.stem] = case, certs["truth"]
    bad, total = print_table(rows), np.zeros(4, dtype=np.int64)
    print(f"{time.monotonic() - begin:.0f} s\n\nThe paper's program, {SOLVER}:")
    points = range(max(len(truth.radius) for _, truth in cases.values()))
    for t, name in itertools.product(points, cases):
        case, truth = cases[name]
        if time.monotonic() - begin > options.seconds or t >= len(truth.radius):
            continue
        cert, *counts = golden_cases.by_paper(case, t, truth, SOLVER, options.limit)
        found = disagreements({"paper": cert, "truth": truth})
        bad += len(found)
        left = int(cert.radius_upper[t] - cert.radius[t])
        total += [*counts, truth.max_flips - left, truth.max_flips]
        print(f"{name}, point {t}: radius {cert.radius[t]} to {cert.radius_upper[t]}, truth "
              f"{truth.radius[t]}, {counts[1]} of {counts[0]} programs decided", *found,
              sep="; ", flush=True)  # fmt: skip
    print(f"{total[1]} of {total[0]} programs decided in {options.limit:g} s each, and by them "
          f"{total[2]} of {total[3]} pairs; {time.monotonic() - begin:.0f} s")  # fmt: skip
    return bad


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--goldens", action="store_true")
    for name, default in {"problems": 300, "seed": 0, "only": None, "paper-every": 1}.items():
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("--limit", type=float, default=10.0)
    options = parser.parse_args()
    bad = compare_goldens(options) if options.goldens else compare_random(options)
    print(f"{bad} disagreements")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
