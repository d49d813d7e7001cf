"""What would close radii that are open, as data: one way each, with its price."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

KINDS = ("no relaxation", "longer limit", "smaller C", "ridge")
"""The ways there are."""


@dataclass(frozen=True)
class Alternative:
    """One way to close radii that a search left open.

    kind: one of `KINDS`. told: the way and its price in a sentence or two. learner: what would be
    certified then, such as {"C": 0.01}, the learner of now where only the search would be another;
    of ridge regression without validation labels empty, for there is nothing to choose a λ by.
    unchanged: how many of the definite test predictions would stay as they are, None where not
    counted. validated: how many validation labels the price was taken on; right, right_now: how
    many of them the alternative and the learner of now predict right, each trained without them;
    None where there are none, or no time was left for it.
    """

    kind: str
    told: str
    learner: dict[str, float]
    unchanged: int | None = None
    validated: int = 0
    right: int | None = None
    right_now: int | None = None

    @property
    def accuracy(self) -> float | None:
        """Share of the validation labels that the alternative predicts right, None if unknown."""
        return None if self.right is None else self.right / self.validated

    @property
    def accuracy_now(self) -> float | None:
        """The same of the learner of now."""
        return None if self.right_now is None else self.right_now / self.validated

    def __str__(self) -> str:
        return self.told


def alternative_from(record: Any) -> Alternative:
    """Read what `dataclasses.asdict` made of one; raises ValueError, TypeError or KeyError."""
    if not isinstance(record, dict):
        raise ValueError("an alternative that is none")
    found = cast("dict[str, Any]", record)
    kind, told = found["kind"], found["told"]
    if kind not in KINDS or not isinstance(told, str):
        raise ValueError(f"an alternative of the kind {kind!r}")
    learner = {str(name): float(value) for name, value in found["learner"].items()}
    validated = _count(found.get("validated", 0)) or 0
    right, now = _count(found.get("right")), _count(found.get("right_now"))
    if any(count is not None and (count > validated or validated == 0) for count in (right, now)):
        raise ValueError("more right than there are validation labels")
    return Alternative(kind, told, learner, _count(found.get("unchanged")), validated, right, now)


def _count(value: Any) -> int | None:
    if value is None or (type(value) is int and value >= 0):
        return value
    raise ValueError(f"{value!r} is no count")
