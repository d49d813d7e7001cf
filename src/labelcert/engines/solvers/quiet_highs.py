"""HiGHS without its banner.

From 1.15 or so on a new object introduces itself on standard output, before anybody can tell it to
be quiet: its Python constructor makes the C++ object, which is silent, and then turns callbacks on,
which is the first call that announces the version. Between the two it calls a method of its own,
and that is where a subclass can switch the output off. Nothing is redirected, so no other thread's
output can be lost, and it works wherever standard output leads, closed or not.
Source: highspy/highs.py, the same from 1.11 to 1.16; a test runs it in a process of its own.
"""

from __future__ import annotations

from functools import cache
from typing import Any


def quiet_highs() -> Any:
    """A new `highspy.Highs` that has printed nothing and never will."""
    solver = _quiet_class()()
    # For a version whose constructor no longer asks.
    solver.setOptionValue("output_flag", False)
    return solver


@cache
def _quiet_class() -> Any:
    import highspy

    class QuietHighs(highspy.Highs):
        """HiGHS that is told to be quiet before its first word."""

        def enableCallbacks(self) -> None:
            """Called by the constructor, once the C++ object is there."""
            self.setOptionValue("output_flag", False)
            super().enableCallbacks()

    return QuietHighs
