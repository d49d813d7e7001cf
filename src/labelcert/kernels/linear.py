"""Inner products of the node features as they are, plus a constant.

Model: a linear one, f(x) = w·x (+ b, with a penalty on b as well), trained on its last and only
layer. Kernel::

    Θ = X Xᵀ + constant

A constant c is that of one more feature √c. Source: textbook; it is no tangent kernel of a deep
network, but what a last layer on frozen features is (``math.md`` 13 (a)).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from numpy.typing import NDArray

from labelcert.kernels.arrays import FloatArray
from labelcert.kernels.feature_kernel import FeatureKernel, with_constant
from labelcert.kernels.options import CONSTANT


@dataclass(frozen=True, repr=False)
class Linear(FeatureKernel):
    """Inner products of features; of a graph it reads the features only.

    Args:
        constant: what is added to every inner product, at least 0.

    Raises:
        InputError: an option outside its range.
    """

    name: ClassVar[str] = "linear"
    summary: ClassVar[str] = "inner products of the features; ignores the edges"

    constant: float = field(default=0.0, metadata=CONSTANT)

    def of_rows(self, inputs: FloatArray) -> NDArray[Any]:
        """The inputs, and √constant beside them if it is not 0."""
        return with_constant(inputs, self.constant)
