"""Every figure of the golden cases: margins, radii, collective counts."""

import numpy as np
import pytest

import labelcert as lc
from labelcert.engines.attacker import RelabelSpace
from labelcert.engines.by_enumeration import Enumeration
from labelcert.engines.machines.clean import clean_fit
from labelcert.engines.machines.machines import Machines
from labelcert.engines.task import Task, Wishes
from labelcert.engines.work.clock import Clock
from labelcert.learners.gram import check_gram
from shared_files import GOLDENS, needs_goldens

CASES = sorted(path.name for path in GOLDENS.glob("*.npz")) or ["missing"]
pytestmark = needs_goldens


def load(name):
    with np.load(GOLDENS / name, allow_pickle=False) as case:
        return {key: case[key] for key in case.files}


@pytest.mark.parametrize("name", CASES)
def test_margins_radii_and_counts_of_all_budgets(name):
    case = load(name)
    n = len(case["labels"])
    machines = Machines(
        check_gram(case["gram"]), case["cross_gram"], float(case["C"]),
        RelabelSpace.unrestricted(case["labels"], 2), n,
    )  # fmt: skip
    clean = clean_fit(machines)
    np.testing.assert_allclose(clean.value[:, 0], case["clean_decision"], atol=1e-9)
    task = Task.of_machines(machines, clean.predicted, Wishes(jobs=2))
    assert Enumeration().run(task, n, Clock())
    ledger = task.ledger
    np.testing.assert_allclose(ledger.worst_margin, case["worst_margin"], atol=1e-7)
    assert (np.abs(case["worst_margin"]) > 1e-6).all(), "no ties in the golden cases"
    assert ledger.robust.tolist() == ((case["worst_margin"] > 0).sum(axis=1) - 1).tolist()
    assert ledger.broken_lower.tolist() == case["collective_broken"].tolist()
    assert ledger.broken_upper.tolist() == case["collective_broken"].tolist()


@pytest.mark.parametrize("name", CASES)
def test_certify_agrees(name):
    case = load(name)
    n = len(case["labels"])
    cert = lc.certify(
        case["gram"], case["cross_gram"], case["labels"], C=float(case["C"]), max_flips=n,
        collective=True,
    )  # fmt: skip
    assert cert.exact.all()
    assert cert.radius.tolist() == ((case["worst_margin"] > 0).sum(axis=1) - 1).tolist()
    assert cert.collective.broken_lower.tolist() == case["collective_broken"].tolist()
    assert cert.collective.exact
    known = ~np.isnan(cert.worst_margin)
    np.testing.assert_allclose(cert.worst_margin[known], case["worst_margin"][known], atol=1e-7)
    right = cert.prediction == case["test_labels"]
    assert cert.certified_accuracy(0, case["test_labels"]) == pytest.approx(right.mean())
