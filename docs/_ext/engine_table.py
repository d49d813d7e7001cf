"""A directive that prints the table of engines from their registry, in its order::

```{engine-table}
```
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from docutils.parsers.rst import Directive

HEADINGS = ("engine", "decides", "what it does")


class EngineTable(Directive):
    """A row an engine: its name, the questions it answers, and its summary."""

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        from labelcert.engines.registry import ENTRIES, load
        from labelcert.engines.task import Question

        group = nodes.tgroup(cols=len(HEADINGS))
        group += [nodes.colspec(colwidth=width) for width in (20, 20, 60)]
        head, body = nodes.thead(), nodes.tbody()
        head += _row(*(nodes.Text(heading) for heading in HEADINGS))
        for entry in ENTRIES:
            engine = load(entry)
            questions = [q.name.lower() for q in Question if q in engine.decides]
            name = nodes.literal(text=entry.option or engine.name)
            body += _row(name, nodes.Text(", ".join(questions)), nodes.Text(entry.summary))
        group += [head, body]
        table = nodes.table()
        table += group
        return [table]


def _row(*cells: nodes.Node) -> nodes.row:
    row = nodes.row()
    for cell in cells:
        entry, paragraph = nodes.entry(), nodes.paragraph()
        paragraph += cell
        entry += paragraph
        row += entry
    return row


def setup(app: Any) -> dict[str, Any]:
    """Register the directive with Sphinx."""
    app.add_directive("engine-table", EngineTable)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
