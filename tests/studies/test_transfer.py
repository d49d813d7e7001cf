"""The transfer measurement: networks against their limit, and counts against counting by hand."""

from __future__ import annotations

import json

import numpy as np
import pytest

import labelcert as lc
from kernels.small_graphs import dense_row_matrix, small_graph
from labelcert._errors import InputError
from labelcert.studies.transfer import measuring
from labelcert.studies.transfer.attacks import RANDOM, STRONGEST, WITNESS, Attack
from labelcert.studies.transfer.measuring import planned
from labelcert.studies.transfer.networks import Networks
from labelcert.studies.transfer.records import Record
from labelcert.studies.transfer.results import Transfer
from labelcert.studies.transfer.training import Loss, train
from torch_networks import torch

pytestmark = pytest.mark.torch

SMALL = small_graph()
WIDE = small_graph(dimension=30)
KARATE = lc.datasets.load("karate")
SPLIT = lc.datasets.split(KARATE.labels, per_class=3, seed=0)
OPTIONS = {"C": 1.0, "max_flips": 3, "widths": [8, 32], "seeds": 2, "attacks": 9}


@pytest.mark.parametrize(
    "kernel",
    [lc.kernels.MLP(), lc.kernels.MLP(2), lc.kernels.GCN(2), lc.kernels.SGC(),
     lc.kernels.GraphSAGE(), lc.kernels.APPNP(), lc.kernels.GIN()],
    ids=repr,
)  # fmt: skip
def test_the_networks_have_the_kernel_as_their_limit(kernel):
    """Products of gradients of a wide network, averaged over starts."""
    nodes = np.array([4, 0, 2])
    networks = Networks(kernel, SMALL, nodes, 1000)
    found = np.zeros((3, 3))
    for seed in range(6):
        parameters = [p[None].requires_grad_() for p in networks.parameters(seed)]
        outputs = networks.outputs(parameters)[0]
        rows = [torch.autograd.grad(o, parameters, retain_graph=True) for o in outputs]
        J = np.stack([torch.cat([p.flatten() for p in row]).numpy() for row in rows])
        found += J @ J.T / 6
    expected = kernel(SMALL, nodes)
    assert np.linalg.norm(found - expected) < 0.08 * np.linalg.norm(expected)


def test_outputs_are_those_of_the_network_written_out():
    X, S = np.asarray(SMALL.features), dense_row_matrix(SMALL.adjacency)
    nodes = np.array([5, 1])
    networks = Networks(lc.kernels.GCN(), SMALL, nodes, 7)
    W, v = (p.numpy() for p in networks.parameters(0))
    assert W.shape == (X.shape[1], 7)
    expected = (S @ (np.maximum(S @ X @ W, 0) * np.sqrt(2)) @ v / np.sqrt(7))[nodes, 0]
    found = networks.outputs([torch.as_tensor(W)[None], torch.as_tensor(v)[None]])
    np.testing.assert_allclose(found[0].numpy(), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    "kernel",
    [lc.kernels.MLP(2), lc.kernels.GCN(), lc.kernels.SGC(2), lc.kernels.APPNP(steps=1)],
    ids=repr,
)
def test_training_on_the_front_moves_what_training_on_all_moves(kernel):
    """Outputs and gradients of the nodes trained on, and all outputs after a step along them."""
    networks = Networks(kernel, WIDE, np.array([8, 1, 0, 4]), 6, 2)
    start = [p[None] for p in networks.parameters(0)]
    moving = [p.clone().requires_grad_() for p in networks.moving(start)]
    everything = [p.clone().requires_grad_() for p in start]
    found, outputs = networks.trained_outputs(moving), networks.outputs(everything)
    torch.testing.assert_close(found, outputs[:, :2])
    weights = torch.tensor([1.0, -2.0])
    step = torch.autograd.grad((found[0] * weights).sum(), moving)
    full = torch.autograd.grad((outputs[0, :2] * weights).sum(), everything)
    torch.testing.assert_close(networks.moving(list(full)), list(step))
    assert step[0].shape[1] < full[0].shape[1]
    assert float(full[0][:, step[0].shape[1] :].abs().max()) < 1e-5
    moved = networks.moved_outputs(start, [-0.1 * s for s in step])
    expected = networks.outputs([p - 0.1 * g for p, g in zip(start, full, strict=True)])
    torch.testing.assert_close(moved, expected)


