"""Hundreds to thousands of labels: what is proven within a time limit.

    python benchmarks/reach.py [--data digits] [--labels 300 1000] [--C 0.1 1 cv] [--limit 120]
                               [--flips 10] [--test 50] [--kernel mlp]

digits: scikit-learn's, odd against even, 1,797 rows of 64 pixels. mails: spam or not, 6,046 e-mails
as sentence embeddings (``spam_assassin_minilm.parquet``, looked for in ``../shared/data`` or
``LABELCERT_DATA_DIR``). cora: Cora-ML, seven classes, GCN of depth 1. Rows of unit length, MLP
kernel of depth 1 or inner products plus 1 (``--kernel linear``), labels and test points drawn with
seed 0. A C of cv is chosen from powers of √10 by five-fold cross-validation on the training labels.
Flips may be a share of the labels (``--flips 2%``). Prints, for each problem, the accuracy, the
median of radius / radius_upper (both at most --flips, predictions that break at one flip left out),
the seconds used beside compiling, the share proven robust at some budgets with the share that no
attack broke in brackets, and which engines proved. Two jobs.
"""

from __future__ import annotations

import argparse
import os
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.datasets import load_digits
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.svm import SVC

import labelcert as lc
from labelcert._jit import compile_seconds
from labelcert.intake.budgets import as_count

SHARED = Path(__file__).resolve().parents[1].parent / "shared" / "data"


def digits() -> tuple[np.ndarray, np.ndarray]:
    points, labels = load_digits(return_X_y=True)
    return points, labels % 2


def mails() -> tuple[np.ndarray, np.ndarray]:
    folder = Path(os.environ.get("LABELCERT_DATA_DIR") or SHARED)
    table = pd.read_parquet(folder / "spam_assassin_minilm.parquet")
    points = table.select_dtypes("float32").to_numpy(np.float64)
    return points, (table["label"] == "spam").to_numpy().astype(int)


def blocks(data: str, kernel: str, n: int, tested: int) -> tuple[np.ndarray, ...]:
    """Gram matrix, cross kernel, labels of the training points and of the test points."""
    if data == "cora":
        graph = lc.datasets.load("cora_ml")
        order = np.random.default_rng(0).permutation(graph.num_nodes)
        train, test = order[:n], order[n : n + tested]
        gcn = lc.kernels.GCN(depth=1)
        return gcn(graph, train), gcn(graph, test, train), graph.labels[train], graph.labels[test]
    points, y = {"digits": digits, "mails": mails}[data]()
    points = points / np.linalg.norm(points, axis=1, keepdims=True)
    order = np.random.default_rng(0).permutation(len(points))
    train, test = order[:n], order[n : n + tested]
    if kernel == "linear":
        gram, cross = points[train] @ points[train].T + 1.0, points[test] @ points[train].T + 1.0
    else:
        mlp = lc.kernels.MLP(depth=1)
        gram, cross = mlp(points, train), mlp(points, test, train)
    return gram, cross, y[train], y[test]


def by_cross_validation(gram: np.ndarray, labels: np.ndarray) -> float:
    """The C of the best accuracy in five folds, the smallest of those that are as good."""
    grid = {"C": np.round(10.0 ** np.arange(-3, 1.5, 0.5), 4).tolist()}
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    found = GridSearchCV(SVC(kernel="precomputed"), grid, cv=folds).fit(gram, labels)
    return float(found.best_params_["C"])


def run(options: argparse.Namespace, n: int, C: str) -> None:
    limit = options.limit
    gram, cross, labels, truth = blocks(options.data, options.kernel, n, options.test)
    chosen = by_cross_validation(gram, labels) if C == "cv" else float(C)
    flips = as_count(options.flips, n)
    begin, compiled = time.perf_counter(), compile_seconds()
    cert = lc.certify(gram, cross, labels, C=chosen, max_flips=flips, time_limit=limit, n_jobs=2)
    seconds = time.perf_counter() - begin - (compile_seconds() - compiled)
    budgets = sorted({*range(1, min(flips, 5) + 1), flips // 2, 3 * flips // 4, flips} - {0})
    shares = "  ".join(
        f"{r}: {cert.certified_ratio(r):.0%} ({(cert.radius_upper >= r).mean():.0%})"
        for r in budgets
    )
    right = float((cert.prediction == truth).mean())
    reached = cert.radius_upper > 0
    ratio = float(np.median(cert.radius[reached] / cert.radius_upper[reached]))
    engines = ", ".join(f"{k} {v}" for k, v in Counter(cert.proven_by).most_common())
    print(
        f"{n:6d} {chosen:6g} {right:8.0%} {seconds:7.1f} {ratio:6.2f}  {shares}  {engines}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", choices=["digits", "mails", "cora"], default="digits")
    parser.add_argument("--labels", type=int, nargs="+", default=[300, 1000])
    parser.add_argument("--C", nargs="+", default=["0.01", "0.1", "1"])
    parser.add_argument("--kernel", choices=["mlp", "linear"], default="mlp")
    parser.add_argument("--flips", default="10")
    parser.add_argument("--limit", type=float, default=120.0)
    parser.add_argument("--test", type=int, default=50)
    options = parser.parse_args()
    print("labels      C accuracy seconds  ratio  flips: proven (not broken)")
    for n in options.labels:
        for C in options.C:
            run(options, n, C)


if __name__ == "__main__":
    main()
