"""Beyond enumeration: how many radii are decided within 10, 60 and 300 seconds, and the collective.

    python benchmarks/beyond_enumeration.py [--only csbm|cora|collective] [--limits 10 60 300]

CSBM (n = 40 labels, 160 test nodes, GCN of depth 1, C = 0.1 and 1, up to 8 flips) and Cora-MLb
(n = 40 and 80 labels, 50 test nodes, GCN of depth 1, C = 0.075, up to 5 flips), on all cores.
Limits are for the whole call; compile time is not counted.
"""

from __future__ import annotations

import argparse
import os
import resource
import time
from collections import Counter
from pathlib import Path

import labelcert as lc

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
Case = tuple[str, tuple, float, int]


def kernels(graph, per_class: int, test: int) -> tuple:
    split = lc.datasets.split(graph.labels, per_class=per_class, seed=0, test=test)
    kernel = lc.kernels.GCN()
    gram, cross = kernel(graph, split.labeled), kernel(graph, split.test, split.labeled)
    return gram, cross, graph.labels[split.labeled]


def cases(only: str) -> list[Case]:
    found: list[Case] = []
    if only in ("all", "cora"):
        graph = lc.datasets.load("cora_ml", binary=True)
        found += [(f"Cora-MLb n={4 * k}", kernels(graph, k, 50), 0.075, 5) for k in (10, 20)]
    if only in ("all", "csbm"):
        problem = kernels(lc.datasets.csbm(1000, seed=0), 10, 160)
        found += [(f"CSBM n=40 C={C}", problem, C, 8) for C in (0.1, 1.0)]
    return found


def decided(case: Case, limit: float) -> None:
    name, (gram, cross, labels), C, budget = case
    begin = time.perf_counter()
    cert = lc.certify(gram, cross, labels, C=C, max_flips=budget, time_limit=limit)
    seconds = time.perf_counter() - begin
    engines = ", ".join(f"{k} {v}" for k, v in Counter(cert.proven_by).most_common())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(
        f"{name:18s} {budget:6d} {limit:7.0f} {seconds:8.1f} {cert.exact.mean():8.1%} "
        f"{peak:7.2f}  {engines}",
        flush=True,
    )


def collective(case: Case, limits: list[float]) -> None:
    name, (gram, cross, labels), C, budget = case
    for limit in limits:
        found = lc.certify_collective(gram, cross, labels, C=C, max_flips=budget, time_limit=limit)
        pairs = zip(found.broken_lower.tolist(), found.broken_upper.tolist(), strict=True)
        text = " ".join(f"{a}" if a == b else f"{a}-{b}" for a, b in pairs)
        print(f"{name:18s} {limit:7.0f} s  broken at 0, 1, … flips: {text}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=["all", "csbm", "cora", "collective"], default="all")
    parser.add_argument("--limits", type=float, nargs="+", default=[10.0, 60.0, 300.0])
    options = parser.parse_args()
    if SHARED.is_dir():
        os.environ.setdefault("LABELCERT_DATA_DIR", str(SHARED))
    if options.only != "collective":
        print(f"{'problem':18s} {'budget':>6s} {'limit s':>7s} {'used s':>8s} {'decided':>8s} "
              f"{'peak GB':>7s}  proven by")  # fmt: skip
        for case in cases(options.only):
            for limit in options.limits:
                decided(case, limit)
    if options.only in ("all", "collective"):
        for case in cases("all"):
            collective(case, options.limits)


if __name__ == "__main__":
    main()
