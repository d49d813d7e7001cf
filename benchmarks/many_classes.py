"""Many classes: exact one-vs-all radii on Citeseer (6 classes) and Cora-ML (7 classes).

    python benchmarks/many_classes.py [--only citeseer|cora] [--limits 2 10 60]

Citeseer: largest connected component, 10 + 10 labels a class (n = 120), GCN and SGC with row
normalization, C = 0.0001, 50 test nodes, up to 12 relabels. Cora-ML: 5 + 5 labels a class (n = 70),
GCN, C = 0.004, 50 test nodes, up to 7 relabels; a second C with less regularization.
Each problem is certified exactly and by independent worst cases alone ("relaxed"), within limits
for the whole call; compile time is not counted.
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


def problem(name: str, kernel, per_class: int, component: bool) -> tuple:
    graph = lc.datasets.load(name, largest_component=component)
    split = lc.datasets.split(graph.labels, per_class=per_class, seed=0, test=50)
    gram, cross = kernel(graph, split.labeled), kernel(graph, split.test, split.labeled)
    return gram, cross, graph.labels[split.labeled]


def cases(only: str) -> list[tuple[str, tuple, float, int]]:
    found: list[tuple[str, tuple, float, int]] = []
    if only in ("all", "citeseer"):
        for kernel in (lc.kernels.GCN(normalization="row"), lc.kernels.SGC(normalization="row")):
            given = problem("citeseer", kernel, 10, True)
            found.append((f"Citeseer {kernel.name} C=0.0001", given, 1e-4, 12))
    if only in ("all", "cora"):
        given = problem("cora_ml", lc.kernels.GCN(), 5, False)
        found += [(f"Cora-ML gcn C={C}", given, C, 7) for C in (0.004, 0.02)]
    return found


def run(name: str, given: tuple, C: float, budget: int, limit: float, relaxed: bool) -> None:
    begin = time.perf_counter()
    cert = lc.certify(*given, C=C, max_flips=budget, time_limit=limit, relaxed=relaxed)
    seconds = time.perf_counter() - begin
    ratios = " ".join(f"{cert.certified_ratio(r):.2f}" for r in (1, 2, 3, 5))
    engines = ", ".join(f"{k} {v}" for k, v in Counter(cert.proven_by).most_common())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    how = "relaxed" if relaxed else "exact"
    print(
        f"{name:24s} {how:8s} {limit:7.0f} {seconds:7.2f} {cert.exact.mean():8.0%} "
        f"{peak:7.2f}   {ratios}   {engines}",
        flush=True,
    )


def collective(name: str, given: tuple, C: float, limit: float) -> None:
    begin = time.perf_counter()
    found = lc.certify_collective(*given, C=C, max_flips=3, time_limit=limit)
    seconds = time.perf_counter() - begin
    pairs = zip(found.broken_lower.tolist(), found.broken_upper.tolist(), strict=True)
    text = " ".join(f"{a}" if a == b else f"{a}-{b}" for a, b in pairs)
    print(f"{name:24s} limit {limit:.0f} s, used {seconds:.1f} s, broken at 0 to 3: {text}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=["all", "citeseer", "cora"], default="all")
    parser.add_argument("--limits", type=float, nargs="+", default=[2.0, 10.0, 60.0])
    options = parser.parse_args()
    if SHARED.is_dir():
        os.environ.setdefault("LABELCERT_DATA_DIR", str(SHARED))
    found = cases(options.only)
    for name, given, C, budget in found:  # compile, load
        lc.certify(*given, C=C, max_flips=min(budget, 2), time_limit=1.0)
        del name
    head = f"{'problem':24s} {'':8s} {'limit s':>7s} {'used s':>7s} {'decided':>8s} {'peak GB':>7s}"
    print(head + "   ratio at 1 2 3 5   proven by")
    for case in found:
        for relaxed in (False, True):
            for limit in options.limits:
                run(*case, limit, relaxed)
    for name, given, C, _ in found:
        collective(name, given, C, max(options.limits))


if __name__ == "__main__":
    main()
