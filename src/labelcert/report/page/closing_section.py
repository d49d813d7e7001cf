"""What would close open radii, with its prices, as a section of a page: `closing_sections`."""

from __future__ import annotations

from labelcert.certificates import Alternative, Certificate
from labelcert.report.page.page_tables import table
from labelcert.report.page.section import Section

_NAMES = {
    "no relaxation": "an exact search",
    "longer limit": "a longer time limit",
    "smaller C": "a smaller C",
    "ridge": "ridge regression",
}
_COLUMNS = ("Way", "Test predictions that stay", "Validation accuracy", "That of now", "In words")


def closing_sections(certificate: Certificate) -> tuple[Section, ...]:
    """One section, none where nothing is open or nobody knows a way."""
    if not certificate.alternatives:
        return ()
    before = (
        f"<p>{int((~certificate.exact).sum())} of {certificate.num_test} radii are intervals. Each "
        "of these would close some or all of them.</p>"
    )
    rows = [_cells(way) for way in certificate.alternatives]
    after = table("Ways to close them, and their prices", _COLUMNS, rows)
    return (Section("closing", "What would close open radii", before, (), after),)


def _cells(way: Alternative) -> tuple[str, ...]:
    learner = "".join(f", {name} = {value:g}" for name, value in way.learner.items())
    named = _NAMES[way.kind] + (learner if way.kind in ("smaller C", "ridge") else "")
    stay = "–" if way.unchanged is None else str(way.unchanged)
    right, now = (_share(count, way.validated) for count in (way.right, way.right_now))
    return named, stay, right, now, way.told


def _share(right: int | None, count: int) -> str:
    return "–" if right is None else f"{right} of {count} ({100 * right / count:.1f} %)"
