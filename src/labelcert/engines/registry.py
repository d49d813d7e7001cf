"""The engines there are. A new one is a file of its own, and an entry here.

An entry is all that the shell's help, the check of what users ask for and ``docs/engines.md`` need;
engines themselves, which take a moment to import, are loaded when a task is there to decide.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from labelcert.engines.engine import Engine

AUTO = "auto"
"""The name under which users leave the choice to the planner."""


class Entry(NamedTuple):
    """A file of this package and the class in it, one sentence on what it decides, at what cost and
    when to prefer it, and the name under which users ask for it, "" where they cannot."""

    file: str
    engine: str
    summary: str
    option: str = ""


ENTRIES = (
    Entry(
        "by_sort",
        "Sort",
        "sorts the gains of single changes: exact at every budget, for any number of "
        "labels, where the model is linear in them (ridge regression, saturated SVMs)",
    ),
    Entry(
        "by_motion",
        "Motion",
        "bounds how far flips can move a kernel SVM from its one clean fit, by a sort and a "
        "norm: lower ends of radii at once, at any number of labels; tight where C is small",
    ),
    Entry(
        "by_linear_attack",
        "LinearAttack",
        "finds relabelings that break many predictions at once, by greedy choice where "
        "the model is linear in the labels; proves nothing",
    ),
    Entry(
        "by_counting",
        "Counting",
        "adds up every relabeling up to the budget: the exact number of predictions that "
        "one attack breaks, where the model is linear in the labels",
    ),
    Entry(
        "by_attack",
        "Attack",
        "finds relabelings that break predictions, by greedy choice and exchanges with "
        "retraining; proves nothing, and tells which budgets still need a proof",
    ),
    Entry(
        "by_count_attack",
        "CountAttack",
        "finds relabelings that break many predictions at once, by greedy choice with "
        "retraining; proves nothing",
    ),
    Entry(
        "by_enumeration",
        "Enumeration",
        "retrains on every label vector up to the budget: exact for all test points at "
        "once, radii and counts, wherever there are up to some ten million",
        option="enumeration",
    ),
    Entry(
        "by_singles",
        "Singles",
        "retrains on every change of one label, many in one matrix product: exact radii at one "
        "flip with thousands of labels",
    ),
    Entry(
        "by_classes",
        "Classes",
        "retrains each class's machine on all its flip sets and joins the extreme ones: "
        "exact radii of many classes, far beyond the enumeration of relabelings",
    ),
    Entry(
        "by_root",
        "RootBound",
        "proves radii by one convex bound a prediction and budget, small budgets first, over "
        "ranges that come from one fit, tightened while there is time: for hundreds to thousands "
        "of labels, where nothing can be gone through",
    ),
    Entry(
        "by_branching",
        "BranchAndBound",
        "decides radii one prediction after the other, by convex relaxations over regions "
        "of relabelings, each refined, split or retrained on: for budgets beyond every "
        "enumeration, best where leads are not close",
        option="branch_and_bound",
    ),
    Entry(
        "by_margins",
        "WorstMargins",
        "bounds the worst margin of each prediction at every budget, two classes, by "
        "branch and bound towards the smallest margin seen: on request, where "
        "enumerations left it open",
    ),
    Entry(
        "by_shares",
        "CountBound",
        "bounds from above how many predictions one attack breaks, two classes, by one "
        "convex relaxation for all of them at once: at budgets that enumerations cannot "
        "reach",
    ),
    Entry(
        "by_paper_milp",
        "PaperMilp",
        "solves the mixed-integer program of arXiv 2412.00537 anew for each test point, "
        "rival and budget: true up to a solver's tolerance, never the quickest, to "
        "compare with",
        option="paper_milp",
    ),
)

OPTIONS: tuple[str, ...] = (AUTO, *(entry.option for entry in ENTRIES if entry.option))
"""Names that users may ask for."""


@cache
def load(entry: Entry) -> Engine:
    """The engine of an entry."""
    room = import_module(f"{__package__}.{entry.file}")
    engine: Engine = getattr(room, entry.engine)()
    return engine


def engines() -> tuple[Engine, ...]:
    """All engines, in the order of their entries."""
    return tuple(load(entry) for entry in ENTRIES)


def named(option: str) -> Engine:
    """The engine that users ask for under a name of `OPTIONS`."""
    return load(next(entry for entry in ENTRIES if entry.option == option))
