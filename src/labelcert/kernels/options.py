"""The parameters that several architectures share."""

from __future__ import annotations

from labelcert.kernels.kinds import Kind, choice, real, whole
from labelcert.kernels.parameterized import described

ROW, SYMMETRIC = "D⁻¹(A+I)", "D^−½(A+I)D^−½"

activations: Kind = choice({"relu": "", "linear": ""})

DEPTH = described(whole(1), "number of hidden layers")
ACTIVATION = described(activations, "activation of the hidden layers")
NORMALIZATION = described(
    choice({"row": ROW, "symmetric": SYMMETRIC, None: "for A+I"}), "propagation matrix"
)
EDGE_WEIGHT = described(real(0, above=True), "factor of the adjacency before self-loops are added")
CONSTANT = described(real(0), "what is added to every inner product")
RETURN = "probability of returning to the start"
