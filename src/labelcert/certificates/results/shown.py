"""How a certificate shows itself: a page, a chart, a few lines in a notebook.

Results know nothing of reports, which come after them and draw with heavy libraries. So what shows
is looked up by its name when it is asked for, as the public names of the package are.
"""

from __future__ import annotations

import importlib
import os
from typing import Any


class Shown:
    """What certificates can do beside being data."""

    def plot(self, path: str | os.PathLike[str] | None = None, *, title: str | None = None) -> Any:
        """Draw the share of predictions proven to survive each budget: `labelcert.plot`.

        path: also write the chart there (.png, .svg, .pdf, .html or .json); title: printed above.
        Returns the Altair chart. Raises InputError: another suffix, no test points, or a file that
        cannot be written.
        """
        return _found("charts.chart", "plot")(self, path, title=title)

    def report(
        self,
        path: str | os.PathLike[str],
        *,
        title: str = "Certificate",
        y_true: Any = None,
        test_ids: Any = None,
        labeled_ids: Any = None,
        called: str = "point",
        advice: Any = None,
    ) -> None:
        """Write a page of the certificate, one .html file that needs no network.

        title: stands above the page. y_true: (m,) true labels of the test points, None where nobody
        knows one; without any the page tells no accuracy. test_ids (m,), labeled_ids (n,): what
        test points and labeled points are called, no name twice; their positions by default.
        called: what one of them is, such as "mail". advice: an :class:`Advice` made for this
        certificate; the page then says which labels to verify, and what that reaches.

        Raises InputError: another suffix, no test points, names or labels that are too few or too
        many, an advice for another certificate or another threat model, or a file that cannot be
        written.
        """
        write = _found("page.certificate_page", "write_certificate_page")
        write(
            self,
            path,
            title=title,
            y_true=y_true,
            test_ids=test_ids,
            labeled_ids=labeled_ids,
            called=called,
            advice=advice,
        )

    def _repr_html_(self) -> str:
        """A sentence and two small tables, for notebooks."""
        return _found("page.notebook", "notebook_html")(self)


def _found(module: str, name: str) -> Any:
    return getattr(importlib.import_module(f"labelcert.report.{module}"), name)
