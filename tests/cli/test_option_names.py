"""Errors in the shell name the shell's options, whatever Python calls the argument."""

from __future__ import annotations

import pytest

from labelcert.cli.commands import with_current_names
from labelcert.cli.option_names import in_options

NAMES = {
    "engine": "--engine", "max_flips": "--max-flips", "C": "-C", "ridge": "--ridge",
    "jobs": "--n-jobs", "n_jobs": "--n-jobs", "features": "--features", "test": "--test",
    "direction": "--direction", "directions": "--direction", "relaxed": "--relaxed",
    "depth": "--depth", "skip_alpha": "--skip-alpha",
}  # fmt: skip


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("engine='x' is unknown: pass one.", "--engine 'x' is unknown: pass one."),
        ("max_flips=-1 is negative.", "--max-flips -1 is negative."),
        ("pass either C or ridge, not both.", "pass either -C or --ridge, not both."),
        ("C=2 is too large: pass ridge.", "-C 2 is too large: pass --ridge."),
        ("kernel ridge regression (ridge)", "kernel ridge regression (--ridge)"),
        ("n_jobs=0 is not allowed.", "--n-jobs 0 is not allowed."),
        ("directions names the label 3.", "--direction names the label 3."),
        ("depth must be 1, not 'depth'.", "--depth must be 1, not 'depth'."),
        ("test is 0: pass 1.", "--test is 0: pass 1."),
        ("relaxed=True is no text.", "--relaxed is no text."),
        ("budget=2: raise max_flips.", "budget=2: raise --max-flips."),
        ("a is not an option of it; did you mean 'skip_alpha'?",
         "a is not an option of it; did you mean '--skip-alpha'?"),
        ("a is not an option of it; use it. Known: depth, x.",
         "a is not an option of it; use it. Known: --depth, x."),
        ("leave it out with depth (in the shell --depth).", "leave it out with --depth."),
        ("with depth (in the shell --depth a --depth b)", "with --depth a --depth b"),
        ("pass depth=2 (in the shell --depth)", "pass --depth 2"),
        ("leave it out with drop (in the shell --drop label).", "leave it out with --drop label."),
        ("pass n_jobs (in the shell --n-jobs)", "pass --n-jobs"),
        ("features 'a.csv' cannot be read (line 2 is not UTF-8 text).",
         "--features 'a.csv' cannot be read (line 2 is not UTF-8 text)."),
        ("leave it out with drop (in the shell --drop).", "leave it out with --drop."),
        ("with drop (in the shell --drop label).", "with --drop label."),
        ("fewer with test (in the shell --test).", "fewer with --test."),
        ("tell it as edges (in the shell --module-edges).", "tell it as --module-edges."),
        ("Pass engine='a' (in the shell --engine).", "Pass --engine 'a'."),
        # What is the user's, or English, or Python, stays as it is.
        ("has no column 'dept'; did you mean 'depth'?",
         "has no column 'dept'; did you mean 'depth'?"),
        ("pass objects such as GCN(depth=1), or a function",
         "pass objects such as GCN(depth=1), or a function"),
        ("column 'max_flips' is empty.", "column 'max_flips' is empty."),
        ("features has entries that are not finite.", "features has entries that are not finite."),
        ("leave the engine to 'auto'.", "leave the engine to 'auto'."),
        ("--max-flips is fine.", "--max-flips is fine."),
        ("Class C-3 and max_flips_2", "Class C-3 and max_flips_2"),
        ("s.yaml, line 3: max_flips must be 1.", "s.yaml, line 3: max_flips must be 1."),
        ("(in a study max_flips)", "(in a study max_flips)"),
    ],
)  # fmt: skip
def test_names_of_arguments_become_options(told, shown):
    assert in_options(told, NAMES) == shown


def test_old_names_of_options_are_understood():
    given = ["certify", "a", "--jobs", "2", "--exactness=relaxed", "-q"]
    assert with_current_names(given) == ["certify", "a", "--n-jobs", "2", "--relaxed", "-q"]
    assert with_current_names(["--jobs=2", "--exactness", "exact"]) == ["--n-jobs=2"]
    assert with_current_names(["--drop", "jobs"]) == ["--drop", "jobs"]
