"""The options that say what is trained on, and what is certified."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from labelcert.cli.options import option
from labelcert.cli.panels import ROWS, START

PerClass = Annotated[
    int | None,
    option(
        ROWS, ("--per-class",),
        "Labeled training nodes of each class (5). A table is trained on whole without it, but for "
        "a fifth of the rows, 1,000 at most, that is certified, or but for its rows without a "
        "label.", "N",
    ),
]  # fmt: skip
SplitColumn = Annotated[
    str | None,
    option(
        START, ("--split",),
        "Column of the table that says train, validation or test; no feature then. Of an .npz "
        "file: masks, for its train_mask, val_mask and test_mask.", "NAME",
    ),
]  # fmt: skip
Train = Annotated[
    Path | None,
    option(
        ROWS, ("--train",),
        "Train on the nodes that this file lists, a number or id a line, and certify the others.",
        "FILE",
    ),
]  # fmt: skip
Validation = Annotated[
    int | None,
    option(
        ROWS, ("--validation",),
        "More labeled nodes of each class, as many as --per-class unless given. The certified "
        "network trains on both, and the attacker may flip both.", "N",
    ),
]  # fmt: skip
Test = Annotated[
    int | None,
    option(START, ("--test",), "Certify this many of the remaining nodes (all).", "N"),
]
Seed = Annotated[int, option(ROWS, ("--seed",), "Seed of the split.", "N")]
