"""Sixty thousand labels: ridge regression on features, against the bare linear algebra.

    python benchmarks/sixty_thousand.py [--only speed|path|gram|rows ...] [--rows 1000000]
                                        [--data FOLDER] [--test 1000]

speed: MNIST pixels and a constant, 60,000 labels of ten classes, `certify_linear` against FᵀF, one
solve and the product in NumPy, in one run, for float64 and for float32 features (each against
NumPy in that type). path: accuracy and certified flips over λ, from one factorization, for pixels
and for random ReLU features. gram: `certify` with ridge= on 4,000 labels and 200 test points
against scipy's cho_factor and cho_solve. rows: made data of so many rows and 100 features, peak
memory of a process of its own. A wrong prediction counts as −1 certified flips.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

import labelcert as lc

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
REPEATS = 3


def peak() -> float:
    """Peak memory of this process in GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def digits(folder: Path, name: str, tests: int) -> tuple[np.ndarray, ...]:
    """Pixels from 0 to 1 and a constant 1 as float64, and labels: training, test."""
    with np.load(folder / f"{name}.npz", allow_pickle=False) as data:
        parts = []
        for part in ("train", "test"):
            pixels = data[f"x_{part}"].reshape(len(data[f"x_{part}"]), -1) / 255.0
            parts += [np.hstack([pixels, np.ones((len(pixels), 1))]), data[f"y_{part}"].astype(int)]
    features, labels, test_features, truth = parts
    return features, labels, test_features[:tests], truth[:tests]


def timed(work, repeats: int = REPEATS) -> tuple[float, object]:
    """The least seconds of a few, and what the last one returned."""
    least, found = float("inf"), None
    for _ in range(repeats):
        begin = time.perf_counter()
        found = work()
        least = min(least, time.perf_counter() - begin)
    return least, found


def speed(folder: Path, tests: int) -> None:
    """`certify_linear` as a multiple of the bare linear algebra."""
    features, labels, test_features, truth = digits(folder, "mnist", tests)
    lc.certify_linear(features[:200], test_features[:5], labels[:200], ridge=1.0, max_flips=5)
    print("MNIST pixels, 60,000 labels: seconds, ratio, accuracy, median flips, exact, peak memory")
    for kind in (np.float64, np.float32):
        own, new = features.astype(kind), test_features.astype(kind)

        def bare(own=own, new=new, kind=kind):
            system = own.T @ own + kind(1e4) * np.eye(own.shape[1], dtype=kind)
            return own @ np.linalg.solve(system, new.T)

        def ours(own=own, new=new):
            return lc.certify_linear(own, new, labels, ridge=1e4, max_flips=1000, time_limit=None)

        plain, _ = timed(bare)
        seconds, cert = timed(ours)
        right = cert.prediction == truth
        flips = np.median(np.where(right, cert.radius, -1))
        print(
            f"{kind.__name__:8s} bare {plain:6.2f}  certified {seconds:6.2f}  "
            f"ratio {seconds / plain:5.2f}  {right.mean():6.1%}  {flips:6.0f}  "
            f"{cert.exact.mean():6.1%}  {peak():5.2f} GB",
            flush=True,
        )


def path(folder: Path, tests: int) -> None:
    """Accuracy against certified flips over λ."""
    for name in ("mnist", "fashion_mnist"):
        pixels, labels, test_pixels, truth = digits(folder, name, tests)
        kernel = lc.kernels.RandomFeatures(width=2000, seed=0, bias=False, constant=0.04)
        random = kernel.features(pixels), kernel.features(test_pixels)
        for told, (features, new) in {
            "pixels": (pixels, test_pixels), "2,000 random ReLU features": random,
        }.items():  # fmt: skip
            begin = time.perf_counter()
            found = lc.ridge_path(features, new, labels, truth, max_flips=20_000, budget=100)
            print(
                f"\n{name}, {told}, {time.perf_counter() - begin:.1f} s, {peak():.2f} GB:\n"
                "   lambda  accuracy  median flips  certified at 100   exact"
            )
            for point in found.points:
                print(
                    f"{point.ridge:9.3g}  {point.accuracy:8.1%}  {point.median_flips:12.0f}  "
                    f"{point.certified_accuracy:16.1%}  {point.exact:6.1%}",
                    flush=True,
                )


def gram(folder: Path, count: int = 4000, tests: int = 200) -> None:
    """`certify` with ridge= as a multiple of one factorization and its solve."""
    from scipy.linalg import cho_factor, cho_solve

    pixels, labels, test_pixels, _ = digits(folder, "mnist", tests)
    data, kernel = np.vstack([pixels[:count], test_pixels]), lc.kernels.MLP()
    own, new = np.arange(count), np.arange(count, count + tests)
    square, cross = np.array(kernel(data, own)), np.array(kernel(data, new, own))
    few = square[:200, :200], cross[:5, :200], labels[:200]
    lc.certify(*few, ridge=1.0, max_flips=5)

    def bare():
        system = np.array(square, order="F")
        system[np.diag_indices(count)] += 1.0
        return cho_solve(cho_factor(system, lower=True, overwrite_a=True), cross.T)

    def ours():
        return lc.certify(square, cross, labels[:count], ridge=1.0, max_flips=400, time_limit=None)

    plain, _ = timed(bare)
    seconds, cert = timed(ours)
    print(
        f"Gram {count} x {tests}: cho_factor + cho_solve {plain:.2f} s, certified {seconds:.2f} s, "
        f"ratio {seconds / plain:.2f}, exact {cert.exact.mean():.1%}",
        flush=True,
    )


def rows(number: int, tests: int = 200) -> None:
    """Made data of many rows, in this process."""
    rng = np.random.default_rng(0)
    features = rng.standard_normal((number, 100), dtype=np.float32)
    new = rng.standard_normal((tests, 100), dtype=np.float32)
    noise = 5 * rng.standard_normal((number, 3), dtype=np.float32)
    labels = (features @ rng.standard_normal((100, 3)).astype(np.float32) + noise).argmax(axis=1)
    before = peak()
    begin = time.perf_counter()
    cert = lc.certify_linear(features, new, labels, ridge=1e3, max_flips=number, time_limit=None)
    print(
        f"made data, {number:,} x 100 float32, {tests} test points: "
        f"{time.perf_counter() - begin:.1f} s, peak memory {peak():.2f} GB ({before:.2f} before), "
        f"median radius {np.median(cert.radius):.0f}, exact {cert.exact.mean():.1%}, "
        f"JSON {len(cert.to_json()) / 1e6:.2f} MB",
        flush=True,
    )


TABLES = ("speed", "gram", "path", "rows")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=TABLES, default=TABLES)
    parser.add_argument("--rows", type=int, default=10**6)
    parser.add_argument("--test", type=int, default=1000)
    parser.add_argument("--data", type=Path, default=SHARED)
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    if "speed" in given.only:
        speed(given.data, given.test)
    if "gram" in given.only:
        gram(given.data)
    if "path" in given.only:
        path(given.data, given.test)
    if "rows" in given.only and given.here:
        rows(given.rows)
    elif "rows" in given.only:  # peak memory is that of a process
        again = [sys.executable, __file__, "--only", "rows", "--here", "--rows", str(given.rows)]
        subprocess.run(again, check=True)


if __name__ == "__main__":
    main()
