"""Which labels to verify, as a section of HTML; every text of the data is escaped."""

from __future__ import annotations

from html import escape

from labelcert.certificates import Advice, Certificate, Suspicion, influential_labels
from labelcert.report.advice_told import MOST_NAMED, NOT_HELD, lead_of, suspicion_summary
from labelcert.report.bad_groups_told import ONCE, breaking_groups
from labelcert.report.document import Run
from labelcert.report.page.page_tables import table

_MOST = 5
"""Labels that are named where nobody asked for advice."""


def verify_section(run: Run, advice: Advice | None) -> str:
    """The advice where there is one, else the labels in most of the witnesses; "" without any."""
    told = _most_used(run)
    if advice is not None:
        told = _advised(run, advice) + _suspicious(run, advice.suspicious)
    told = _breaking(run) + told
    if not told:
        return ""
    return (
        '<section id="verify" aria-labelledby="verify-title">'
        f'<h2 id="verify-title">Labels to verify</h2>{told}</section>'
    )


def _breaking(run: Run) -> str:
    """The groups that break predictions by themselves; "" where none is known to."""
    found = breaking_groups(run)
    if not found:
        return ""
    rows = [(row.told, str(row.labels), str(row.predictions)) for row in found]
    columns = ("Group", "Its labels", "Predictions broken")
    shown = table("Groups that break predictions by themselves", columns, rows)
    return f"{shown}<p>{escape(ONCE)}</p>"


def _advised(run: Run, advice: Advice) -> str:
    m, budget = advice.before.num_test, advice.budget
    if not advice.steps:
        return "<p>No label was found whose verification would prove more.</p>"
    unit = "in cost"
    if advice.before.unit == "flips":
        unit = "flip" if budget == 1 else "flips"
    rows = [
        (
            _called(run, step.index),
            str(step.label),
            f"{round(m * step.ratio_after)} of {m}",
            f"{step.mean_radius_after:.2f}",
        )
        for step in advice.steps
    ]
    note = (
        "<p>Each is the label whose verification, besides those above it, lets most predictions "
        f"survive {budget} {unit}; {_survivors(advice.before, budget)} of {m} do before. A "
        "verified label is trusted as it stands. If it turns out to be wrong, correct it and "
        "certify anew.</p>"
    )
    columns = (f"Labeled {run.word}", "Label", f"Then survive {budget} {unit}", "Mean radius")
    return note + table("Labels to verify, in this order", columns, rows)


def _suspicious(run: Run, found: Suspicion | None) -> str:
    """The labels that a model of all others does not agree with, and how that is known."""
    if found is None:
        return f"<p>The labels were {escape(NOT_HELD)}.</p>"
    at = [i for i in found.order.tolist() if found.status[i] == "disagrees"]
    note = (
        "<p>Each label held against a model of all the others: "
        f"{escape(suspicion_summary(found))}. A label that disagrees may be wrong, or its "
        f"{escape(run.word)} unusual: look at it first.</p>"
    )
    rows = [
        (_called(run, i), str(found.labels[i]), str(found.prediction[i]), lead_of(found, i))
        for i in at[:MOST_NAMED]
    ]
    if not rows:
        return note
    columns = (f"Labeled {run.word}", "Label", "The others say", "By a lead of")
    return note + table("Labels that disagree most", columns, rows)


def _survivors(certificate: Certificate, budget: int) -> int:
    return int((certificate.radius >= budget).sum())


def _most_used(run: Run) -> str:
    frame = influential_labels(run.certificate, weighted=True)
    frame = frame[frame["count"] > 0].head(_MOST)
    if not len(frame):
        return ""
    names = ("index", "label", "count", "smallest_radius")
    bad = run.certificate.bad_groups > 0
    rows = [
        (
            _called(run, int(index)),
            str(label),
            str(count),
            "broken by bad groups" if bad and radius < 0 else str(radius),
        )
        for index, label, count, radius in zip(*(frame[name] for name in names), strict=True)
    ]
    broken = sum(1 for w in run.certificate.witnesses if w is not None and len(w.indices))
    note = (
        f"<p>Of {broken} predictions the smallest known set of labels that breaks them is known. "
        "These labels stand in most of the sets, small sets counting more: a mistake in one of "
        "them is nearest to turning predictions. What their verification would prove, "
        "<code>labelcert advise</code> computes.</p>"
    )
    columns = (f"Labeled {run.word}", "Label", "Sets that hold it", "Smallest radius")
    return note + table("Labels on which most predictions rest", columns, rows)


def _called(run: Run, index: int) -> str:
    return run.called(int(run.labeled[index]))
