"""`transfer`: certify, then train finite networks on the labels that the certificate speaks of."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from labelcert._errors import InputError
from labelcert.certificates import Certificate
from labelcert.certificates.run.option_checks import DEFAULT_TIME_LIMIT, check_time_limit
from labelcert.engines.work.clock import Clock
from labelcert.intake.numbers import flag, whole, whole_or_none
from labelcert.intake.positions import as_positions
from labelcert.kernels.arrays import FloatArray, IndexArray
from labelcert.models import certify_graph
from labelcert.studies.canonical import canonical
from labelcert.studies.transfer.attacks import Attack, attacks_of, leads
from labelcert.studies.transfer.networks import Networks
from labelcert.studies.transfer.records import Record, Records
from labelcert.studies.transfer.results import Transfer
from labelcert.studies.transfer.training import Loss, train

WIDTHS = (64, 128, 256, 512, 1024)

WHOLE_PLAN = 1024
"""Up to this width networks are trained on all attacks, beyond it on ever fewer."""

FEWEST = 12
"""So many attacks are left at any width."""


def transfer(
    graph: Any,
    split: Any,
    kernel: Any,
    *,
    C: float | None = None,
    ridge: float | None = None,
    max_flips: int | str | None = None,
    widths: Sequence[int] = WIDTHS,
    seeds: int = 5,
    attacks: int = 60,
    random: int = 10,
    centred: bool = True,
    store: str | os.PathLike[str] | None = None,
    certify_time_limit: float | None = DEFAULT_TIME_LIMIT,
    time_limit: float | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> Transfer:
    """Measure what a certificate of infinitely wide networks says of trained ones of finite width.

    Networks are trained on the clean labels, under witnesses of the certificate (which break the
    infinite network), and under flips within its radii (which do not): random ones, and the
    strongest found. Networks of one seed start from the same parameters, whatever the labels.

    Args:
        graph, split, kernel, C, ridge, max_flips: as in `labelcert.certify_graph`; the kernel is
            one of a layered network without skip connections.
        widths: units of the hidden layers, each at least 1.
        seeds: random starts of each width.
        attacks: the most label vectors: kinds in turn. Up to width 1,024 all of them are used,
            beyond it the first 1,024 / width of them, 12 at the least.
        random: random sets of flips for each number of flips within a radius.
        centred: train f(x; θ) − f(x; θ₀), whose limit the certificate is about; False trains the
            network with its random outputs at the start, as it is mostly done.
        store: file (lines of JSON) that keeps what is done; a measurement that is called again with
            the same arguments, or with more widths or seeds, goes on where it ended.
        certify_time_limit: of the certificate; what is open then is not measured.
        time_limit: seconds after which no more networks are trained, None for no limit; an
            interrupt (Ctrl-C) does the same.
        progress: called with a stage's name and the share of it done, 0 to 1.

    Returns the measurement: shares by width and margin, with standard errors over seeds.
    Raises InputError: torch missing, or one sentence that names the argument and the remedy.
    Source: our own note, section 13 (c); Chen et al., NeurIPS 2021 (networks as kernel machines).
    """
    sizes, seeds = _check_widths(widths), whole(seeds, "seeds", 1)
    most, random = whole(attacks, "attacks", 1), whole(random, "random", 0)
    centred = flag(centred, "centred")
    limit = check_time_limit(time_limit)
    labeled, nodes = _nodes(graph, split)
    Networks(kernel, graph, nodes, sizes[0])  # refuses before anything is certified
    cert = certify_graph(
        graph, split, kernel, C=C, ridge=ridge, max_flips=max_flips, time_limit=certify_time_limit,
        progress=progress,
    )  # fmt: skip
    plan = attacks_of(cert, random, 0)[:most]
    clock = Clock(limit, progress)
    eigenvalue = float(np.linalg.eigvalsh(np.asarray(kernel(graph, labeled)))[-1])
    loss = Loss(C if C is not None else 1 / float(ridge or 1), C is not None, eigenvalue)
    records = Records(store, _key(cert, plan, kernel, centred, loss))
    units = [(width, seed) for width in sizes for seed in range(seeds)]
    with clock.minding_interrupts():
        for at, (width, seed) in enumerate(units):
            clock.report("networks", at / len(units))
            if (width, seed) in records.known:
                continue
            networks = Networks(kernel, graph, nodes, width, len(labeled))
            used = plan[: planned(len(plan), width)]
            found = _measure(networks, cert, used, seed, loss, centred, clock)
            if found is None:
                break
            records.add(Record(width, seed, *found))
    wanted = tuple(records.known[unit] for unit in units if unit in records.known)
    stopped = ""
    if len(wanted) < len(units):
        stopped = "interrupted" if clock.interrupted else "time limit"
    table = np.stack([leads(cert, attack) for attack in (None, *plan)])
    return Transfer(cert, tuple(plan), table, wanted, centred, stopped)


def planned(attacks: int, width: int) -> int:
    """How many of the attacks networks of a width are trained on."""
    return min(attacks, max(FEWEST, attacks * WHOLE_PLAN // max(width, WHOLE_PLAN)))


def _measure(
    networks: Networks,
    cert: Certificate,
    attacks: list[Attack],
    seed: int,
    loss: Loss,
    centred: bool,
    clock: Clock,
) -> tuple[np.ndarray, np.ndarray] | None:
    """Predicted class numbers (1 + attacks, m) and gradients left; None where time was up."""
    targets = np.concatenate([_targets(cert, attack) for attack in (None, *attacks)])
    if clock.expired:
        return None
    found = train(networks, seed, targets, loss, centred, lambda: clock.expired)
    if found is None:
        return None
    machines = 1 if len(cert.classes) == 2 else len(cert.classes)
    outputs = found[0][:, len(cert.labels) :].reshape(1 + len(attacks), machines, -1)
    rest = found[1].reshape(-1, machines).max(axis=1)
    if machines == 1:
        return (outputs[:, 0] > 0).astype(np.int64), rest
    return outputs.argmax(axis=1), rest


def _targets(cert: Certificate, attack: Attack | None) -> FloatArray:
    """(machines, n) ±1: what each machine sees of the labels under an attack."""
    labels = cert.labels.copy()
    if attack is not None:
        labels[list(attack.indices)] = np.array(attack.labels, dtype=labels.dtype)
    members = cert.classes[1:] if len(cert.classes) == 2 else cert.classes
    return np.where(labels == members[:, None], 1.0, -1.0)


def _nodes(graph: Any, split: Any) -> tuple[IndexArray, IndexArray]:
    """The labeled nodes, and these with the test nodes behind them."""
    parts = []
    for part in ("labeled", "test"):
        if not hasattr(split, part) or not hasattr(graph, "labels"):
            raise InputError(f"split has no {part}, or graph no labels: pass what has both.")
        chosen = getattr(split, part)
        parts.append(as_positions(chosen, f"split.{part}", len(graph.labels), "node"))
    return parts[0], np.concatenate(parts)


def _check_widths(widths: Any) -> list[int]:
    given = list(widths) if isinstance(widths, (list, tuple, range, np.ndarray)) else [widths]
    sizes = [whole_or_none(width) for width in given]
    if not sizes or any(size is None or size < 1 for size in sizes):
        raise InputError(f"widths={widths!r} must be whole numbers of at least 1.")
    return sorted({int(size or 0) for size in sizes})


def _key(cert: Certificate, plan: list[Attack], kernel: Any, centred: bool, loss: Loss) -> str:
    """What tells a measurement: its plan, its learner, and the certificate's clean fit."""
    content = {
        "kernel": [kernel.name, dict(kernel.settings())],
        "labels": cert.labels.tolist(),
        "learner": cert.learner,
        "decision": cert.decision.round(9).tolist(),
        "radius": cert.radius.tolist(),
        "attacks": [[a.kind, a.target, list(a.indices), list(a.labels)] for a in plan],
        "centred": centred,
        "smoothness": round(loss.smoothness, 6),
    }
    return hashlib.sha256(canonical(content).encode()).hexdigest()
