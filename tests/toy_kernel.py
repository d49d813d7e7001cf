"""A kernel with parameters of every kind, not of layers, for tests of what a new one brings."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from labelcert.kernels.inputs import read_graph, read_indices
from labelcert.kernels.kinds import choice, flag, optional, real, whole
from labelcert.kernels.parameterized import Parameterized, described
from labelcert.kernels.parameters import OnlyWith


@dataclass(frozen=True, repr=False)
class Powers(Parameterized):
    """(scale · x·x' + shift)^degree over features, with shift only if it is kept."""

    name: ClassVar[str] = "powers"
    summary: ClassVar[str] = "a polynomial of inner products"
    uses_edges: ClassVar[bool] = False

    degree: int = field(default=1, metadata=described(whole(0), "power"))
    scale: float | None = field(
        default=None, metadata=described(optional(real(0, above=True)), "factor")
    )
    keep_shift: bool = field(default=False, metadata=described(flag(), "add the shift"))
    shift: float = field(
        default=1.0, metadata=described(real(0), "what is added", OnlyWith("keep_shift", (True,)))
    )
    form: str = field(default="plain", metadata=described(choice({"plain": "", "[b]": ""}), "form"))
    seed: int = field(default=0, metadata=described(whole(0), "named like an option of the shell"))

    def __call__(self, graph, rows=None, cols=None):
        features, _ = read_graph(graph)
        count = features.shape[0]
        rows = read_indices(rows, "rows", count)
        cols = rows if cols is None else read_indices(cols, "cols", count)
        block = features[rows] @ features[cols].T
        block = block.toarray() if hasattr(block, "toarray") else block
        scale = 1.0 if self.scale is None else self.scale
        return (scale * block + (self.shift if self.keep_shift else 0.0)) ** self.degree
