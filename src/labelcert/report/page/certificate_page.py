"""The page of a certificate that is not one of a run of the shell: `Certificate.report`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from labelcert._errors import InputError
from labelcert.certificates import Advice, Certificate
from labelcert.data.no_label import with_placeholders
from labelcert.intake.items import items_of
from labelcert.intake.label_lookup import refuse_other_type
from labelcert.intake.labels import labels_or_missing
from labelcert.intake.missing import is_missing
from labelcert.report.document import Run, check_word
from labelcert.report.headline import bad_told
from labelcert.report.page.run_page import write_run_page
from labelcert.report.page.section import Section

_WHAT = "one name for each"


def write_certificate_page(
    certificate: Certificate,
    path: str | os.PathLike[str],
    *,
    title: str = "Certificate",
    y_true: Any = None,
    test_ids: Any = None,
    labeled_ids: Any = None,
    called: str = "point",
    advice: Any = None,
    sections: Sequence[Section] = (),
) -> None:
    """See `Certificate.report`, which this is; sections: as of `write_run_page`."""
    if not isinstance(title, str):
        raise InputError(f"title is of type {type(title).__name__}: pass text.")
    _check_advice(certificate, advice)
    run = run_of_certificate(certificate, title, y_true, test_ids, labeled_ids)
    run.dataset["word"] = check_word(called, "called")
    write_run_page(
        run, path, title=title, attacker=_attacker(certificate), advice=advice, sections=sections
    )


def _check_advice(certificate: Certificate, advice: Any) -> None:
    """InputError for what is no advice, or one on other labels, predictions or attackers."""
    if advice is None:
        return
    if not isinstance(advice, Advice):
        raise InputError(
            f"advice is of type {type(advice).__name__}: pass what labelcert.advise returned."
        )
    for name in ("labels", "prediction", "decision"):
        mine, its = getattr(certificate, name), getattr(advice.before, name)
        if not np.array_equal(mine, its):
            raise InputError(
                f"advice was made for another certificate (its {name} differ): ask for advice on "
                "this one, or report advice.before."
            )
    if not _same_attacker(certificate, advice.before):
        raise InputError(
            "advice was made for another threat model than this certificate: ask for advice with "
            "the same threat, or report advice.before."
        )


def _same_attacker(one: Certificate, other: Certificate) -> bool:
    """Whether both attackers may do the same, whatever their budgets; as far as that was kept."""
    if one.attacker and other.attacker:
        return one.attacker == other.attacker
    return (one.unit, one.bad_groups, one.bad_what) == (
        other.unit, other.bad_groups, other.bad_what
    )  # fmt: skip


def run_of_certificate(
    certificate: Certificate,
    title: str = "Certificate",
    y_true: Any = None,
    test_ids: Any = None,
    labeled_ids: Any = None,
) -> Run:
    """A certificate as a run of which nothing else is known; arguments as `Certificate.report`.

    Labeled points are numbered 0 … n − 1, and test points from n on.
    """
    c = certificate
    n, m = c.num_labeled, c.num_test
    ids = [
        *_names(labeled_ids, "labeled_ids", n, "label"),
        *_names(test_ids, "test_ids", m, "test point"),
    ]
    return Run(
        certificate=c,
        dataset={
            "name": title, "path": None, "edges_path": None, "nodes": n + m, "edges": 0,
            "features": None, "classes": c.classes.tolist(), "class_names": None, "binary": False,
            "largest_component": False, "drop_classes": [], "unlabeled": 0, "notes": [],
        },
        model={"name": "kernel machine", "parameters": {}},
        threat={"max_flips": c.max_flips, "bad_groups": c.bad_groups},
        split={"per_class": None, "validation": None, "seed": None, "given": True},
        labeled=np.arange(n),
        test=np.arange(n, n + m),
        y_true=_truth(c, y_true),
        seconds={"certify": c.seconds},
        ids=dict(enumerate(ids)),
    )  # fmt: skip


def _truth(c: Certificate, y_true: Any) -> np.ndarray:
    """(m,) labels as of a graph, with the placeholder where nobody knows one."""
    wanted = "one label for each test point"
    items = [None] * c.num_test if y_true is None else items_of(y_true, "y_true", wanted)
    if len(items) != c.num_test:
        raise InputError(
            f"y_true has {len(items)} entries for {c.num_test} test points: pass one for each."
        )
    if not all(map(is_missing, items)):
        known, _ = labels_or_missing(items, "y_true", "test point")
        refuse_other_type(known, c.classes, "y_true", "classes")
    # With a class in front there is a label whatever is missing, and the placeholder is its type's.
    return with_placeholders([c.classes[0].item(), *items])[1:]


def _names(given: Any, name: str, count: int, what: str) -> list[str]:
    if given is None:
        return [str(i) for i in range(count)]
    names = [str(item) for item in items_of(given, name, f"{_WHAT} {what}")]
    if len(names) != count:
        raise InputError(f"{name} has {len(names)} entries for {count} {what}s: pass one for each.")
    if len(set(names)) < count:
        twice = next(one for i, one in enumerate(names) if one in names[:i])
        raise InputError(f"{name} has {twice!r} twice: give each {what} a name of its own.")
    return names


def _attacker(c: Certificate) -> str:
    """What the certificate knows of it; the threat model itself is not kept."""
    counted = "flips" if c.unit == "flips" else "in cost"
    bad = f", besides {bad_told(c.bad_groups, c.bad_what)}" if c.bad_groups else ""
    return (
        f"up to {c.max_flips} {counted} among {c.num_labeled} labels{bad}, within the threat model "
        "that was certified"
    )
