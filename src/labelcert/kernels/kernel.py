"""What a kernel is: anything with a name, settings, and blocks between nodes.

Whatever takes kernels, from `labelcert.tune` to the records of studies, uses this and nothing else.
The kernels of this package derive from `parameterized.Parameterized`, and those of layered networks
from `layered.LayeredKernel`; a kernel of one's own need not::

    import numpy as np
    import labelcert as lc
    from labelcert.kernels.inputs import read_graph, read_indices

    class Linear:
        name = "linear"

        def __init__(self, constant=0.0):
            self.constant = float(constant)

        def settings(self):
            return {"constant": self.constant}

        def __call__(self, graph, rows=None, cols=None):
            features, _ = read_graph(graph)
            rows = read_indices(rows, "rows", features.shape[0])
            cols = rows if cols is None else read_indices(cols, "cols", features.shape[0])
            block = features[rows] @ features[cols].T
            return (block.toarray() if hasattr(block, "toarray") else block) + self.constant

    assert isinstance(Linear(), lc.kernels.Kernel)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

from numpy.typing import ArrayLike

from labelcert.kernels.arrays import FloatArray
from labelcert.kernels.inputs import GraphLike
from labelcert.kernels.parameters import Parameter


@runtime_checkable
class Kernel(Protocol):
    """A kernel between the nodes of a graph: a name, settings, and a call that computes a block."""

    @property
    def name(self) -> str:
        """Lower-case name, in tables, records and the shell."""
        ...

    def settings(self) -> Mapping[str, Any]:
        """The parameters that the kernel reads, with values that JSON can hold.

        Two kernels of one name and the same settings compute the same blocks.
        """
        ...

    def __call__(
        self, graph: GraphLike, rows: ArrayLike | None = None, cols: ArrayLike | None = None
    ) -> FloatArray:
        """Block of the kernel between nodes.

        Args:
            graph: anything with `features` (n, d) and `adjacency` (n, n), or a feature matrix
                alone, dense or sparse, which is a graph without edges.
            rows: (p,) node numbers, in any order, repeats allowed, or a mask of all nodes; None
                means all nodes.
            cols: (q,) node numbers, or a mask; None means the same as `rows`.

        Returns:
            (p, q) float64 array; exactly symmetric where rows and cols are the same.

        Raises:
            InputError: input of the wrong shape or type, not finite, out of range, or so large
                that the kernel overflows.
        """
        ...


class KernelClass(Protocol):
    """A class of kernels as the registry lists it; its constructor takes the parameters by name."""

    @property
    def name(self) -> str:
        """The name of its kernels."""
        ...

    @property
    def summary(self) -> str:
        """One line for listings."""
        ...

    @property
    def uses_edges(self) -> bool:
        """Whether it makes no sense on data without edges."""
        ...

    def parameters(self) -> tuple[Parameter, ...]:
        """Every parameter, in the order of the constructor; a class method."""
        ...

    def __call__(self, *args: Any, **values: Any) -> Kernel:
        """Build a kernel."""
        ...