@pytest.mark.parametrize("learner", ["C", "ridge"])
def test_trained_networks_tend_to_the_kernel_machine(learner):
    kernel = lc.kernels.GCN()
    K, X = kernel(KARATE, SPLIT.labeled), kernel(KARATE, SPLIT.test, SPLIT.labeled)
    y = np.where(KARATE.labels[SPLIT.labeled] == KARATE.classes[1], 1.0, -1.0)
    machine = lc.learners.KernelSVM(C=1.0) if learner == "C" else lc.learners.KernelRidge(ridge=0.5)
    expected = machine.fit(K, y).decision_function(X)
    loss = Loss(1.0 if learner == "C" else 2.0, learner == "C", float(np.linalg.eigvalsh(K)[-1]))
    off = []
    for width in (32, 8192):
        nodes = np.concatenate([SPLIT.labeled, SPLIT.test])
        networks = Networks(kernel, KARATE, nodes, width, len(y))
        found, _ = train(networks, 0, np.stack([y, -y]), loss, True, lambda: False)
        off.append(np.abs(found[0, len(y) :] - expected).max())
    assert off[1] < 0.03 < off[0]


def test_a_measurement_goes_on_where_it_ended(tmp_path, monkeypatch):
    store = tmp_path / "run.jsonl"
    whole = lc.transfer(KARATE, SPLIT, lc.kernels.GCN(), store=store, **OPTIONS)
    lines = store.read_text().splitlines()
    assert len(lines) == 5
    assert not whole.stopped
    store.write_text("\n".join(lines[:3]) + "\n" + lines[3][:40])  # killed while it wrote
    trained = []

    def counting(networks, seed, *rest):
        trained.append((networks.width, seed))
        return train(networks, seed, *rest)

    monkeypatch.setattr(measuring, "train", counting)
    again = lc.transfer(KARATE, SPLIT, lc.kernels.GCN(), store=store, **OPTIONS)
    assert trained == [(32, 0), (32, 1)]
    assert again.to_frame().equals(whole.to_frame())
    assert store.read_text().splitlines() == lines
    with pytest.raises(InputError, match="something else"):
        lc.transfer(KARATE, SPLIT, lc.kernels.GCN(), store=store, **{**OPTIONS, "C": 2.0})


def test_attacks_are_what_the_certificate_says_of_them():
    result = lc.transfer(
        KARATE, SPLIT, lc.kernels.GCN(), time_limit=0, **{**OPTIONS, "attacks": 100}
    )
    cert = result.certificate
    assert result.stopped == "time limit"
    assert not result.records
    kinds = [attack.kind for attack in result.attacks]
    assert set(kinds) == {WITNESS, STRONGEST, RANDOM}
    assert kinds.count(WITNESS) == sum(cert.witness(t) is not None for t in range(cert.num_test))
    for a, attack in enumerate(result.attacks):
        within = cert.radius >= len(attack.indices)
        assert (result.leads[a + 1][within] > 0).all()
        if attack.kind == WITNESS:
            assert result.leads[a + 1, attack.target] <= 1e-9
        if attack.kind == STRONGEST:
            assert within[attack.target]


