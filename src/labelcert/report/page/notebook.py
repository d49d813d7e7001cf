"""A certificate in a notebook: a sentence, survivors, and the weakest predictions."""

from __future__ import annotations

from html import escape

from labelcert.certificates import Certificate
from labelcert.report.headline import headline
from labelcert.report.page.page_tables import table
from labelcert.report.tables import Summary, radius_told, summarize, telling

_WEAKEST = 5


def notebook_html(certificate: Certificate) -> str:
    """HTML without scripts or styles; every text of the data is escaped."""
    found = summarize(certificate, extremes=_WEAKEST)
    warnings = "".join(f"<p>Warning: {escape(sign)}</p>" for sign in certificate.warnings)
    parts = [f"<p><strong>{escape(headline(certificate))}</strong></p>", warnings]
    if certificate.num_test:
        parts += [_survivors(found), _weakest(found)]
    return f"<div>{''.join(parts)}</div>"


def _survivors(found: Summary) -> str:
    together = found.survivors[0].collective is not None
    unit = "Flips" if found.unit == "flips" else "Cost"
    columns = (unit, "Sample-wise", *(("Collective",) if together else ()))
    rows = [
        (
            str(row.flips),
            _of(row.sample_wise, found.num_test),
            *(() if row.collective is None else (_of(row.collective, found.num_test),)),
        )
        for row in telling(found.survivors, 0)
    ]
    return table("Predictions that survive", columns, rows)


def _of(counts: tuple[int, int], m: int) -> str:
    low, high = counts
    return f"{low} of {m}" if low == high else f"{low} to {high} of {m}"


def _weakest(found: Summary) -> str:
    rows = [
        (
            str(row.node),
            str(row.prediction),
            radius_told(
                row.radius, row.radius_upper, found.max_flips, "broken" if row.witness else "tie"
            ),
            _witness(row.witness),
        )
        for row in found.weakest
    ]
    columns = ("Test point", "Prediction", "Radius", "Broken by labels")
    return table("Weakest predictions", columns, rows)


def _witness(witness: tuple[tuple[int, object], ...] | None) -> str:
    if witness is None:
        return "none known"
    return ", ".join(f"{node} to {label}" for node, label in witness) or "a tie as it is"
