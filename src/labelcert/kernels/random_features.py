"""Random ReLU features: a network of finite width with one frozen hidden layer.

Network: h = ReLU(W x + b) with Gaussian W (width, d) and b (width,), drawn from a seed, and a last
layer that alone is trained. Kernel, of features φ(x) = sqrt(2 / width) h::

    Θ = φ(X) φ(X)ᵀ + constant

Exactly the kernel machine of that finite network (``math.md`` 13 (a)), at any width; it tends to
E(X Xᵀ + 1) + constant, the covariance of the activations of an infinite one (`arccos`). Features
are what they are in 32 bits, in which they are kept: nothing is lost by that.
Source: Rahimi and Recht, "Random Features for Large-Scale Kernel Machines", NIPS 2007, with the
features of Cho and Saul, NeurIPS 2009.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from labelcert._errors import InputError
from labelcert.kernels.arrays import FloatArray
from labelcert.kernels.feature_kernel import FeatureKernel, with_constant
from labelcert.kernels.kinds import flag, whole
from labelcert.kernels.options import CONSTANT
from labelcert.kernels.parameterized import described

ROWS = 4096
"""Rows whose activations are computed together."""


@dataclass(frozen=True, repr=False)
class RandomFeatures(FeatureKernel):
    """Kernel of a ReLU network of finite width whose last layer alone is trained.

    Args:
        width: number of hidden neurons, at least 1.
        seed: of their random weights.
        bias: whether the hidden neurons have biases, as random as their weights.
        constant: what is added to every inner product, at least 0: a bias of the last layer.

    Raises:
        InputError: an option outside its range.
    """

    name: ClassVar[str] = "random_features"
    summary: ClassVar[str] = "finite ReLU network with a trained last layer"

    width: int = field(default=2000, metadata=described(whole(1), "number of hidden neurons"))
    seed: int = field(default=0, metadata=described(whole(0), "seed of the random weights"))
    bias: bool = field(
        default=True, metadata=described(flag(), "whether hidden neurons have biases")
    )
    constant: float = field(default=0.0, metadata=CONSTANT)

    def of_rows(self, inputs: FloatArray) -> NDArray[Any]:
        """Activations (p, width) as float32, and √constant beside them if it is not 0."""
        weights, biases = self._weights(inputs.shape[1])
        found = np.empty((len(inputs), self.width), dtype=np.float32)
        scale = np.sqrt(2 / self.width)
        for at in range(0, len(inputs), ROWS):
            with np.errstate(over="ignore", invalid="ignore"):
                active = np.maximum(inputs[at : at + ROWS] @ weights + biases, 0.0) * scale
                found[at : at + ROWS] = active
        if not np.isfinite(found).all():
            raise InputError(
                f"the {self.name} kernel overflows on this data: scale the features down."
            )
        return with_constant(found, self.constant)

    def _weights(self, dimension: int) -> tuple[FloatArray, FloatArray]:
        """W (d, width) and b (width,) of the seed."""
        rng = np.random.default_rng(self.seed)
        weights = rng.standard_normal((dimension, self.width))
        biases = rng.standard_normal(self.width)
        return weights, biases if self.bias else np.zeros(self.width)
