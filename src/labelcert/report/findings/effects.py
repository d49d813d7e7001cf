"""Effects of design choices: what changing one parameter does while all others stay equal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from labelcert.report.findings.averages import Estimate, estimate
from labelcert.report.results import (
    QUANTITIES,
    RATIO,
    Quantity,
    Result,
    choices,
    seeds,
    short_name,
    told,
)

NETWORK = "model.name"
CLEAN_ACCURACY = "clean accuracy"
_LEARNER = "learner."
_GRAPH = "dataset.parameters."
_CHOICES = ("model.parameters.", _LEARNER, _GRAPH, "split.per_class", "split.validation")
_GRAPHLESS = "mlp"
_OUTCOMES = (*(q for q in QUANTITIES if q.measure == RATIO), CLEAN_ACCURACY)


@dataclass(frozen=True)
class Effect:
    """Going from one value of a choice to another, over pairs of certificates.

    choice: "depth", "activation", "C", … or "network". outcome: "sample-wise certified ratio" and
    "collective certified ratio", averaged over the budgets 1 … max_flips, and "clean accuracy".
    difference: mean over the pairs of the outcome with `after` minus that with `before`; the
    standard error takes the pairs for independent. A pair is equal in everything but the choice:
    data set, seed, split, attacker, network and training. along: there are no such pairs, and these
    were changed together with the choice.
    """

    choice: str
    before: str
    after: str
    outcome: str
    difference: Estimate
    along: tuple[str, ...] = ()

    @property
    def told(self) -> str:
        """The step in words: "depth 1 → 2", with what was changed along."""
        more = f" (with {', '.join(self.along)})" if self.along else ""
        return f"{self.choice} {self.before} → {self.after}{more}"


@dataclass(frozen=True, eq=False)
class _Case:
    """A certificate by its choices: values by key; rest: what pairs must share besides them."""

    result: Result
    values: dict[str, Any]
    rest: tuple[Any, ...]


_Pair = tuple[_Case, _Case]


def find_effects(results: Sequence[Result]) -> list[Effect]:
    """The effects of all parameters with several values, each against its smallest value.

    Networks are compared with the MLP, which sees no graph, or else with the first one. A parameter
    that only one of two certificates has does not keep them from being a pair. Where a value never
    changes alone, C or ridge may change with it, and so may the other parameters of a synthetic
    graph (`Effect.along`).
    """
    cases = [_case(result) for result in results]
    keys = dict.fromkeys(key for case in cases for key in case.values)
    effects: list[Effect] = []
    seen: list[set[tuple[int, int]]] = []
    for key in keys:
        values = _sorted({case.values[key] for case in cases if key in case.values}, key)
        for after in values[1:]:
            pairs, along = _best_pairs(cases, key, values[0], after)
            same = {(id(one), id(other)) for one, other in pairs}
            if same not in seen:  # parameters that always change together have one effect
                effects += _effects(pairs, key, along)
                seen.append(same)
    return effects


def _effects(pairs: Sequence[_Pair], key: str, along: tuple[str, ...]) -> Iterator[Effect]:
    for outcome in _OUTCOMES:
        found = [d for pair in pairs if (d := _difference(pair, outcome)) is not None]
        if found:
            yield Effect(
                choice=short_name(key),
                before=told(pairs[0][0].values[key]),
                after=told(pairs[0][1].values[key]),
                outcome=outcome if isinstance(outcome, str) else outcome.told,
                difference=estimate(found),
                along=along,
            )


def _case(result: Result) -> _Case:
    content = choices(result.content)
    values = {k: v for k, v in content.items() if k == NETWORK or k.startswith(_CHOICES)}
    # A synthetic graph is the same data set whatever its parameters are.
    named = () if "dataset.synthetic" in content else (result.dataset,)
    others = sorted((k, str(v)) for k, v in content.items() if k not in values)
    return _Case(result, values, (*named, *seeds(result.content), *others))


def _best_pairs(
    cases: Sequence[_Case], key: str, before: Any, after: Any
) -> tuple[list[_Pair], tuple[str, ...]]:
    """Pairs that differ in `key` alone, or if there are none, those that differ in more."""
    pairs = list(_pairs(cases, key, before, after, ()))
    if pairs or key.startswith(_LEARNER):
        return pairs, ()
    family = (_GRAPH,) if key.startswith(_GRAPH) else ()
    pairs = list(_pairs(cases, key, before, after, (_LEARNER, *family)))
    changed = dict.fromkeys(
        short_name(name)
        for one, other in pairs
        for name in one.values
        if name != key and one.values[name] != other.values.get(name, one.values[name])
    )
    return pairs, tuple(changed)


def _pairs(
    cases: Sequence[_Case], key: str, before: Any, after: Any, free: tuple[str, ...]
) -> Iterator[_Pair]:
    """Pairs that differ in `key`, and in nothing else but what begins with one of `free`."""
    groups: dict[Any, tuple[list[_Case], list[_Case]]] = {}
    for case in cases:
        if key in case.values and case.values[key] in (before, after):
            side = 0 if case.values[key] == before else 1
            groups.setdefault(case.rest, ([], []))[side].append(case)
    for ones, others in groups.values():
        for one, other in product(ones, others):
            common = (one.values.keys() & other.values.keys()) - {key}
            if all(one.values[k] == other.values[k] or k.startswith(free) for k in common):
                yield one, other


def _difference(pair: _Pair, outcome: str | Quantity) -> float | None:
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
