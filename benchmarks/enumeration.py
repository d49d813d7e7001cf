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
from labelcert.engines.attacker import RelabelSpace
from labelcert.engines.by_enumeration import Enumeration
from labelcert.engines.knowledge.ledger import Ledger
from labelcert.engines.machines.clean import clean_fit
from labelcert.engines.machines.machines import Machines
from labelcert.engines.task import Task, Wishes
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


def run_once(problem: Machines, jobs: int, budget: int = 20) -> tuple[float, Ledger]:
    task = Task.of_machines(problem, clean_fit(problem).predicted, Wishes(jobs=jobs))
    begin = time.perf_counter()
    Enumeration().run(task, budget, Clock())
    return time.perf_counter() - begin, task.ledger


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=2)
    jobs = parser.parse_args().jobs
    if SHARED.is_dir():
        os.environ.setdefault("LABELCERT_DATA_DIR", str(SHARED))
    graph = lc.datasets.load("cora_ml", binary=True)
    split = lc.datasets.split(graph.labels, per_class=5, seed=0, test=50)
    space = RelabelSpace.unrestricted(graph.labels[split.labeled], 2)
    problems = {}
    for name, (kernel, C) in ten_architectures().items():
        gram = check_gram(kernel(graph, split.labeled))
        cross = kernel(graph, split.test, split.labeled)
        problems[name] = Machines(gram, cross, C, space, 20)
    begin = time.perf_counter()
    run_once(problems["GCN"], 1, budget=1)
    print(f"compile or load from cache: {time.perf_counter() - begin:.2f} s")
    floor = floor_seconds()
    print(f"floor (NumPy, one thread): {floor:.3f} s; {jobs} threads for the certificates\n")
    print(f"{'architecture':16s} {'cond':>9s} {'seconds':>8s} {'x floor':>8s} {'unproven':>8s}")
    for name, problem in problems.items():
        seconds, ledger = min((run_once(problem, jobs) for _ in range(3)), key=lambda r: r[0])
        eigenvalues = np.linalg.eigvalsh(problem.gram.matrix)
        condition = eigenvalues[-1] / max(eigenvalues[0], 1e-300)
        print(
            f"{name:16s} {condition:9.1e} {seconds:8.2f} {seconds / floor:8.1f} "
            f"{int(ledger.open.sum()):8d}"
        )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"\npeak memory: {peak:.2f} GB (floor's own arrays included)")


if __name__ == "__main__":
    main()
