"""The peak memory of this process while one unit runs."""

from __future__ import annotations

import re
import sys
from pathlib import Path

_SELF = Path("/proc/self")


def restart() -> None:
    """Let the peak start anew from what is in use now, where the system can (Linux)."""
    try:
        (_SELF / "clear_refs").write_text("5")
    except OSError:
        return


def megabytes() -> float | None:
    """The peak since `restart`, else since the process began, in 10⁶ bytes; None if unknown."""
    try:
        found = re.search(r"^VmHWM:\s+(\d+) kB", (_SELF / "status").read_text(), re.MULTILINE)
    except OSError:
        found = None
    if found is not None:
        return round(1024 * int(found[1]) / 1e6, 1)
    try:
        import resource
    except ImportError:  # Windows
        return None
    unit = 1 if sys.platform == "darwin" else 1024
    return round(unit * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6, 1)
