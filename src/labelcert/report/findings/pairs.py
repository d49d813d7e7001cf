"""Which certificates are compared to tell what a design choice does: pairs, by one rule each step.

A step is a change of one choice from one value to another. Its strict pairs are equal in all else.
Where C or ridge was chosen for each model and data set, strict pairs exist only where two chosen
values happen to be equal; an average over these would be one over data sets that chance picked.
So strict pairs are used only if they cover everything that has both values, and else no group of
certificates is compared more strictly than another.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from labelcert.report.results import Result, choices, seeds, short_name

NETWORK = "model.name"
_LEARNER = "learner."
_GRAPH = "dataset.parameters."
_CHOICES = ("model.parameters.", _LEARNER, _GRAPH, "split.per_class", "split.validation")


@dataclass(frozen=True, eq=False)
class Case:
    """A certificate by its choices: values by key; rest: what pairs must share besides them."""

    result: Result
    values: dict[str, Any]
    rest: tuple[Any, ...]


Pair = tuple[Case, Case]


def case_of(result: Result) -> Case:
    """A result as a case: data set, seeds, attacker, and whether it has C or ridge are its rest."""
    content = choices(result.content)
    values = {k: v for k, v in content.items() if k == NETWORK or k.startswith(_CHOICES)}
    # A synthetic graph is the same data set whatever its parameters are.
    named = () if "dataset.synthetic" in content else (result.dataset,)
    learners = tuple(sorted(k for k in values if k.startswith(_LEARNER)))
    others = sorted((k, str(v)) for k, v in content.items() if k not in values)
    return Case(result, values, (*named, *seeds(result.content), learners, *others))


def best_pairs(
    cases: Sequence[Case], key: str, before: Any, after: Any
) -> tuple[list[Pair], tuple[str, ...]]:
    """The pairs of a step, and what changes along with `key` in some of them, as short names.

    A parameter that only one of two certificates has does not keep them from being a pair. Three
    rules are tried: nothing else differs; C or ridge may differ; and, for a parameter of a
    synthetic graph, its other parameters may differ too. The first rule is taken whose pairs leave
    out no group (data set, seeds and all other settings) in which a later rule finds some. An
    effect of C or ridge itself has strict pairs only.
    """
    rules: list[tuple[str, ...]] = [()]
    if not key.startswith(_LEARNER):
        rules.append((_LEARNER,))
    if key.startswith(_GRAPH):
        rules.append((_LEARNER, _GRAPH))
    found = [list(_pairs(cases, key, before, after, free)) for free in rules]
    for k, pairs in enumerate(found):
        wider = zip(rules[k + 1 :], found[k + 1 :], strict=True)
        if all(_groups(pairs, key, free) == _groups(more, key, free) for free, more in wider):
            return pairs, _changed_along(pairs, key)
    raise AssertionError("the last rule leaves nothing out")


def _pairs(
    cases: Sequence[Case], key: str, before: Any, after: Any, free: tuple[str, ...]
) -> Iterator[Pair]:
    """Pairs that differ in `key`, and in nothing else but what begins with one of `free`."""
    groups: dict[Any, tuple[list[Case], list[Case]]] = {}
    for case in cases:
        if key in case.values and case.values[key] in (before, after):
            side = 0 if case.values[key] == before else 1
            groups.setdefault(case.rest, ([], []))[side].append(case)
    for ones, others in groups.values():
        for one, other in product(ones, others):
            if all(name.startswith(free) for name in _differing((one, other), key)):
                yield one, other


def _differing(pair: Pair, key: str) -> list[str]:
    """What both of a pair have but `key`, with different values."""
    one, other = (case.values for case in pair)
    return [k for k in one if k != key and k in other and one[k] != other[k]]


def _groups(pairs: Sequence[Pair], key: str, free: tuple[str, ...]) -> set[Any]:
    """What stays the same in each pair: all but `key` and what begins with one of `free`."""

    def kept(case: Case) -> tuple[Any, ...]:
        return tuple((k, v) for k, v in case.values.items() if k != key and not k.startswith(free))

    return {(one.rest, kept(one), kept(other)) for one, other in pairs}


def _changed_along(pairs: Sequence[Pair], key: str) -> tuple[str, ...]:
    names = dict.fromkeys(name for pair in pairs for name in _differing(pair, key))
    return tuple(map(short_name, names))
