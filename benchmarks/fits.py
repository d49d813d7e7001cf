"""Fits of kernel SVMs against scikit-learn's, on one matrix, in one run.

    python benchmarks/fits.py [--sizes 1000 2000 5000] [--repeats 3]

MNIST, odd against even, under the kernel of an infinitely wide network with one hidden layer. For
each n and C the fastest of a few runs of ``SVC(kernel="precomputed")``, of our fit, and of our fit
with the tableau that flips start from; ratios are over scikit-learn's seconds. "gap" is our bound
on the duality gap over what the engines ask for. SVC answers an easier question: with a bias, and
up to violations of 1e-3.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("MKL_NUM_THREADS", "1")

import argparse
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from sklearn.svm import SVC

from labelcert.engines.machines.machine import RELATIVE_GAP_TARGET
from labelcert.kernels import MLP
from labelcert.learners.fitting import SolverState, fit, fit_state
from labelcert.learners.gram import scale_of
from labelcert.learners.path import FREE, read_solution

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
WEIGHTS = (0.01, 0.1, 1.0)
GO = np.zeros(1, dtype=np.uint8)


def digits(n: int, folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """The kernel (n, n) of n digits, over its scale, and their labels ±1."""
    with np.load(folder / "mnist.npz") as data:
        chosen = np.random.default_rng(0).permutation(len(data["x_train"]))[:n]
        pixels = data["x_train"][chosen].reshape(n, -1).astype(float)
        labels = np.where(data["y_train"][chosen] % 2 == 1, 1.0, -1.0)
    gram = MLP()(pixels / np.linalg.norm(pixels, axis=1, keepdims=True))
    return np.ascontiguousarray(gram / scale_of(gram)), labels


def fastest(work: Callable[[], object], repeats: int) -> float:
    """Seconds of the fastest of a few runs."""
    best = float("inf")
    for _ in range(repeats):
        begin = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - begin)
    return best


def relative_gap(gram: np.ndarray, state: SolverState) -> float:
    """The bound on the duality gap, over the target of the engines."""
    n, C = len(gram), state.C
    beta, f = np.zeros(n), np.zeros(n)
    size = float(gram.max())
    gap = read_solution(gram, state.slack, state.state, state.y, C, size, beta, f)
    return gap / (RELATIVE_GAP_TARGET * n * C * max(1.0, C))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 2000, 5000])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--data", type=Path, default=SHARED)
    options = parser.parse_args()
    fit_state(*digits(300, options.data), 1.0, GO)  # compiles
    print("| n | C | free | SVC, s | fit, s | ratio | with tableau, s | ratio | gap |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for n in options.sizes:
        gram, y = digits(n, options.data)
        # The kernel's diagonal is 5, so C belongs to a matrix of 4 times the size.
        for C in WEIGHTS:
            scaled = 4 * C
            model = SVC(kernel="precomputed", C=scaled)
            theirs = fastest(partial(model.fit, gram, y), options.repeats)
            ours = fastest(partial(fit, gram, y, scaled, GO), options.repeats)
            whole = fastest(partial(fit_state, gram, y, scaled, GO), options.repeats)
            state = fit(gram, y, scaled, GO).state
            print(
                f"| {n:,} | {C:g} | {int((state.state == FREE).sum()):,} | {theirs:.3f} | "
                f"{ours:.3f} | {ours / theirs:.1f} | {whole:.3f} | {whole / theirs:.1f} | "
                f"{relative_gap(gram, state):.2f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
