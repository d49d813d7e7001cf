"""Options of `certify` for networks of one's own, torch modules."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from labelcert.cli.options import option
from labelcert.cli.panels import MODULE

Module = Annotated[
    str | None,
    option(
        MODULE, ("--module",),
        "Function that returns a torch module, in place of --model: the network's own features "
        "or tangent kernel; nothing is unpickled.", "PACKAGE:FUNCTION",
    ),
]  # fmt: skip
Weights = Annotated[
    Path | None,
    option(
        MODULE, ("--weights",), "Parameters of the module, .safetensors or .npz (as built).", "FILE"
    ),
]
Layer = Annotated[
    str | None,
    option(
        MODULE, ("--layer",),
        "Linear layer of the module that alone is trained (none: all of it, linearised).", "NAME",
    ),
]  # fmt: skip
ParametersFrom = Annotated[
    str | None,
    option(
        MODULE, ("--parameters-from",),
        "Where the module's parameters come from, needed with --module: initialisation, "
        "'other data', or 'these labels', which voids the certificate.", "WORDS",
    ),
]  # fmt: skip
InputShape = Annotated[
    str | None,
    option(MODULE, ("--input-shape",), "Shape of a row for the module, such as 1,28,28.", "N,…"),
]
ModuleEdges = Annotated[
    str | None,
    option(
        MODULE, ("--module-edges",),
        "How the module is given the edges: edge_index (as in PyTorch Geometric) or adjacency "
        "(not at all).", "NAME",
    ),
]  # fmt: skip
