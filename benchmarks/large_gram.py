"""Kernel ridge regression from a Gram matrix of 20,000 labels: seconds and peak memory.

    python benchmarks/large_gram.py [--labels 20000] [--test 200] [--ridge 100] [--flips 2000]

MNIST (``mnist.npz``, looked for in ``../shared/data`` or ``LABELCERT_DATA_DIR``), ten classes, rows
of unit length, the kernel (1 + x·x')². Prints the seconds of the kernel and of the certificate,
the peak memory of the process, how many radii are exact, their median, and the accuracy.
"""

from __future__ import annotations

import argparse
import os
import resource
import time
from pathlib import Path

import numpy as np

import labelcert as lc

SHARED = Path(__file__).resolve().parents[1].parent / "shared" / "data"


def peak() -> float:
    """Gigabytes that this process has held at the most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--labels", type=int, default=20_000)
    parser.add_argument("--test", type=int, default=200)
    parser.add_argument("--ridge", type=float, default=100.0)
    parser.add_argument("--flips", type=int, default=2000)
    options = parser.parse_args()
    n, m = options.labels, options.test
    with np.load(Path(os.environ.get("LABELCERT_DATA_DIR") or SHARED) / "mnist.npz") as data:
        rows = data["x_train"][: n + m].reshape(n + m, -1).astype(np.float64)
        labels = data["y_train"][: n + m]
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    begin = time.perf_counter()
    gram, cross = rows[:n] @ rows[:n].T, rows[n:] @ rows[:n].T
    for block in (gram, cross):
        np.square(np.add(block, 1.0, out=block), out=block)
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
