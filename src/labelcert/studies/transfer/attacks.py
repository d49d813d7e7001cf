"""The label vectors that finite networks are trained on: witnesses, and flips within the radius."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from labelcert.certificates import Certificate
from labelcert.kernels.arrays import FloatArray

WITNESS, STRONGEST, RANDOM = "witness", "strongest", "random"
KINDS = (WITNESS, STRONGEST, RANDOM)


@dataclass(frozen=True)
class Attack:
    """Changes of labels: positions (k,) among the labeled points and the labels they get.

    target: the test point that it is for, None for random ones.
    """

    kind: str
    target: int | None
    indices: tuple[int, ...]
    labels: tuple[object, ...]


def attacks_of(cert: Certificate, random: int, seed: int) -> list[Attack]:
    """Every witness; for each test point the strongest flips found within its radius; random ones.

    Strongest: of a witness, one change less, the one whose retrained lead is the smallest. Random:
    `random` sets for each number of changes at which some prediction is proven robust. In the order
    that a plan takes them in, kinds in turn. Without repetitions.
    """
    rng = np.random.default_rng(seed)
    kinds: dict[str, list[Attack]] = {kind: [] for kind in KINDS}
    for t in range(cert.num_test):
        witness = cert.witness(t)
        if witness is None or not len(witness.indices):
            continue
        indices, labels = witness.indices.tolist(), witness.labels.tolist()
        kinds[WITNESS].append(Attack(WITNESS, t, tuple(indices), tuple(labels)))
        if len(indices) > 1 and cert.radius[t] >= len(indices) - 1:
            kinds[STRONGEST].append(_weakened(cert, t, indices, labels))
    for size in range(1, int(cert.radius.max(initial=0)) + 1):
        for _ in range(random):
            kinds[RANDOM].append(_random(cert, size, rng))
    for found in kinds.values():
        found[:] = [found[k] for k in rng.permutation(len(found))]
    return _in_turn([_without_repetitions(found) for found in kinds.values()])


def leads(cert: Certificate, attack: Attack | None) -> FloatArray:
    """(m,) lead of each certified prediction over its best rival, retrained on an attack.

    Positive where the kernel machine still predicts the same. None: clean labels.
    """
    decision = (
        cert.decision if attack is None else cert.check(attack.indices, attack.labels).decision
    )
    chosen = np.searchsorted(cert.classes, cert.prediction)
    if decision.ndim == 1:
        return np.where(chosen == 1, decision, -decision)
    own = decision[np.arange(len(decision)), chosen]
    others = decision.copy()
    others[np.arange(len(decision)), chosen] = -np.inf
    return own - others.max(axis=1)


def _weakened(cert: Certificate, t: int, indices: list[int], labels: list[object]) -> Attack:
    found = []
    for left_out in range(len(indices)):
        kept = [k for k in range(len(indices)) if k != left_out]
        attack = Attack(
            STRONGEST, t, tuple(indices[k] for k in kept), tuple(labels[k] for k in kept)
        )
        found.append((float(leads(cert, attack)[t]), left_out, attack))
    return min(found, key=lambda each: each[:2])[2]


def _random(cert: Certificate, size: int, rng: np.random.Generator) -> Attack:
    indices = np.sort(rng.choice(len(cert.labels), size=size, replace=False))
    new = []
    for i in indices.tolist():
        others = [c for c in cert.classes.tolist() if c != cert.labels[i].item()]
        new.append(others[int(rng.integers(len(others)))])
    return Attack(RANDOM, None, tuple(indices.tolist()), tuple(new))


def _without_repetitions(attacks: list[Attack]) -> list[Attack]:
    return list({(a.target, a.indices, a.labels): a for a in attacks}.values())


def _in_turn(kinds: list[list[Attack]]) -> list[Attack]:
    longest = max(map(len, kinds), default=0)
    return [kind[k] for k in range(longest) for kind in kinds if k < len(kind)]
