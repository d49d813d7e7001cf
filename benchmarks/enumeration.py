"""All 2²⁰ label vectors of Cora-MLb (n = 20, 50 test nodes), as a ratio to a matrix product.

    python benchmarks/enumeration.py [--jobs 2]

For each architecture: certify every budget 0 to 20, sample-wise and collective, and print the time
as a multiple of the floor, which is multiplying 2²⁰ dual vectors of length 20 with 50 test rows in
single-threaded NumPy, measured in the same run. The compile time is told separately.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("MKL_NUM_THREADS", "1")

import argparse
import resource
import time
from pathlib import Path

import numpy as np
from architectures import ten_architectures

import labelcert as lc
from labelcert.engines.enumeration import enumerate_flips
from labelcert.engines.flips import FlipSpace
from labelcert.engines.knowledge.ledger import Ledger
from labelcert.engines.ladder import Ladder
from labelcert.engines.machines.clean import clean_fit
from labelcert.engines.machines.machine import Problem
from labelcert.engines.work.clock import Clock
from labelcert.learners.gram import check_gram

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


def floor_seconds(repeats: int = 5) -> float:
    """The fastest of a few products (2²⁰, 20) × (20, 50), in pieces that fit the cache."""
    rng = np.random.default_rng(0)
    duals, tests = rng.standard_normal((2**20, 20)), rng.standard_normal((20, 50))
    piece = np.empty((4096, 50))
    best = float("inf")
    for _ in range(repeats):
        begin = time.perf_counter()
        for start in range(0, 2**20, 4096):
            np.matmul(duals[start : start + 4096], tests, out=piece)
        best = min(best, time.perf_counter() - begin)
    return best


def run_once(problem: Problem, sign: np.ndarray, jobs: int) -> tuple[float, Ledger]:
    ledger = Ledger(problem.m, Ladder.every(problem.n))
    begin = time.perf_counter()
    enumerate_flips(problem, sign, ledger, problem.n, Clock(), jobs)
    return time.perf_counter() - begin, ledger


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=2)
    jobs = parser.parse_args().jobs
    if SHARED.is_dir():
        os.environ.setdefault("LABELCERT_DATA_DIR", str(SHARED))
    graph = lc.datasets.load("cora_ml", binary=True)
    split = lc.datasets.split(graph.labels, per_class=5, seed=0, test=50)
    y = 2.0 * graph.labels[split.labeled] - 1
    problems = {}
    for name, (kernel, C) in ten_architectures().items():
        gram = check_gram(kernel(graph, split.labeled))
        cross = kernel(graph, split.test, split.labeled)
        problems[name] = Problem(gram, cross, y, C, FlipSpace.unrestricted(20), 20)
    first = problems["GCN"]
    begin = time.perf_counter()
    sign = clean_fit(first).sign
    small = Problem(first.gram, first.cross, y, first.C, first.space, 1)
    enumerate_flips(small, sign, Ledger(first.m, Ladder.every(1)), 1, Clock(), 1)
    print(f"compile or load from cache: {time.perf_counter() - begin:.2f} s")
    floor = floor_seconds()
    print(f"floor (NumPy, one thread): {floor:.3f} s; {jobs} threads for the certificates\n")
    print(f"{'architecture':16s} {'cond':>9s} {'seconds':>8s} {'x floor':>8s} {'unproven':>8s}")
    for name, problem in problems.items():
        sign = clean_fit(problem).sign
        seconds, ledger = min((run_once(problem, sign, jobs) for _ in range(3)), key=lambda r: r[0])
        condition = problem.gram.eigenvalues[-1] / max(problem.gram.eigenvalues[0], 1e-300)
        print(
            f"{name:16s} {condition:9.1e} {seconds:8.2f} {seconds / floor:8.1f} "
            f"{int(ledger.open.sum()):8d}"
        )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"\npeak memory: {peak:.2f} GB (floor's own arrays included)")


if __name__ == "__main__":
    main()
