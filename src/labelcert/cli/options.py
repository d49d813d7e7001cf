"""The arguments and options of the commands, with the help that teaches them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from labelcert.cli.panels import ATTACK, CHOICE, DATA, MANY, SEARCH, START


def option(panel: str, names: tuple[str, ...], text: str, metavar: str | None = None) -> object:
    """An option under a panel of the help."""
    return typer.Option(*names, help=text, metavar=metavar, rich_help_panel=panel)


Dataset = Annotated[
    str,
    typer.Argument(
        help="Name of a data set (see 'labelcert datasets'), or a file: .npz with a graph, or "
        ".csv, .tsv, .parquet with a table of nodes.",
        metavar="DATASET",
        show_default=False,
    ),
]
Edges = Annotated[
    Path | None,
    option(DATA, ("--edges",), "Edge table (columns source, target) of a node table.", "FILE"),
]
Label = Annotated[
    str | None,
    option(START, ("--label",), "Column (or .npz key) of the class labels.", "NAME"),
]
Id = Annotated[
    str | None,
    option(
        DATA, ("--id",),
        "Column of the node ids, shown in place of node numbers (id, with --edges).", "NAME",
    ),
]  # fmt: skip
Annotations = Annotated[
    str | None,
    option(
        DATA, ("--annotations",),
        "Several votes on each label, of which the majority counts: a column of the table with "
        "lists, or a table with the columns node, annotator, label (or what --label names). Ties "
        "are told.", "COLUMN|FILE",
    ),
]  # fmt: skip
Drop = Annotated[
    list[str] | None,
    option(DATA, ("--drop",), "Column of the table to leave out; may be repeated.", "NAME"),
]
Keep = Annotated[
    list[str] | None,
    option(
        DATA, ("--keep",),
        "Column of the table to use as a feature that would be left out, such as one of true and "
        "false; may be repeated.", "NAME",
    ),
]  # fmt: skip
Called = Annotated[
    str | None,
    option(
        DATA, ("--called",),
        "What one row or node is, such as mail: tables and pages call it so.", "WORD",
    ),
]  # fmt: skip
DropClass = Annotated[
    list[str] | None,
    option(
        DATA, ("--drop-class",),
        "Class whose nodes to leave out, such as one with too few of them; may be repeated.",
        "NAME",
    ),
]  # fmt: skip
New = Annotated[
    Path | None,
    option(
        START, ("--new",),
        "Table of new rows to certify, with or without labels; all labeled rows of DATASET, a "
        "table, are then trained on.", "FILE",
    ),
]  # fmt: skip
Standardize = Annotated[
    bool,
    option(
        DATA, ("--standardize",),
        "Give every feature mean 0 and scale 1 over the rows that are trained on.",
    ),
]  # fmt: skip
Binary = Annotated[
    bool,
    option(
        DATA,
        ("--binary",),
        "Keep the two most frequent classes, as labels 1 and 0, without nodes then isolated.",
    ),
]
LargestComponent = Annotated[
    bool, option(DATA, ("--largest-component",), "Keep the largest connected component.")
]
Model = Annotated[
    str | None,
    option(
        START, ("--model",),
        "Network, see 'labelcert models'; gcn, or mlp where there are no edges. A kernel of your "
        "own: package.module:Class, see the documentation.", "NAME",
    ),
]  # fmt: skip

C = Annotated[
    float | None,
    option(
        START, ("-C", "--C"),
        "Regularization: train with the hinge loss (a kernel SVM); 1 unless given.", "X",
    ),
]  # fmt: skip
Ridge = Annotated[
    float | None,
    option(START, ("--ridge",), "Train with squares (kernel ridge regression).", "X"),
]

Learner = Annotated[
    str | None,
    option(
        MANY, ("--learner",),
        "svm or ridge, with C = 1 or ridge = 1 unless given by -C or --ridge.", "NAME",
    ),
]  # fmt: skip
Features = Annotated[
    str | None,
    option(
        MANY, ("--features",),
        "In place of a network: pixels (rows as they are), random_relu, patches of square "
        "images, or spectral; label-free, for any number of labels.", "NAME",
    ),
]  # fmt: skip
Parts = Annotated[
    int | None,
    option(
        MANY, ("--parts",),
        "Train one model on each of so many parts of the labels, and let them vote.", "K",
    ),
]  # fmt: skip
Votes = Annotated[
    str | None,
    option(
        MANY, ("--votes",),
        "How votes are certified: white_box looks into the models, black_box counts votes only.",
        "NAME",
    ),
]  # fmt: skip

MaxFlips = Annotated[
    str | None,
    option(
        START, ("--max-flips",),
        "Largest number of flipped labels, or with --costs what they cost: a count, or a "
        "percentage such as 10% of all labels or of what all cost. 10 unless given.", "BUDGET",
    ),
]  # fmt: skip
Collective = Annotated[
    bool,
    option(
        START, ("--collective",),
        "Also count how many predictions one attacker can break at once.",
    ),
]  # fmt: skip
WorstMargins = Annotated[
    bool,
    option(
        SEARCH, ("--worst-margins",),
        "Also find the worst margin of each node at every budget, for the .json file; takes "
        "longer, two classes only.",
    ),
]  # fmt: skip
Trusted = Annotated[
    str | None,
    option(
        ATTACK, ("--trusted",),
        "Labels that cannot be flipped: a column of the node table with yes or no (not a feature "
        "then), or a text file of nodes, one a line, by id or else by number.", "COLUMN|FILE",
    ),
]  # fmt: skip
Direction = Annotated[
    list[str] | None,
    option(
        ATTACK, ("--direction",),
        "Flips the attacker may make, as FROM:TO; may be repeated. All unless given: a label may "
        "become any other class.", "A:B",
    ),
]  # fmt: skip
Costs = Annotated[
    str | None,
    option(
        ATTACK, ("--costs",),
        "What flipping each label costs (1): a column of the node table, or a table with the "
        "columns node, cost; or votes, with --annotations: the votes that change it. The budget is "
        "then what all flips cost together.", "COLUMN|FILE",
    ),
]  # fmt: skip
Groups = Annotated[
    str | None,
    option(
        ATTACK, ("--groups",),
        "Who gave each label: a column of the node table (not a feature then), or a table with "
        "the columns node, group.", "COLUMN|FILE",
    ),
]  # fmt: skip
GroupBudget = Annotated[
    list[str] | None,
    option(
        ATTACK, ("--group-budget",),
        "Most flips of labels of one group, besides --max-flips: N for every group, or NAME=N for "
        "one; a count, or a percentage such as 50% of the group; may be repeated.", "[NAME=]N",
    ),
]  # fmt: skip
BadGroups = Annotated[
    int,
    option(
        ATTACK, ("--bad-groups",),
        "Besides, up to so many groups, unknown which, may be wrong anywhere: their labels may "
        "change at no cost.", "N",
    ),
]  # fmt: skip
Count = Annotated[int, option(CHOICE, ("--k", "-k"), "How many labels to choose.", "N")]
AtBudget = Annotated[
    str | None,
    option(
        CHOICE, ("--budget",),
        "Raise the certified ratio at this budget, a count or a percentage of the labels; "
        "--max-flips unless given.", "BUDGET",
    ),
]  # fmt: skip

TimeLimit = Annotated[
    float,
    option(
        START, ("--time-limit",),
        "Seconds for the search, inf for no limit. What is open then is told as an interval.", "S",
    ),
]  # fmt: skip
PointTimeLimit = Annotated[
    float | None,
    option(
        SEARCH, ("--point-time-limit",),
        "Seconds that branch and bound (or paper_milp) may spend on one test node.", "S",
    ),
]  # fmt: skip
Relaxed = Annotated[
    bool,
    option(
        SEARCH, ("--relaxed",),
        "With more than two classes take the worst case of each class independently, which is "
        "proven too, quicker, and may be lower.",
    ),
]  # fmt: skip
Engine = Annotated[
    str,
    option(
        SEARCH, ("--engine",),
        "Which engine decides.", "NAME",  # told in full by engine_help.py
    ),
]  # fmt: skip
Solver = Annotated[
    str,
    option(
        SEARCH, ("--solver",),
        "Solver of paper_milp: highs, or gurobi (pip install 'labelcert\\[gurobi]').", "NAME",
    ),
]  # fmt: skip
Jobs = Annotated[int | None, option(SEARCH, ("--n-jobs",), "Threads (all cores).", "N")]
Output = Annotated[
    list[Path] | None,
    option(
        START, ("--output", "-o"),
        "Write the result: .json (everything), .csv or .parquet (a row a test node; of advice, a "
        "row a step); may be repeated.", "FILE",
    ),
]  # fmt: skip
Plot = Annotated[
    list[Path] | None,
    option(
        START, ("--plot",),
        "Draw the certified ratio: .png, .svg, .pdf, .html or .json; may be repeated.", "FILE",
    ),
]  # fmt: skip
ReportPage = Annotated[
    list[Path] | None,
    option(
        START, ("--report",),
        "Write a page to look at: .html, one file that needs no network, with curves, radii, the "
        "graph and the labels that break each prediction; may be repeated.", "FILE",
    ),
]  # fmt: skip
Quiet = Annotated[
    bool, option(START, ("--quiet", "-q"), "Print nothing but errors, and no progress bar.")
]
