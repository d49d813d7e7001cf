"""Kernel ridge regression from a Gram matrix of 20,000 labels: seconds and peak memory.

    python benchmarks/large_gram.py [--labels 20000] [--test 200] [--ridge 100] [--flips 2000]
                                    [--degree 2] [--float32] [--skew] [--parts svm]

MNIST (``mnist.npz``, looked for in ``../shared/data`` or ``LABELCERT_DATA_DIR``), ten classes, rows
of unit length, the kernel (1 + x·x')² (degree 1 is of rank 785, so that its diagonal has to be
raised). Prints the seconds of the kernel and of the certificate,
the peak memory of the process, how many radii are exact, their median, and the accuracy.

float32: the kernel is one of 32-bit floats; skew: and misses symmetry by rounding, as products on a
graphics processor do. parts: no certificate, but what the check of the arguments, the fit (of ridge
regression, or of an SVM, odd against even, C = 0.1) and the look for warnings take at the most and
leave behind, beside the kernel as handed in, in arrays of 8 n² bytes.
"""

from __future__ import annotations

import argparse
import os
import resource
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import labelcert as lc
from labelcert.certificates.run.checked_input import check_input
from labelcert.certificates.run.warning_signs import warning_signs
from labelcert.engines.machines import ridge, saturation
from labelcert.engines.machines.clean import clean_fit
from labelcert.engines.machines.machines import Machines

SHARED = Path(__file__).resolve().parents[1].parent / "shared" / "data"


def peak() -> float:
    """Gigabytes that this process has held at the most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def blocks(options: argparse.Namespace) -> tuple[np.ndarray, ...]:
    """Gram matrix, cross kernel, and labels of all rows."""
    n, m = options.labels, options.test
    kind = np.float32 if options.float32 else np.float64
    with np.load(Path(os.environ.get("LABELCERT_DATA_DIR") or SHARED) / "mnist.npz") as data:
        rows = data["x_train"][: n + m].reshape(n + m, -1).astype(kind)
        labels = data["y_train"][: n + m]
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    gram, cross = rows[:n] @ rows[:n].T, rows[n:] @ rows[:n].T
    for block in (gram, cross):
        np.power(np.add(block, 1.0, out=block), options.degree, out=block)
    if options.skew:
        random = np.random.default_rng(0)
        for at in range(0, n, 256):
            part = gram[at : at + 256]
            part *= (1 + 2e-7 * (random.random(part.shape) - 0.5)).astype(kind)
    return gram, cross, labels


def part(name: str, n: int, work: Callable[[], Any]) -> Any:
    """What a piece of work returns; prints what it took."""
    tracemalloc.reset_peak()
    begin = time.process_time()
    found = work()
    left, most = tracemalloc.get_traced_memory()
    seconds = time.process_time() - begin
    square = 8 * n * n
    print(
        f"{name:10s} {most / square:5.2f} at the peak, {left / square:5.2f} left, {seconds:.0f} s"
    )
    return found


def parts(options: argparse.Namespace) -> None:
    n = options.labels
    gram, cross, labels = blocks(options)
    labels, svm = labels[:n].astype(int) % 2, options.parts == "svm"
    learner = (0.1, None) if svm else (None, options.ridge)
    tracemalloc.start()
    given = part("check", n, lambda: check_input(gram, cross, labels, *learner, 5, None, None))
    if svm:
        machines = Machines(given.gram, given.cross, 0.1, given.space, 5)
        part("fit", n, lambda: clean_fit(machines))
        part("saturation", n, lambda: saturation.saturating_C(machines, 5))
    else:
        part("fit", n, lambda: ridge.linear_model(given.gram, given.cross, options.ridge, 5))
    part("warnings", n, lambda: warning_signs(given, np.zeros(options.test, dtype=int)))
    print(f"shift of the diagonal {given.gram.shift:.1e}, {peak():.2f} GB at the peak")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--labels", type=int, default=20_000)
    parser.add_argument("--test", type=int, default=200)
    parser.add_argument("--ridge", type=float, default=100.0)
    parser.add_argument("--flips", type=int, default=2000)
    parser.add_argument("--degree", type=int, default=2)
    parser.add_argument("--float32", action="store_true")
    parser.add_argument("--skew", action="store_true")
    parser.add_argument("--parts", choices=["ridge", "svm"])
    options = parser.parse_args()
    if options.parts:
        parts(options)
        return
    n = options.labels
    begin = time.perf_counter()
    gram, cross, labels = blocks(options)
    made = time.perf_counter()
    print(f"kernel {made - begin:.0f} s, {peak():.1f} GB", flush=True)
    cert = lc.certify(
        gram, cross, labels[:n], ridge=options.ridge, max_flips=options.flips, time_limit=None
    )
    print(
        f"certificate {time.perf_counter() - made:.0f} s, {peak():.1f} GB at the peak; "
        f"{cert.exact.mean():.0%} exact, median radius {np.median(cert.radius):.0f}, "
        f"{(cert.prediction == labels[n:]).mean():.1%} right"
    )


if __name__ == "__main__":
    main()
