"""A certificate whose every figure is known, made by hand, and a page in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import labelcert as lc
from labelcert.certificates import Certificate, CollectiveCertificate, Witness
from labelcert.report.page.page_html import write_page
from labelcert.report.study_results import Evaluation, Missing
from report.chromium import Browser, Page, chromium
from report.hand_made_results import study

# Five labels, four test points, budgets 0 to 3: radii 0, 1 to 2, 3+ and a tie.


def hand_made(first_class: str = "=a", second_class: str = "b") -> Certificate:
    labels = np.array([first_class, first_class, second_class, second_class, second_class])
    collective = CollectiveCertificate(
        broken_lower=np.array([1, 2, 2, 3]),
        broken_upper=np.array([1, 2, 3, 3]),
        num_test=4,
        witnesses=tuple(
            Witness(np.arange(r), np.where(labels[:r] == first_class, second_class, first_class))
            for r in range(4)
        ),
    )
    margins = np.full((4, 4), np.nan)
    margins[:, 0] = [0.5, 1.0, 2.0, 0.0]
    return Certificate(
        labels=labels,
        classes=np.array([first_class, second_class]),
        decision=np.array([0.5, -1.0, 0.1 + 0.2, 0.0]),
        error_bar=np.full(4, 1e-9),
        radius=np.array([0, 1, 3, -1]),
        radius_upper=np.array([0, 2, 3, -1]),
        worst_margin=margins,
        worst_margin_bound=margins,
        witnesses=(
            Witness(np.array([2]), np.array([first_class])),
            Witness(np.array([0, 1, 3]), np.array([second_class, second_class, first_class])),
            None,
            Witness(np.array([], dtype=np.int64), np.array([], dtype=str)),
        ),
        proven_by=("training", "enumeration", "enumeration", ""),
        broken_by=("enumeration", "attack", "", "training"),
        max_flips=3,
        learner={"C": 1.0},
        collective=collective,
    )


@pytest.fixture
def certificate() -> Certificate:
    return hand_made()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="session")
def written(tmp_path_factory) -> Path:
    """A page of two data sets, two models and two seeds, the first data set with its graph."""
    path = tmp_path_factory.mktemp("page") / "report.html"
    karate = lc.datasets.load("karate")
    missing = (Missing("s", "karate", "gin", "it <i>failed</i>."), Missing("s", "karate", "x", ""))
    write_page(Evaluation("A study", study(), missing), path, graphs=lambda _: karate)
    return path


@pytest.fixture
def page(browser: Browser, written: Path) -> Iterator[Page]:
    opened = browser.page(written)
    yield opened
    assert opened.complaints() == []
    assert [a for a in opened.requests() if not a.startswith("data:")] == [written.as_uri()]
    opened.close()