def test_shares_are_counted_as_told():
    """Two labels, three test points, one seed right by hand and another."""
    cert = lc.certify(
        np.eye(3), np.array([[3.0, 0, 0], [0, 3, 0], [2, 0, 1]]), [1, 0, 1], C=1.0, max_flips=1
    )
    assert cert.radius.tolist() == [0, 0, 0]
    object.__setattr__(cert, "radius", np.array([0, 1, 1]))
    attacks = (Attack(WITNESS, 0, (0,), (0,)), Attack(RANDOM, None, (2,), (0,)))
    leads = np.array([[1.0, 2, 3], [-0.5, 0.2, 0.05], [0.4, 0.5, 0.6]])
    rest = np.zeros(3)
    records = (
        Record(8, 0, np.array([[1, 0, 1], [0, 0, 1], [1, 1, 1]]), rest),
        Record(8, 1, np.array([[1, 0, 0], [1, 0, 1], [1, 0, 1]]), rest),  # the last disagrees
    )
    found = Transfer(cert, attacks, leads, records, True)
    row = found.summary().iloc[0]
    assert row["agreement"] == pytest.approx((1 + 2 / 3) / 2)
    assert (row["witnesses"], row["broken"]) == (2, 0.5)
    # Seed 0: points 1 and 2 under both attacks, one of four changes. Seed 1: point 1 twice.
    assert (row["pairs"], row["changed"]) == (6, pytest.approx(0.125))
    assert row["changed_error"] == pytest.approx(0.125)
    margins = found.by_margin().set_index(["certified", "least"])
    assert margins.loc[(True, 0.1), "pairs"] == 2
    assert margins.loc[(True, 0.3), "changed"] == pytest.approx(0.25)
    assert margins.loc[(False, 0.3), "changed"] == 0.5
    json.dumps(found.summary().to_dict("records"))


def test_ties_predict_nothing_and_are_no_error():
    """Without edges nodes of Karate have nothing in common: every test node is a tie."""
    found = lc.transfer(KARATE, SPLIT, lc.kernels.MLP(), **OPTIONS)
    assert set(found.certificate.status) == {"tie"}
    assert found.to_frame().empty
    assert found.by_margin().empty
    row = found.summary().iloc[0]
    assert (row["width"], row["seeds"], row["witnesses"], row["pairs"]) == (8, 2, 0, 0)
    assert row[["agreement", "broken", "changed"]].isna().all()


def test_agreement_counts_proven_predictions_alone():
    labels, cross = [1, 0], np.array([[3.0, 0], [0, 3], [1, 1]])
    cert = lc.certify(np.eye(2), cross, labels, C=1.0, max_flips=0)
    assert cert.radius.tolist() == [0, 0, -1]
    for third in (0, 1):
        record = Record(8, 0, np.array([[1, 1, third]]), np.zeros(1))
        found = Transfer(cert, (), np.zeros((1, 3)), (record,), True)
        assert found.summary()["agreement"].tolist() == [0.5]


def test_three_classes_train_a_network_each():
    graph = lc.Graph(
        features=np.random.default_rng(0).standard_normal((30, 4))
        + np.eye(3, 4)[np.arange(30) % 3] * 4,
        adjacency=np.zeros((30, 30)),
        labels=np.array(["a", "b", "c"])[np.arange(30) % 3],
    )
    split = lc.datasets.split(graph.labels, per_class=3, seed=0)
    found = lc.transfer(graph, split, lc.kernels.MLP(), ridge=1.0, max_flips=2, widths=[512],
                        seeds=1, attacks=12)  # fmt: skip
    row = found.summary().iloc[0]
    assert row["agreement"] > 0.9
    assert row["changed"] < 0.1 < row["broken"]


def test_larger_widths_take_the_first_attacks_of_the_plan():
    assert [planned(60, width) for width in (64, 1024, 2048, 8192)] == [60, 60, 30, 12]
    assert planned(5, 8192) == 5


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"kernel": lc.kernels.Linear()}, "not one of a layered network"),
        ({"kernel": lc.kernels.GCN(skip="pc")}, "skip connections"),
        ({"widths": [0]}, "widths="),
        ({"seeds": 0}, "seeds is 0"),
        ({"split": object()}, "split has no labeled"),
    ],
)
def test_what_cannot_be_is_refused(options, told):
    options = {"kernel": lc.kernels.GCN(), "split": SPLIT, **OPTIONS, **options}
    with pytest.raises(InputError, match=told):
        lc.transfer(KARATE, **options)
