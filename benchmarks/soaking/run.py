"""One problem of the soak: certify, compare, and count what was compared."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

import numpy as np

import labelcert as lc
from labelcert.engines import planner
from labelcert.engines.branching import leaves
from oracles.rational_truth import Truth
from soaking import against_truth, relations
from soaking.draw import Problem
from soaking.setting import Setting


@dataclass
class Result:
    """pairs: (test point, budget) compared, of budgets that buy the same only one; open: those that
    neither a proof nor a witness decides; shifted: those of a kernel that was no kernel before its
    diagonal was raised.
    undefined: pairs left out because the cross kernel does not go with the Gram matrix.
    shift: what was added to the diagonal.
    """

    pairs: int = 0
    open: int = 0
    shifted: int = 0
    undefined: int = 0
    shift: float = 0.0
    found: list[str] = field(default_factory=list)


def check(problem: Problem) -> Result:
    """Certify a problem and hold the certificate to the oracle, or to its relatives."""
    result = Result()
    with ExitStack() as stack:
        if problem.odd:
            stack.enter_context(patch.multiple(leaves, LEAF=8))
            stack.enter_context(patch.multiple(planner, SMALL_SECONDS=0.0))
        cert = _certify(problem.setting, problem.options, result)
        if cert is None:
            return result
        result.shift = cert.gram_shift
        if problem.task == "relations":
            _relate(problem, cert, result)
        else:
            _hold(problem.setting, cert, result)
    return result


def _certify(
    setting: Setting, options: dict[str, Any], result: Result, note: str = ""
) -> lc.Certificate | None:
    try:
        return setting.certify(**options)
    except Exception as error:  # no problem drawn here is a reason for one
        result.found.append(f"{note}{type(error).__name__}: {error}")
        return None


def _hold(setting: Setting, cert: lc.Certificate, result: Result) -> None:
    if "ridge" in setting.learner:
        # One answer for the kernel as given, whatever was added to check it.
        if cert.gram_shift != 0:
            result.found.append(f"a shift of {cert.gram_shift!r} told of ridge regression")
        rows, truth = np.arange(setting.m), Truth(setting.machine(0.0), setting.attacker())
    else:
        defined = against_truth.well_defined(setting, 0.0)
        if cert.gram_shift > 0:
            if defined is not None:
                result.found.append(f"a shift of {cert.gram_shift!r} where none is needed")
            defined = against_truth.well_defined(setting, cert.gram_shift)
        if defined is None:
            result.found.append(f"with a shift of {cert.gram_shift!r} the kernel is indefinite")
            return
        rows = np.flatnonzero(defined)
        truth = Truth(setting.machine(cert.gram_shift), setting.attacker())
    result.found += against_truth.contradictions(cert, truth, setting, rows)
    budgets = truth.levels
    _count(cert, rows, budgets, result)
    result.undefined += (setting.m - len(rows)) * len(budgets)
    if cert.gram_shift > 0:
        result.shifted += len(rows) * len(budgets)


def _relate(problem: Problem, cert: lc.Certificate, result: Result) -> None:
    for name, variant in relations.variants(problem):
        options = {**problem.options, **variant.options}
        other = _certify(variant.setting, options, result, f"{name}: ")
        if other is not None:
            found = relations.conflicts(cert, problem.setting, variant, other)
            result.found += [f"{name}: {text}" for text in found]
            budgets = np.arange(min(other.max_flips, problem.setting.n) + 1)
            _count(other, np.arange(len(other.radius)), budgets, result)


def _count(cert: lc.Certificate, rows: np.ndarray, budgets: np.ndarray, result: Result) -> None:
    result.pairs += len(rows) * len(budgets)
    low, high = cert.radius[rows, None], cert.radius_upper[rows, None]
    result.open += int(((low < budgets) & (budgets <= high)).sum())


def figures(result: Result) -> Iterator[int]:
    """A result's numbers in the order of `COLUMNS`."""
    yield from (1, result.pairs, result.open, result.shifted, result.undefined)
    yield len(result.found)


COLUMNS = ("problems", "pairs", "open", "shifted", "undefined", "wrong")
