"""A certification problem as plain data: what `certify` gets, and what the oracle gets."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

import labelcert as lc
from oracles.rational_machines import Machine, RidgeMachine, SvmMachine
from oracles.rational_truth import UNLIMITED, Attacker


@dataclass(frozen=True, eq=False)
class Setting:
    """gram (n, n), cross (m, n), numbers (n,) of classes with names (K,), C or ridge as `learner`.

    parts: of the threat model, with classes as numbers: trusted, costs, directions, groups,
    group_budgets, bad_groups. plain: no threat model is passed, which goes with no parts only.
    """

    gram: np.ndarray
    cross: np.ndarray
    numbers: np.ndarray
    names: list[Any]
    learner: dict[str, float]
    budget: int
    parts: dict[str, Any] = field(default_factory=dict)
    plain: bool = False
    rows: tuple[np.ndarray, np.ndarray] | None = None
    """Features (n, d) and test features (m, d) whose inner products are gram and cross, exactly."""

    def certify(self, **options: Any) -> lc.Certificate:
        """The certificate, from features where there are some."""
        given = self.arguments()
        if self.rows is None:
            return lc.certify(**given, **options)
        del given["gram"], given["cross"]
        kept = ("collective", "worst_margins", "time_limit", "n_jobs")
        mine = {name: value for name, value in options.items() if name in kept}
        return lc.certify_linear(*self.rows, **given, **mine)

    @property
    def n(self) -> int:
        return len(self.gram)

    @property
    def m(self) -> int:
        return len(self.cross)

    @property
    def spendable(self) -> int:
        """What all labels cost together."""
        return sum(self.parts.get("costs", [1] * self.n))

    def arguments(self) -> dict[str, Any]:
        """Arguments of `certify`."""
        given: dict[str, Any] = {
            "gram": self.gram,
            "cross": self.cross,
            "labels": [self.names[k] for k in self.numbers],
            "classes": self.names,
            **self.learner,
        }
        if self.plain:
            return {**given, "max_flips": self.budget}
        parts = dict(self.parts)
        if "directions" in parts:
            pairs = parts["directions"]
            parts["directions"] = [(self.names[a], self.names[b]) for a, b in pairs]
        return {**given, "threat": lc.ThreatModel(self.budget, **parts)}

    def attacker(self) -> Attacker:
        """The attacker for the oracle."""
        n, classes = self.n, len(self.names)
        allowed = np.ones((n, classes), dtype=bool)
        if "directions" in self.parts:
            allowed[:] = False
            for a, b in self.parts["directions"]:
                allowed[self.numbers == a, b] = True
        allowed[list(self.parts.get("trusted", ()))] = False
        allowed[np.arange(n), self.numbers] = True
        groups = list(self.parts.get("groups", [0] * n))
        names = sorted(set(groups))
        given = self.parts.get("group_budgets", {})
        purse = [given.get(g, UNLIMITED) if isinstance(given, dict) else given for g in names]
        costs = list(self.parts.get("costs", [1] * n))
        group = [names.index(g) for g in groups]
        bad = self.parts.get("bad_groups", 0)
        return Attacker(self.numbers, allowed, costs, group, purse, self.budget, bad)

    def shifted(self, shift: float) -> np.ndarray:
        """The Gram matrix with its diagonal raised as `certify` does it."""
        gram = np.array(self.gram, dtype=np.float64)
        gram[np.diag_indices(self.n)] += shift
        return gram

    def machine(self, shift: float = 0.0) -> Machine:
        """The exact machine of the kernel, or of the one with its diagonal raised."""
        gram = self.shifted(shift)
        if "ridge" in self.learner:
            return RidgeMachine(gram, self.cross, self.learner["ridge"])
        return SvmMachine(gram, self.cross, self.learner["C"])
