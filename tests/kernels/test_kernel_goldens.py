"""The golden Gram blocks, from the package's own graphs."""

from __future__ import annotations

import json

import numpy as np
import pytest

from labelcert.data import datasets
from labelcert.kernels import APPNP, GCN, GIN, GraphSAGE, Kernel
from shared_files import DATA, GOLDENS, needs_data, needs_goldens

GRAPHS = {"coraml": "cora_ml", "citeseer": "citeseer", "karate": "karate"}
NAMES = [
    "citeseer_SGC",
    "coraml_APPNP",
    "coraml_GCN",
    "coraml_GCN_skippc",
    "coraml_GIN",
    "karate_GCN",
    "karate_GraphSAGE",
]


def kernel_of(model: dict) -> Kernel:
    if model["kernel"] == "appnp":
        return APPNP(model["alpha"], model["iterations"], model["activation"], depth=model["depth"])
    if model["kernel"] == "gin":
        return GIN(model["depth"], model["activation"])
    if model["normalization"] == "sage":
        return GraphSAGE(model["depth"], model["activation"])
    return GCN(model["depth"], model["activation"], model["normalization"], skip=model.get("skip"))


@needs_data
@needs_goldens
@pytest.mark.parametrize("name", NAMES)
def test_blocks_equal_the_golden_ones(name: str) -> None:
    with np.load(GOLDENS / f"{name}.npz", allow_pickle=False) as file:
        golden = {key: file[key] for key in file.files}
    dataset = GRAPHS[name.split("_", maxsplit=1)[0]]
    graph = datasets.load(dataset, binary=dataset != "karate", data_dir=DATA)
    kernel = kernel_of(json.loads(str(golden["model"])))
    labeled, test = golden["index_labeled"], golden["index_test"]
    np.testing.assert_allclose(kernel(graph, labeled), golden["gram"], rtol=1e-8, atol=1e-13)
    np.testing.assert_allclose(
        kernel(graph, test, labeled), golden["cross_gram"], rtol=1e-8, atol=1e-13
    )
