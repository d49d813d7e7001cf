"""The engines there are. A new one is a file of its own, and a line here."""

from __future__ import annotations

from labelcert.engines.by_attack import Attack
from labelcert.engines.by_branching import BranchAndBound
from labelcert.engines.by_classes import Classes
from labelcert.engines.by_count_attack import CountAttack
from labelcert.engines.by_counting import Counting
from labelcert.engines.by_enumeration import Enumeration
from labelcert.engines.by_linear_attack import LinearAttack
from labelcert.engines.by_margins import WorstMargins
from labelcert.engines.by_paper_milp import PaperMilp
from labelcert.engines.by_shares import CountBound
from labelcert.engines.by_sort import Sort
from labelcert.engines.engine import Engine

ENGINES: tuple[Engine, ...] = (
    Sort(),
    LinearAttack(),
    Counting(),
    Attack(),
    CountAttack(),
    Enumeration(),
    Classes(),
    BranchAndBound(),
    WorstMargins(),
    CountBound(),
    PaperMilp(),
)

AUTO = "auto"
"""The name under which users leave the choice to the planner."""

OPTIONS: tuple[str, ...] = (AUTO, *(engine.option for engine in ENGINES if engine.option))
"""Names that users may ask for."""


def named(option: str) -> Engine:
    """The engine that users ask for under a name of `OPTIONS`."""
    return next(engine for engine in ENGINES if engine.option == option)
