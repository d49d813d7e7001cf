"""Graph networks of PyTorch Geometric, against finite differences; skipped where it is missing."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

import labelcert as lc
from kernels.small_graphs import SmallGraph, small_graph
from torch_networks import finite_differences, nn, torch

pytestmark = pytest.mark.torch
pyg = pytest.importorskip("torch_geometric.nn", reason="torch_geometric is not installed")

PAGE = Path(__file__).resolve().parents[2] / "docs" / "own-networks.md"
BLOCK = re.compile(r"^```\{code-block\} python\n(.*?)^```\n\n```text\n(.*?)^```", re.M | re.DOTALL)
WEIGHTED = small_graph()
PLAIN = SmallGraph(WEIGHTED.features, sparse.csr_array((WEIGHTED.adjacency > 0).astype(float)))


class Network(nn.Module):
    """Two layers of one kind, a smooth activation between them, in float64."""

    def __init__(self, first, second, weighted=True):
        super().__init__()
        self.first, self.second, self.weighted = first, second, weighted
        self.double()

    def forward(self, x, edge_index, edge_weight=None):
        more = [] if edge_weight is None or not self.weighted else [edge_weight]
        return self.second(torch.tanh(self.first(x, edge_index, *more)), edge_index, *more)


def networks():
    torch.manual_seed(0)
    sizes = [(5, 4), (4, 2)]
    yield "GCN", Network(*(pyg.GCNConv(*size) for size in sizes)), WEIGHTED
    yield "GCN, plain", Network(*(pyg.GCNConv(*size) for size in sizes)), PLAIN
    yield "SAGE", Network(*(pyg.SAGEConv(*size) for size in sizes)), PLAIN
    yield "GIN", Network(*(pyg.GINConv(nn.Linear(*size)) for size in sizes)), PLAIN
    yield "SGC", Network(pyg.SGConv(5, 4, K=2), pyg.SGConv(4, 2)), WEIGHTED
    yield "GAT", Network(pyg.GATConv(5, 4), pyg.GATConv(4, 2)), PLAIN


@pytest.mark.parametrize(("module", "graph"), [pytest.param(m, g, id=n) for n, m, g in networks()])
def test_kernels_are_products_of_finite_differences(module, graph):
    pairs = graph.adjacency.tocoo()
    index = torch.as_tensor(np.stack([pairs.col, pairs.row]).astype(np.int64))
    weight = () if (pairs.data == 1).all() else (torch.as_tensor(pairs.data),)
    x = torch.as_tensor(np.array(graph.features))
    slopes = finite_differences(module, lambda net: net(x, index, *weight))
    slopes = slopes.reshape(9, 2, -1)
    expected = np.einsum("iop,jop->ij", slopes, slopes)
    kernel = lc.kernels.EmpiricalNTK(
        module, scale=1.0, edges="edge_index", parameters="initialisation"
    )
    np.testing.assert_allclose(kernel(graph), expected, rtol=1e-5, atol=1e-6 * expected.max())
    some = kernel(graph, [7, 2], [0, 2, 8])
    np.testing.assert_allclose(some, kernel(graph)[np.ix_([7, 2], [0, 2, 8])], rtol=1e-8, atol=1e-9)


def test_a_head_on_frozen_layers():
    kernel = lc.kernels.LastLayer(Headed(), "head", parameters="other data", edges="edge_index")
    found = kernel(PLAIN)
    assert found.shape == (9, 9)
    np.testing.assert_allclose(found, kernel.features(PLAIN) @ kernel.features(PLAIN).T, rtol=1e-5)


class Headed(nn.Module):
    """A graph convolution and a linear head."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(3)
        self.first, self.head = pyg.GCNConv(5, 4), nn.Linear(4, 1)

    def forward(self, x, edge_index):
        return self.head(torch.relu(self.first(x, edge_index)))


def test_the_recipe_prints_what_the_page_shows(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    recipes = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    assert len(recipes) == 1
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(recipes[0][0], str(PAGE), "exec"), {"__name__": "page"})
    assert printed.getvalue() == recipes[0][1]
