"""Effects of design choices: what changing one parameter does while all others stay equal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from labelcert.report.findings.averages import Estimate, estimate
from labelcert.report.findings.pairs import NETWORK, Case, Pair, best_pairs, case_of
from labelcert.report.results import QUANTITIES, RATIO, Quantity, Result, short_name, told

CLEAN_ACCURACY = "clean accuracy"
_GRAPHLESS = "mlp"
_OUTCOMES = (*(q for q in QUANTITIES if q.measure == RATIO), CLEAN_ACCURACY)


@dataclass(frozen=True)
class Effect:
    """Going from one value of a choice to another, over pairs of certificates.

    choice: "depth", "activation", "C", … or "network". outcome: "sample-wise certified ratio" and
    "collective certified ratio", averaged over the budgets from 1 to the last that both of a pair
    have, and "clean accuracy". difference: the outcome with `after` minus that with `before`, the
    mean over the pairs of each seed first, then mean and standard error over the seeds: pairs of
    one seed share a split, so they are not independent. pairs: how many there are. datasets: what
    the data sets are called that they come from. A pair is equal in everything but the choice:
    data set, seed, split, attacker, network and training. along: there are no such pairs for some
    data set or other setting that has both values, so these were allowed to change together with
    the choice, everywhere (`pairs.best_pairs`).
    """

    choice: str
    before: str
    after: str
    outcome: str
    difference: Estimate
    pairs: int
    datasets: tuple[str, ...]
    along: tuple[str, ...] = ()

    @property
    def told(self) -> str:
        """The step in words, such as "depth 1 → 2", with what was changed along."""
        more = f" (with {', '.join(self.along)})" if self.along else ""
        return f"{self.choice} {self.before} → {self.after}{more}"


def find_effects(results: Sequence[Result]) -> list[Effect]:
    """The effects of all parameters with several values, each against its smallest value.

    Networks are compared with the MLP, which sees no graph, or else with the first one. Which
    certificates make pairs stands in `pairs`.
    """
    cases = [case_of(result) for result in results]
    keys = dict.fromkeys(key for case in cases for key in case.values)
    effects: list[Effect] = []
    seen: list[set[tuple[int, int]]] = []
    for key in keys:
        values = _sorted({case.values[key] for case in cases if key in case.values}, key)
        for after in values[1:]:
            pairs, along = best_pairs(cases, key, values[0], after)
            same = {(id(one), id(other)) for one, other in pairs}
            if same not in seen:  # parameters that always change together have one effect
                effects += _effects(pairs, key, along)
                seen.append(same)
    return effects


def _effects(pairs: Sequence[Pair], key: str, along: tuple[str, ...]) -> Iterator[Effect]:
    for outcome in _OUTCOMES:
        found = [(pair, d) for pair in pairs if (d := _difference(pair, outcome)) is not None]
        if found:
            yield Effect(
                choice=short_name(key),
                before=told(pairs[0][0].values[key]),
                after=told(pairs[0][1].values[key]),
                outcome=outcome if isinstance(outcome, str) else outcome.told,
                difference=_over_seeds(found),
                pairs=len(found),
                datasets=tuple(dict.fromkeys(c.result.dataset for pair, _ in found for c in pair)),
                along=along,
            )


def _over_seeds(differences: Sequence[tuple[Pair, float]]) -> Estimate:
    """Mean and standard error of the seeds' means."""
    by_seed: dict[int, list[float]] = {}
    for (one, _), difference in differences:
        by_seed.setdefault(one.result.seed, []).append(difference)
    return estimate(estimate(by_seed[seed]).mean for seed in sorted(by_seed))


def _difference(pair: tuple[Case, Case], outcome: str | Quantity) -> float | None:
    one, other = pair[0].result, pair[1].result
    if isinstance(outcome, str):
        return other.record["accuracy"] - one.record["accuracy"]
    last = min(one.max_flips, other.max_flips)
    ends = one.average(outcome, last), other.average(outcome, last)
    return None if ends[0] is None or ends[1] is None else ends[1] - ends[0]


def _sorted(values: set[Any], key: str) -> list[Any]:
    """Numbers by size, then text; the MLP and None before all others."""

    def place(value: Any) -> tuple[bool, bool, float, str]:
        number = isinstance(value, (int, float))
        first = value is None or (key == NETWORK and value == _GRAPHLESS)
        return not first, not number, float(value) if number else 0.0, str(value)

    return sorted(values, key=place)
