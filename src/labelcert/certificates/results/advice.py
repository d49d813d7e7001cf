"""Advice on which labels to verify, as data."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from labelcert.certificates.array_types import FloatArray, IntArray
from labelcert.certificates.results.advice_gains import without_gain
from labelcert.certificates.results.certificate import Certificate
from labelcert.certificates.results.suspicion import Suspicion

if TYPE_CHECKING:
    import pandas as pd  # pyright: ignore[reportMissingTypeStubs]

FORMAT = "labelcert advice"
VERSION = 1


@dataclass(frozen=True)
class AdviceStep:
    """One label to verify, and what trusting it (and all before it) proves.

    index into the labeled points, label as it stands. ratio_*: certified ratio at the budget;
    mean_radius_*: mean proven radius (ties count −1).
    gained: whether it raised either. Without a gain it is the label in the most known witnesses.
    complete: whether every candidate was weighed; False where time ran out in this step.
    exact: whether it is proven that no other single label would have gained more.
    """

    index: int
    label: Any
    ratio_before: float
    ratio_after: float
    mean_radius_before: float
    mean_radius_after: float
    gained: bool
    complete: bool
    exact: bool


@dataclass(frozen=True, eq=False, repr=False)
class Advice:
    """Which labels to verify, in order, and what that proves; made by `labelcert.advise`.

    steps: s ≤ k of them. budget: where the certified ratio was to rise.
    ratio_curves (s + 1, L): proven certified ratio at each of the budgets of `before`, before the
    first step and after each.
    before, after: certificates without and with the chosen labels trusted. In `after`, margins that
    were not computed for that attacker are NaN.
    stopped: "" after k steps, else "nothing left to gain" (every prediction is proven robust at
    max_flips, or tied), "time limit" or "interrupted".
    suspicious: what the other labels say of each label; None where there was no time for it.
    Source: our own; the certificates are those of arXiv 2412.00537, section 2.
    """

    steps: tuple[AdviceStep, ...]
    budget: int
    ratio_curves: FloatArray
    before: Certificate
    after: Certificate
    stopped: str = ""
    seconds: float = 0.0
    suspicious: Suspicion | None = None

    @property
    def chosen(self) -> IntArray:
        """(s,) indices into the labeled points, in the order of the steps."""
        return np.array([step.index for step in self.steps], dtype=np.int64)

    @property
    def exact(self) -> bool:
        """Whether every radius is known exactly and every step is proven to be the best one."""
        known = bool(self.before.exact.all()) and bool(self.after.exact.all())
        return known and all(step.exact for step in self.steps)

    def to_frame(self) -> pd.DataFrame:
        """One row a step, numbered from 1, with the fields of `AdviceStep`."""
        import pandas as pd  # pyright: ignore[reportMissingTypeStubs]

        names = list(AdviceStep.__annotations__)
        rows = [[getattr(step, name) for name in names] for step in self.steps]
        frame = pd.DataFrame(rows, columns=pd.Index(names))
        frame.insert(0, "step", np.arange(1, len(rows) + 1))
        return frame

    def to_json(self, indent: int | None = None) -> str:
        """Everything as JSON text; "before" and "after" are documents of `Certificate.to_json`."""
        document: dict[str, Any] = {
            "format": FORMAT,
            "version": VERSION,
            "budget": self.budget,
            "stopped": self.stopped,
            "exact": self.exact,
            "seconds": self.seconds,
            "steps": [_without_nan(vars(step)) for step in self.steps],
            "ratio_curves": [
                [None if math.isnan(v) else v for v in row] for row in self.ratio_curves.tolist()
            ],
            "suspicious": None if self.suspicious is None else self.suspicious.document(),
            "before": json.loads(self.before.to_json()),
            "after": json.loads(self.after.to_json()),
        }
        return json.dumps(document, indent=indent, allow_nan=False, ensure_ascii=False)

    @property
    def told(self) -> str:
        """Why the labels gain nothing at the budget and what may help; "" where they do gain."""
        return without_gain(self)

    def __repr__(self) -> str:
        row = int(np.searchsorted(self.before.budgets, self.budget, side="right")) - 1
        first, last = (self.ratio_curves[i, row] for i in (0, -1))
        gain = f"no gain at {self.budget}: " if self.told else ""
        return (
            f"Advice({gain}verify labels {self.chosen.tolist()}: certified {first:.0%} to "
            f"{last:.0%} at {self.budget}; {'exact' if self.exact else 'not exact'}"
            f"{'; ' + self.stopped if self.stopped else ''}"
            f"{'; ' + self.told if self.told else ''})"
        )


def _without_nan(fields: dict[str, Any]) -> dict[str, Any]:
    return {
        name: None if isinstance(value, float) and math.isnan(value) else value
        for name, value in fields.items()
    }
