"""Hold a certificate to the exact truth: every claim it makes of every test point and budget."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np

import labelcert as lc
from oracles.rational_kernels import in_span, is_psd
from oracles.rational_machines import IntegerKernel
from oracles.rational_truth import Truth
from soaking.setting import Setting


def well_defined(setting: Setting, shift: float) -> np.ndarray | None:
    """(m,) whether a decision value is unique whatever solution is taken; None: no kernel."""
    machine = IntegerKernel(setting.shifted(shift), setting.cross)
    if not is_psd(machine.gram):
        return None
    return np.array(in_span(machine.gram, machine.cross), dtype=bool)


def columns(cert: lc.Certificate) -> np.ndarray:
    """The budgets that margins and counts have columns for."""
    return np.arange(cert.max_flips + 1) if cert.levels is None else cert.levels


def contradictions(
    cert: lc.Certificate, truth: Truth, setting: Setting, rows: np.ndarray
) -> Iterator[str]:
    """What of a certificate is not true; rows: the test points to look at."""
    yield from _shape(cert, setting)
    names = list(setting.names)
    for t in rows:
        low, high = int(cert.radius[t]), int(cert.radius_upper[t])
        true = min(int(truth.radius[t]), cert.max_flips)
        if not low <= true <= high:
            yield f"point {t}: radius {low} to {high}, truth {true} ({cert.proven_by[t]!r})"
        relaxed = -1 if cert.relaxed_radius is None else int(cert.relaxed_radius[t])
        if relaxed > true:
            yield f"point {t}: relaxed radius {relaxed}, truth {true}"
        predicted = names[truth.predicted[t]]
        if low >= 0 and not truth.tie[t] and cert.prediction[t] != predicted:
            yield f"point {t}: prediction {cert.prediction[t]}, truth {predicted}"
        yield from _decision(cert, truth, int(t))
        yield from _witness(cert, truth, setting, int(t))
        yield from _margins(cert, truth, setting, int(t))
    if cert.collective is not None and len(rows) == setting.m:
        yield from _collective(cert, truth, setting)


def _shape(cert: lc.Certificate, setting: Setting) -> Iterator[str]:
    numbers = (cert.decision, cert.error_bar)
    if not all(np.isfinite(x).all() for x in numbers):
        yield "a decision or an error bar is not finite"
        return
    budget = min(setting.budget, setting.spendable)  # more than that buys nothing
    if len(cert.radius) != setting.m or cert.max_flips != budget:
        yield f"made for {len(cert.radius)} test points and budget {cert.max_flips}"
    try:
        text = cert.to_json()
        if lc.Certificate.from_json(text).to_json() != text:
            yield "from_json(to_json) is another certificate"
    except Exception as error:
        yield f"from_json(to_json): {type(error).__name__}: {error}"


def _decision(cert: lc.Certificate, truth: Truth, t: int) -> Iterator[str]:
    """Clean decision values lie within their error bars."""
    for k, (value, bar) in enumerate(
        zip(np.atleast_1d(cert.decision[t]), np.atleast_1d(cert.error_bar[t]), strict=True)
    ):
        if not (np.isfinite(value) and np.isfinite(bar)):
            continue  # told by _shape
        true = truth.clean_value(t, k)
        if abs(Fraction(float(value)) - true) > Fraction(float(bar)):
            yield f"point {t}: decision {value!r} ± {bar!r} of machine {k}, truth {float(true)!r}"


def _replay(truth: Truth, setting: Setting, indices, labels) -> int | None:
    """The row of `truth` that a witness leads to, None if it is outside the threat model."""
    if len(indices) != len(labels):
        return None
    new = setting.numbers.copy()
    new[np.asarray(indices, dtype=np.int64)] = [setting.names.index(v) for v in labels.tolist()]
    return truth.number.get(tuple(new.tolist()))


def _witness(cert: lc.Certificate, truth: Truth, setting: Setting, t: int) -> Iterator[str]:
    witness, high = cert.witness(t), int(cert.radius_upper[t])
    if witness is None:
        if high < cert.max_flips:
            yield f"point {t}: radius_upper {high} without a witness"
        return
    row = _replay(truth, setting, witness.indices, witness.labels)
    if row is None:
        yield f"point {t}: the witness {witness.indices.tolist()} is not the attacker's to use"
    elif not truth.broken[row, t]:
        lead = truth.lead[row, t]
        yield f"point {t}: the witness {witness.indices.tolist()} leaves a margin of {lead!r}"
    elif truth.cost[row] > high + 1:
        yield f"point {t}: the witness costs {truth.cost[row]}, radius_upper is {high}"


def _margins(cert: lc.Certificate, truth: Truth, setting: Setting, t: int) -> Iterator[str]:
    """Worst margins are reached, to an error bar, and their bounds hold."""
    if truth.tie[t] or cert.worst_margin.shape[1] == 0:
        return
    budgets = columns(cert)
    true, slack = truth.worst(budgets)[t], truth.slack[t]
    found, bound = cert.worst_margin[t], cert.worst_margin_bound[t]
    for k in np.flatnonzero(bound > true + slack):
        yield f"point {t} at {budgets[k]}: worst margin ≥ {bound[k]!r}, truth {true[k]!r}"
    reach = setting.learner.get("C", 1.0) * float(np.abs(setting.cross[t]).sum())
    bar = 10 * float(np.max(cert.error_bar[t])) + 1e-6 * reach
    apart = np.where(np.isfinite(bound) & np.isfinite(found), found - bound, 0.0)
    for k in np.flatnonzero(found < true - np.maximum(bar, apart) - slack):
        yield f"point {t} at {budgets[k]}: worst margin {found[k]!r} seen, truth {true[k]!r}"


def _collective(cert: lc.Certificate, truth: Truth, setting: Setting) -> Iterator[str]:
    count = cert.collective
    assert count is not None
    budgets = count.budgets
    for k, (r, true) in enumerate(zip(budgets, truth.most_broken(budgets).tolist(), strict=True)):
        low, high = int(count.broken_lower[k]), int(count.broken_upper[k])
        if not low <= true <= high:
            yield f"all at {r}: broken {low} to {high}, truth {true}"
        flips, new_labels = count.witnesses[k]
        row = _replay(truth, setting, flips, new_labels)
        if row is None or truth.cost[row] > r:
            yield f"all at {r}: the flip set {flips.tolist()} is not the attacker's to use"
        elif truth.broken[row].sum() < low:
            broken = int(truth.broken[row].sum())
            yield f"all at {r}: the flip set {flips.tolist()} breaks {broken} of {low}"
