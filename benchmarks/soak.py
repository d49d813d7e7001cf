"""Is any verdict wrong? Nasty random problems against exact truth, and against their relatives.

    python benchmarks/soak.py --seconds 600 [--seed 0] [--max-problems K] [--kinds svm,"rank one"]
    python benchmarks/soak.py --only SEED      # one problem again, told in full

Up to 8 labels every claim of a certificate (radii, witnesses, decisions and their error bars, worst
margins and their bounds, counts and their flip sets) is held to an oracle in rational arithmetic,
`tests/oracles/rational_truth.py`, that retrains on every relabeling. With 5 to 14 labels, problems
that must have the same answer are compared (`soaking/relations.py`).

Pairs are (test point, budget from 0). A problem counts once in each kind it belongs to: task,
kernel, threat model, time limit. Prints every disagreement with the seed that repeats it; the exit
code is 1 if there is one. `--n-jobs` is that of `certify`.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
for folder in (ROOT / "benchmarks", ROOT / "tests"):
    if str(folder) not in sys.path:
        sys.path.append(str(folder))

# Neither folder is a package, so these are found only once the path is set above.
from soaking.draw import Problem, draw  # noqa: E402
from soaking.run import COLUMNS, check, figures  # noqa: E402

SHOWN = 4
"""So many disagreements of one problem are printed in a run, all with --only."""

SEEDS_APART = 10**8


def wanted(problem: Problem, kinds: list[str]) -> bool:
    """Whether a problem belongs to one of the kinds, or none are named."""
    mine = [tag.partition(": ")[2] or tag for tag in problem.tags]
    return not kinds or any(kind in (*mine, *problem.tags, problem.engine) for kind in kinds)


def describe(problem: Problem) -> str:
    setting = problem.setting
    learner = ", ".join(f"{name}={value!r}" for name, value in setting.learner.items())
    return (
        f"{problem.task}, kernel {problem.kernel}, n={setting.n}, m={setting.m}, "
        f"{len(setting.names)} classes, {learner}, budget {setting.budget}, {problem.threat}, "
        f"{problem.options}{', odd' if problem.odd else ''}"
    )


def soak(options: argparse.Namespace) -> int:
    """Draw and check until the time or the problems are over; returns the disagreements."""
    rows: dict[str, np.ndarray] = {}
    kinds = [kind.strip() for kind in options.kinds.split(",") if kind.strip()]
    begin, done, seed = time.monotonic(), 0, options.seed * SEEDS_APART
    while done < options.max_problems and time.monotonic() - begin < options.seconds:
        problem = draw(seed if options.only is None else options.only)
        seed += 1
        if options.only is None and not wanted(problem, kinds):
            continue
        problem.options["n_jobs"] = options.n_jobs
        start = time.monotonic()
        result = check(problem)
        seconds, done = time.monotonic() - start, done + 1
        shown = result.found if options.only is not None else result.found[:SHOWN]
        if result.found or options.only is not None:
            more = "" if len(shown) == len(result.found) else f" {len(result.found)} in all."
            told = f"{describe(problem)}{f', shift {result.shift:.1e}' if result.shift else ''}"
            print(f"benchmarks/soak.py --only {problem.seed}  # {told}.{more}")
        for text in shown:
            print(f"    {text}", flush=True)
        if seconds > options.slow:
            print(
                f"slow: {seconds:.1f} s, --only {problem.seed}  # {describe(problem)}", flush=True
            )
        for tag in (*problem.tags, "all"):
            row = rows.setdefault(tag, np.zeros(len(COLUMNS), dtype=np.int64))
            row += np.fromiter(figures(result), dtype=np.int64)
        if options.only is not None:
            break
    print_table(rows, time.monotonic() - begin)
    return int(rows["all"][-1]) if "all" in rows else 0


def print_table(rows: dict[str, np.ndarray], seconds: float) -> None:
    print(f"\n{'':28s}" + " ".join(f"{name:>10s}" for name in COLUMNS))
    for name in sorted(rows, key=lambda name: (name == "all", name.partition(": ")[::-1])):
        print(f"{name:28s}" + " ".join(f"{value:10d}" for value in rows[name]))
    pairs = int(rows["all"][1]) if "all" in rows else 0
    print(f"{pairs} pairs in {seconds:.0f} s, {pairs / max(seconds, 1e-9):.0f} a second")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--max-problems", type=float, default=float("inf"))
    parser.add_argument("--kinds", default="", help="names from the table or of engines, commas")
    parser.add_argument("--only", type=int, help="the seed of one problem")
    parser.add_argument("--n-jobs", type=int, default=1)
    parser.add_argument("--slow", type=float, default=10.0, help="tell problems that take longer")
    options = parser.parse_args(arguments)
    if options.only is None and options.seconds == options.max_problems == float("inf"):
        parser.error("pass --seconds, --max-problems or --only")
    bad = soak(options)
    print(f"{bad} disagreements")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
