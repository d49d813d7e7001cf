"""What is made of certificates: tables, files, charts, pages. Sees certificates, never engines.

Everything is imported at first use: `plot` needs Altair and `write_frame` pandas.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from labelcert.report.charts.chart import plot
    from labelcert.report.charts.figures import write_figures
    from labelcert.report.charts.path_chart import plot_path
    from labelcert.report.charts.tuning_chart import plot_tuning
    from labelcert.report.curves import curve_frame
    from labelcert.report.findings import find
    from labelcert.report.frames import write_frame
    from labelcert.report.page.page_html import write_page
    from labelcert.report.study_results import read_store
    from labelcert.report.tables import summarize

__all__ = [
    "curve_frame",
    "find",
    "plot",
    "plot_path",
    "plot_tuning",
    "read_store",
    "summarize",
    "write_figures",
    "write_frame",
    "write_page",
]

_WHERE = {
    "curve_frame": "curves",
    "find": "findings",
    "plot": "charts.chart",
    "plot_path": "charts.path_chart",
    "plot_tuning": "charts.tuning_chart",
    "read_store": "study_results",
    "summarize": "tables",
    "write_figures": "charts.figures",
    "write_frame": "frames",
    "write_page": "page.page_html",
}


def __getattr__(name: str) -> object:
    if name not in _WHERE:
        raise AttributeError(f"module 'labelcert.report' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"labelcert.report.{_WHERE[name]}"), name)
    globals()[name] = value
    return value
