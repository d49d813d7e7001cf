"""Plain functions as kernels: of two feature matrices, as scikit-learn has them.

``k(X, Y)`` takes features (p, d) and (q, d), dense float64, and returns the block (p, q). So do
`sklearn.metrics.pairwise.rbf_kernel` and the objects of `sklearn.gaussian_process.kernels`. A
function whose first arguments are called ``graph, rows, cols`` is called as a `Kernel` is.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial
from typing import Any

from numpy.typing import ArrayLike

from labelcert._errors import InputError
from labelcert.intake.numbers import told
from labelcert.kernels.arrays import FloatArray
from labelcert.kernels.checked_block import checked_block
from labelcert.kernels.inputs import GraphLike, read_graph
from labelcert.kernels.kernel import Kernel
from labelcert.kernels.plain_values import plain_values

_BLOCKWISE = ("graph", "rows", "cols")


class FunctionKernel:
    """The kernel that a function computes; of a graph it sees the features, unless it asks.

    Its name is that of the function, and `settings` tells where that was written and what is bound
    to it. Two functions written in one line are not told apart.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        self._blockwise = leading(function) == _BLOCKWISE
        bare: Any = function.func if isinstance(function, partial) else function
        self._written: Any = bare if hasattr(bare, "__qualname__") else type(bare)
        self.name: str = self._written.__name__

    def settings(self) -> dict[str, Any]:
        """Where the function was written, and its bound arguments or parameters."""
        function: Any = self._function
        bound = getattr(function, "keywords", {})  # of a partial
        if hasattr(function, "get_params"):
            bound = function.get_params()
        code = getattr(inspect.unwrap(self._written), "__code__", None)
        line = f":{code.co_firstlineno}" if code is not None else ""
        where = f"{self._written.__module__}:{self._written.__qualname__}{line}"
        return {"function": where} | plain_values(bound)

    def __call__(
        self, graph: GraphLike, rows: ArrayLike | None = None, cols: ArrayLike | None = None
    ) -> FloatArray:
        """Block of the kernel between nodes, see `labelcert.kernels.kernel.Kernel`."""
        block = self._function if self._blockwise else self._of_features
        return checked_block(block, self.name, graph, rows, cols)

    def _of_features(self, graph: GraphLike, rows: Any, cols: Any) -> Any:
        features, _ = read_graph(graph)
        return self._function(_dense(features[rows]), _dense(features[cols]))

    def __repr__(self) -> str:
        return f"FunctionKernel({self.name})"


def _dense(rows: Any) -> Any:
    return rows.toarray() if hasattr(rows, "toarray") else rows


def as_kernel(value: Any, subject: str = "kernel is") -> Kernel:
    """A kernel for whatever stands for one: a `Kernel` itself, or a function (see the module).

    subject: how sentences about it begin. Raises InputError for anything else; a matrix is asked
    for as ``Precomputed(matrix)``.
    """
    if isinstance(value, Kernel) and not isinstance(value, type):
        return value
    if callable(value) and not isinstance(value, type) and _takes_two(value):
        return FunctionKernel(value)
    if isinstance(value, type):
        raise InputError(
            f"{subject} the class {value.__name__}, which is no kernel: pass an object of it, such "
            f"as {value.__name__}()."
        )
    if hasattr(value, "shape"):
        raise InputError(f"{subject} a matrix: pass lc.kernels.Precomputed(matrix).")
    named = "; names are for the shell and for study files" if isinstance(value, str) else ""
    raise InputError(
        f"{subject} {told(value)}, which is no kernel: pass objects such as GCN(depth=1), or a "
        f"function of two feature matrices{named}."
    )


def _takes_two(function: Any) -> bool:
    """Whether it can be called with two matrices, or as kernels are."""
    count = len(_BLOCKWISE) if leading(function) == _BLOCKWISE else 2
    try:
        inspect.signature(function).bind(*(None,) * count)
    except TypeError:
        return False
    except ValueError:  # of some compiled functions nothing is known
        return True
    return True


def leading(function: Any) -> tuple[str, ...]:
    """What a function of blocks takes first: graph, rows and cols, or two matrices."""
    try:
        names = tuple(inspect.signature(function).parameters)
    except (TypeError, ValueError):  # some compiled functions have no signature
        return ()
    return _BLOCKWISE if names[: len(_BLOCKWISE)] == _BLOCKWISE else names[:2]
