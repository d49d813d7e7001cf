"""Text in HTML and in scripts, and the policy that lets nothing else run."""

from __future__ import annotations

import base64
import hashlib
import json
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from labelcert.report.page.page_tables import table
from labelcert.report.page.page_text import filled, json_for_script, policy

NASTY = st.text(alphabet=st.sampled_from("<>&\"'/!-=a\u2028\u2029\\{}"), max_size=30)


class Reader(HTMLParser):
    """Elements, and the text in cells."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.cells: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.elements.append(tag)
        if tag in ("td", "th"):
            self.cells.append("")

    def handle_data(self, data):
        if self.elements[-1] in ("td", "th"):
            self.cells[-1] += data


@given(st.recursive(NASTY, lambda inner: st.lists(inner) | st.dictionaries(NASTY, inner)))
def test_json_reads_back_and_cannot_end_a_script(value):
    text = json_for_script(value)
    assert json.loads(text) == value
    assert not set("<>&\u2028\u2029") & set(text)


@given(NASTY, NASTY, NASTY)
def test_cells_of_tables_are_text(caption, column, cell):
    read = Reader(table(caption, [column, "b"], [[cell, cell]]))
    assert read.cells == [column, "b", cell, cell]
    assert sorted(set(read.elements)) == [
        "caption", "div", "span", "table", "tbody", "td", "th", "thead", "tr",
    ]  # fmt: skip


def test_what_is_put_into_a_template_is_not_a_template():
    assert filled("{{a}} {{b}}", {"a": "{{b}}", "b": "\\1 {{a}}"}) == "{{b}} \\1 {{a}}"


def test_the_policy_allows_these_scripts_alone():
    digest = base64.b64encode(hashlib.sha256(b"one").digest()).decode()
    found = policy(["one"], ["two"])
    assert "default-src 'none'" in found
    assert f"script-src 'sha256-{digest}';" in found
    assert "unsafe" not in found
    assert "http" not in found
