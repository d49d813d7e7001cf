"""`labelcert certify --module`: a torch network of the user's, without a pickle."""

from __future__ import annotations

import json
import pickle
import sys

import numpy as np
import pytest

import labelcert as lc
from torch_networks import torch

pytestmark = pytest.mark.torch

CODE = """
import torch
from torch import nn

def build():
    torch.manual_seed(5)
    return nn.Sequential(nn.Linear(2, 6), nn.ReLU(), nn.Linear(6, 1))

def broken():
    raise KeyError("no")

number = lambda: 3
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "own_net", raising=False)
    (tmp_path / "own_net.py").write_text(CODE)
    rng = np.random.default_rng(0)
    y = np.arange(30) % 2
    X = rng.standard_normal((30, 2)) + 1.5 * y[:, None]
    lines = [f"{a},{b},{'yes' if k else 'no'}" for (a, b), k in zip(X.tolist(), y, strict=True)]
    (tmp_path / "table.csv").write_text("\n".join(["a,b,class", *lines]))
    return tmp_path


TABLE = ("certify", "table.csv", "--label", "class", "--per-class", "4", "--max-flips", "2")


def weights(path):
    from safetensors.torch import save_file

    torch.manual_seed(9)
    module = torch.nn.Sequential(torch.nn.Linear(2, 6), torch.nn.ReLU(), torch.nn.Linear(6, 1))
    state = module.state_dict()
    save_file(state, path / "net.safetensors")
    np.savez(path / "net.npz", **{name: value.numpy() for name, value in state.items()})
    return module


@pytest.mark.parametrize("file", ["net.safetensors", "net.npz"])
def test_a_head_from_the_shell_is_that_of_python(folder, invoke, file):
    module = weights(folder)
    found = invoke(*TABLE, "--module", "own_net:build", "--weights", file, "--layer", "2",
                   "--parameters-from", "other data", "--ridge", "1", "-o", "run.json",
                   "--report", "page.html")  # fmt: skip
    assert found.exit_code == 0, found.output
    assert "come from other data" in " ".join(found.stdout.split())
    written = json.loads((folder / "run.json").read_text())
    graph = lc.datasets.from_table("table.csv", label="class")
    split = lc.datasets.split(graph.labels, per_class=4, seed=0)
    kernel = lc.kernels.LastLayer(module, "2", parameters="other data")
    cert = lc.certify_graph(graph, split, kernel, ridge=1.0, max_flips=2)
    read = lc.Certificate.from_json(json.dumps(written["certificate"]))
    assert read.radius.tolist() == cert.radius.tolist()
    assert read.warnings == cert.warnings
    assert written["model"]["parameters"]["sha256"] == kernel.settings()["sha256"]
    assert "come from other data" in (folder / "page.html").read_text()


def test_without_a_layer_it_is_the_tangent_kernel(folder, invoke):
    found = invoke(*TABLE, "--module", "own_net:build", "--parameters-from", "initialisation",
                   "-o", "run.json")  # fmt: skip
    assert found.exit_code == 0, found.output
    model = json.loads((folder / "run.json").read_text())["model"]
    assert model["name"] == "empirical_ntk"
    assert model["parameters"]["scale"] > 0


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--module", "own_net:build"), "--parameters-from is missing"),
        (("--layer", "2"), "--layer goes with --module"),
        (("--module", "own_net:build", "--depth", "2"), "--depth does not go with --module"),
        (("--module", "own_net:build", "--model", "mlp"), "--model does not go with --module"),
        (("--module", "own_net", "--parameters-from", "other data"), "no function"),
        (("--module", "own_net:none", "--parameters-from", "other data"), "cannot be imported"),
        (("--module", "own_net:broken", "--parameters-from", "other data"), "raised KeyError"),
        (("--module", "own_net:number", "--parameters-from", "other data"), "no torch.nn.Module"),
        (("--module", "own_net:build", "--parameters-from", "mine"), "must be one of"),
        (
            ("--module", "own_net:build", "--parameters-from", "other data", "--weights", "w.pt"),
            "neither .safetensors nor .npz",
        ),
        (
            ("--module", "own_net:build", "--parameters-from", "other data", "--weights", "p.npz"),
            "cannot be read",
        ),
        (
            ("--module", "own_net:build", "--parameters-from", "other data", "--weights", "o.npz"),
            "not those of the module",
        ),
    ],
)
def test_what_cannot_be_is_refused(folder, invoke, options, told):
    (folder / "w.pt").write_bytes(pickle.dumps({}))
    np.savez(folder / "p.npz", a=np.array([{}], dtype=object))
    np.savez(folder / "o.npz", a=np.zeros(3))
    found = invoke(*TABLE, *options)
    assert found.exit_code == 2
    assert told in " ".join(found.stderr.split())
    assert "Traceback" not in found.stderr
