"""Train finite networks to the end of what the kernel machine is the limit of.

A centred network f(x; θ) − f(x; θ₀) minimises, with weight c = C or 1/λ::

    ½ ‖θ − θ₀‖² + c Σ loss(y_i f_i),   loss = hinge, rounded over the last `ROUNDED`, or ½ (1 − ·)²

by gradient descent with momentum, at the step and momentum that Nesterov's method has for the
kernel machine itself (strong convexity 1, smoothness from the kernel's largest eigenvalue). For
networks that are narrow that is no theory; a run that does not come down is repeated with a smaller
step, and what is left of the gradient is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from labelcert.kernels.arrays import FloatArray
from labelcert.studies.transfer.networks import Networks

ROUNDED = 0.02
"""The hinge is replaced by a parabola over this width below its kink."""

STEPS, CHECK = 3000, 50
"""The most steps of a training, and how often it is looked at."""

STILL = 2e-3
"""A training has ended where no output moved by more between two looks; labels are ±1.

The gradient does not tell: it jumps where units of a network pass their kinks.
"""

SAFETY = 1.5
"""How much smaller a step is than the kernel machine would bear; four times that when repeated."""

MEMORY = 2**24
"""Numbers that copies trained together may hold: few enough to stay near the processor."""


@dataclass(frozen=True)
class Loss:
    """A weight c and "hinge" or "squares"; eigenvalue: the kernel's largest between the labels."""

    weight: float
    hinge: bool
    eigenvalue: float

    @property
    def smoothness(self) -> float:
        """Of the whole objective, for the kernel machine."""
        return 1 + self.weight * self.eigenvalue / (ROUNDED if self.hinge else 1)

    def total(self, torch: Any, margins: Any) -> Any:
        """c times the sum of losses of margins (B, n)."""
        short = 1 - margins
        if not self.hinge:
            return self.weight * 0.5 * short.square().sum()
        short = short.clamp(min=0)
        bent = torch.where(short < ROUNDED, short.square() / (2 * ROUNDED), short - ROUNDED / 2)
        return self.weight * bent.sum()


def train(
    networks: Networks,
    seed: int,
    targets: FloatArray,
    loss: Loss,
    centred: bool,
    expired: Callable[[], bool],
) -> tuple[FloatArray, FloatArray] | None:
    """Train one copy for each vector of targets, all from the parameters of one seed.

    Args:
        networks: their first n nodes are the labeled ones.
        targets: (B, n) ±1.
        centred: whether the network's outputs at its first parameters are subtracted.
        expired: asked now and then whether to give up.

    Returns:
        (B, p) outputs and (B,) norms of the gradient, each beside what was learned; or None where
        time was up.
    """
    together = max(1, MEMORY // max(networks.numbers(), 1))
    parts = []
    for at in range(0, len(targets), together):
        for slower in (1.0, 4.0, 16.0):
            found = _descend(
                networks, seed, targets[at : at + together], loss, centred, slower, expired
            )
            if found is None:
                return None
            if np.isfinite(found[1]).all() and (found[1] < 1).all():
                break
        parts.append(found)
    return np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])


def _descend(
    networks: Networks,
    seed: int,
    targets: FloatArray,
    loss: Loss,
    centred: bool,
    slower: float,
    expired: Callable[[], bool],
) -> tuple[FloatArray, FloatArray] | None:
    torch = networks.torch
    whole_start = [p[None] for p in networks.parameters(seed)]
    start = networks.moving(whole_start)
    with torch.no_grad():
        offset: Any = networks.outputs(whole_start) if centred else torch.zeros(1, 1)
    signs = torch.as_tensor(targets, dtype=torch.float32)
    n, smoothness = signs.shape[1], loss.smoothness * SAFETY * slower
    step, root = 1 / smoothness, smoothness**0.5
    momentum = (root - 1) / (root + 1)
    moved = [torch.zeros(len(targets), *p.shape[1:]) for p in start]
    ahead = [m.clone() for m in moved]
    rest, before = np.full(len(targets), np.inf), 0 * signs[:, :1]
    for k in range(STEPS):
        for point in ahead:
            point.requires_grad_(True)
        outputs = networks.trained_outputs([p + m for p, m in zip(start, ahead, strict=True)])
        outputs = outputs - offset[:, :n]
        gradients = torch.autograd.grad(loss.total(torch, signs * outputs), ahead)
        with torch.no_grad():
            whole = [g + a for g, a in zip(gradients, ahead, strict=True)]
            following = [a - step * g for a, g in zip(ahead, whole, strict=True)]
            if k % CHECK == CHECK - 1 or k == STEPS - 1:
                rest = _norms(whole) / np.maximum(_norms(following), 1e-12)
                now = networks.moved_outputs(whole_start, following) - offset
                still = float((now - before).abs().max()) < STILL
                before = now
                if still or not np.isfinite(rest).all():
                    moved = following
                    break
                if expired():
                    return None
            ahead = [f + momentum * (f - m) for f, m in zip(following, moved, strict=True)]
            moved = following
    return before.numpy().astype(np.float64), rest


def _norms(parts: list[Any]) -> FloatArray:
    """Norm (B,) over all parameters of each copy."""
    total: Any = 0
    for part in parts:
        total = total + part.square().flatten(1).sum(dim=1)
    return total.sqrt().numpy().astype(np.float64)
