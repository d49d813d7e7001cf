"""A section that a page has besides those of every page."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any, NamedTuple


class Chart(NamedTuple):
    """A chart of Altair and what it is called, as text."""

    title: str
    chart: Any


class Section(NamedTuple):
    """key: the section's id, letters only; title as text; before and after the charts: HTML."""

    key: str
    title: str
    before: str
    charts: tuple[Chart, ...]
    after: str


def sections_html(sections: Sequence[Section]) -> str:
    """The sections; charts are drawn into hosts that are numbered through all of them."""
    parts, number = [], 0
    for s in sections:
        figures = ""
        for title, _ in s.charts:
            figures += (
                f'<figure><figcaption>{escape(title)}</figcaption><div id="more-chart-{number}" '
                f'class="chart" role="img" aria-label="{escape(title)}"></div></figure>'
            )
            number += 1
        parts.append(
            f'<section id="{s.key}" aria-labelledby="{s.key}-title">'
            f'<h2 id="{s.key}-title">{escape(s.title)}</h2>{s.before}'
            f'<div class="panels still">{figures}</div>{s.after}</section>'
        )
    return "\n".join(parts)


def sections_links(sections: Sequence[Section]) -> str:
    """Their entries in the list of sections."""
    return "".join(f'<li><a href="#{s.key}">{escape(s.title)}</a></li>' for s in sections)
