"""Problems that must have the same answer, without an oracle: what one proves no other refutes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

import labelcert as lc
from soaking.against_truth import columns
from soaking.draw import Problem
from soaking.setting import Setting


@dataclass(frozen=True, eq=False)
class Variant:
    """rows: for each of its test points the one of the original. names: for each class of the
    original the name it has here. gram_scale: what the kernel was multiplied by."""

    setting: Setting
    rows: np.ndarray
    names: list[Any]
    options: dict[str, Any] = field(default_factory=dict)
    gram_scale: float = 1.0


def _same(s: Setting) -> Variant:
    return Variant(s, np.arange(s.m), s.names)


def permuted(s: Setting, rng: np.random.Generator) -> Variant:
    """Labels and test points in another order."""
    order, rows = rng.permutation(s.n), rng.permutation(s.m)
    place = np.argsort(order)
    parts = dict(s.parts)
    for name in ("costs", "groups"):
        if name in parts:
            parts[name] = [parts[name][i] for i in order]
    if "trusted" in parts:
        parts["trusted"] = [int(place[i]) for i in parts["trusted"]]
    gram, cross = s.gram[np.ix_(order, order)], s.cross[np.ix_(rows, order)]
    changed = replace(s, gram=gram, cross=cross, numbers=s.numbers[order], parts=parts)
    return Variant(changed, rows, s.names)


def scaled(s: Setting, rng: np.random.Generator) -> Variant:
    """The kernel times a power of two, C divided by it."""
    factor = 2.0 ** rng.integers(-20, 21)
    learner = {k: v / factor if k == "C" else v * factor for k, v in s.learner.items()}
    gram, cross = np.asarray(s.gram, float) * factor, np.asarray(s.cross, float) * factor
    changed = replace(s, gram=gram, cross=cross, learner=learner)
    return replace(_same(changed), gram_scale=factor)


def renamed(s: Setting, rng: np.random.Generator) -> Variant:
    """Classes in another order: of two, the sign changes."""
    order = np.roll(np.arange(len(s.names)), 1)
    place = np.argsort(order)
    parts = dict(s.parts)
    if "directions" in parts:
        parts["directions"] = [(int(place[a]), int(place[b])) for a, b in parts["directions"]]
    names = [f"class {'zyxwv'[k]}" for k in range(len(order))]
    changed = replace(s, numbers=place[s.numbers], names=names, parts=parts)
    return Variant(changed, np.arange(s.m), [names[place[k]] for k in range(len(order))])


def alone(s: Setting, rng: np.random.Generator) -> Variant:
    """One test point, without the others."""
    t = int(rng.integers(s.m))
    return Variant(replace(s, cross=s.cross[t : t + 1]), np.array([t]), s.names)


def many_times(s: Setting, rng: np.random.Generator) -> Variant:
    """Test points that are asked for more than once."""
    rows = rng.integers(0, s.m, 3 * s.m)
    return Variant(replace(s, cross=s.cross[rows]), rows, s.names)


def idle_threat(s: Setting, rng: np.random.Generator) -> Variant:
    """Parts of a threat model that take nothing away."""
    classes = range(len(s.names))
    idle = {
        "trusted": [],
        "costs": [1] * s.n,
        "directions": [(a, b) for a in classes for b in classes if a != b],
        "groups": [i % 3 for i in range(s.n)],
        "group_budgets": s.budget,
    }
    if "groups" in s.parts:
        del idle["groups"], idle["group_budgets"]
    return _same(replace(s, parts={**idle, **s.parts}, plain=False))


def smaller_budget(s: Setting, rng: np.random.Generator) -> Variant:
    return _same(replace(s, budget=int(rng.integers(0, s.budget + 1))))


def in_float64(s: Setting, rng: np.random.Generator) -> Variant:
    """The same numbers as lists, and test points scaled each by its own power of two."""
    factors = 2.0 ** rng.integers(-8, 9, (s.m, 1))
    cross = np.asarray(s.cross, float) * factors
    return _same(replace(s, gram=np.asarray(s.gram, float), cross=cross))


def other_engine(s: Setting, rng: np.random.Generator) -> Variant:
    engine = "enumeration" if s.n > 9 or rng.random() < 0.6 else "branch_and_bound"
    options = {"engine": engine, "relaxed": False, "exactness": "exact"}
    return replace(_same(s), options={} if "ridge" in s.learner else options)


def other_questions(s: Setting, rng: np.random.Generator) -> Variant:
    """Radii with and without counts, worst margins and the relaxation."""
    options: dict[str, Any] = {"collective": bool(rng.random() < 0.5)}
    if len(s.names) == 2:
        options["worst_margins"] = not s.parts.get("bad_groups")
    else:
        options.update(relaxed=True, engine="auto")
    return replace(_same(s), options=options)


def hurried(s: Setting, rng: np.random.Generator) -> Variant:
    return replace(_same(s), options={"time_limit": float(rng.choice([0.0, 1e-4, 1e-3, 1e-2]))})


RELATIONS: tuple[Callable[[Setting, np.random.Generator], Variant], ...] = (
    permuted, scaled, renamed, alone, many_times, idle_threat, smaller_budget, in_float64,
    other_engine, other_questions, hurried,
)  # fmt: skip


def variants(problem: Problem) -> Iterator[tuple[str, Variant]]:
    """Each relation once, all from the problem's seed."""
    rng = np.random.default_rng([0x4E1A, problem.seed])
    for relation in RELATIONS:
        yield relation.__name__.replace("_", " "), relation(problem.setting, rng)


def conflicts(
    cert: lc.Certificate, setting: Setting, variant: Variant, other: lc.Certificate
) -> Iterator[str]:
    """What two certificates cannot both be right about."""
    if cert.gram_shift * variant.gram_scale != other.gram_shift:
        return  # rounding made them certificates of different kernels, and says so
    cap = min(cert.max_flips, other.max_flips)
    rename = dict(zip(setting.names, variant.names, strict=True))
    for t, row in enumerate(variant.rows):
        ours = min(int(cert.radius[row]), cap), min(int(cert.radius_upper[row]), cap)
        theirs = min(int(other.radius[t]), cap), min(int(other.radius_upper[t]), cap)
        if ours[0] > theirs[1] or theirs[0] > ours[1]:
            yield f"point {row}: radius {ours[0]} to {ours[1]}, then {theirs[0]} to {theirs[1]}"
        one, two = rename[cert.prediction[row].item()], other.prediction[t].item()
        if min(ours[0], theirs[0]) >= 0 and one != two:
            yield f"point {row}: prediction {one!r}, then {two!r}"
    same_points = sorted(variant.rows.tolist()) == list(range(setting.m))
    if same_points and cert.collective is not None and other.collective is not None:
        budgets = np.unique(np.append(columns(cert), columns(other)))
        for r in budgets[budgets <= cap]:
            a, b = _count(cert, r), _count(other, r)
            if a[0] > b[1] or b[0] > a[1]:
                yield f"all at {r}: broken {a[0]} to {a[1]}, then {b[0]} to {b[1]}"


def _count(cert: lc.Certificate, r: int) -> tuple[int, int]:
    """Broken predictions at a budget, at least and at most."""
    k = int(np.searchsorted(columns(cert), r, side="right")) - 1
    assert cert.collective is not None
    return int(cert.collective.broken_lower[k]), int(cert.collective.broken_upper[k])
