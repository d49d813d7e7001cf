"""What is made of certificates: tables, files and charts. Sees certificates, never engines.

Everything is imported at first use: `plot` needs Altair and `write_frame` pandas.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from labelcert.report.chart import plot
    from labelcert.report.curves import curve_frame
    from labelcert.report.frames import write_frame
    from labelcert.report.tables import summarize

__all__ = ["curve_frame", "plot", "summarize", "write_frame"]

_WHERE = {
    "curve_frame": "curves",
    "plot": "chart",
    "summarize": "tables",
    "write_frame": "frames",
}


def __getattr__(name: str) -> object:
    if name not in _WHERE:
        raise AttributeError(f"module 'labelcert.report' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"labelcert.report.{_WHERE[name]}"), name)
    globals()[name] = value
    return value
