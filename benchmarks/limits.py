"""How far time limits are overrun, from 200 to 5,000 labels: what was told, and what it took.

Real e-mails as embeddings (the shared data folder), the kernel of an MLP or plain inner products,
C from tiny to huge, budgets from 1 to 200 flips. Code is compiled before the first measurement.

    python benchmarks/limits.py [--limit 5] [--labels 200,1000,4000] [--kernels mlp,inner]
"""

from __future__ import annotations

import argparse
import itertools
import os
import time
from pathlib import Path

import numpy as np
import pandas as pd

import labelcert as lc

DATA = Path(
    os.environ.get("LABELCERT_DATA_DIR") or Path(__file__).resolve().parents[2] / "shared" / "data"
)
TESTS = 50


def mails() -> tuple[np.ndarray, np.ndarray]:
    """All e-mails in a fixed random order: (n, 384) embeddings of unit length, and labels."""
    frame = pd.read_parquet(DATA / "spam_assassin_minilm.parquet")
    rows = np.random.default_rng(0).permutation(len(frame))
    numbers = [name for name in frame.columns if frame[name].dtype.kind == "f"]
    features = np.array(frame[numbers], dtype=float)[rows]
    return features / np.linalg.norm(features, axis=1, keepdims=True), np.array(frame["label"])[
        rows
    ]


def blocks(kernel: str, features: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Gram matrix of the first n rows and the rows of the next `TESTS` against them."""
    part = features[: n + TESTS]
    if kernel == "inner":
        whole = part @ part.T
    else:
        table = lc.datasets.from_table(pd.DataFrame(part).assign(label="a").rename(columns=str))
        whole = lc.kernels.MLP()(table)
    return whole[:n, :n], whole[n:, :n]


def numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(",")]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--limit", type=float, default=5.0, help="seconds")
    parser.add_argument("--labels", type=numbers, default=[200, 1000, 4000])
    parser.add_argument("--flips", type=numbers, default=[1, 200])
    parser.add_argument("--kernels", default="mlp,inner")
    options = parser.parse_args()
    features, labels = mails()
    lc.certify(*blocks("inner", features, 30), labels[:30], C=1.0, max_flips=2, collective=True)
    worst = -np.inf
    print("kernel  labels        C  flips   limit  seconds  overrun  open radii  stopped")
    for kernel, n in itertools.product(options.kernels.split(","), options.labels):
        gram, cross = blocks(kernel, features, n)
        for C, flips in itertools.product((1e-4, 0.01, 1.0, 1e4), options.flips):
            begin = time.monotonic()
            cert = lc.certify(
                gram, cross, labels[:n], C=C, max_flips=flips, time_limit=options.limit,
                collective=flips <= n,
            )  # fmt: skip
            seconds = time.monotonic() - begin
            compiling = max(seconds - cert.seconds - 0.5, 0.0)
            over = seconds - compiling - options.limit
            worst = max(worst, over)
            print(
                f"{kernel:7s} {n:6d} {C:8g} {flips:6d} {options.limit:7.1f} {seconds:8.1f} "
                f"{max(over, 0.0):8.1f} {int((~cert.exact).sum()):11d}  {cert.stopped or '-'}",
                flush=True,
            )
    print(f"\nlargest overrun {max(worst, 0.0):.1f} s of a limit of {options.limit:g} s")


if __name__ == "__main__":
    main()
