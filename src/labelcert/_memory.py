"""Memory that is free, so that what would not fit is told beforehand or done in fewer threads.

On Linux the kernel tells what may be taken without swapping, and a container's limit counts where
it is smaller; elsewhere nobody says, and nothing is held back.
"""

from __future__ import annotations

import re
from pathlib import Path

RESERVE = 0.9
"""Share of the free memory that may be planned with."""

_ROOT = Path("/")

_LIMITS = (
    ("sys/fs/cgroup/memory.max", "sys/fs/cgroup/memory.current", "sys/fs/cgroup/memory.stat",
     "inactive_file"),
    ("sys/fs/cgroup/memory/memory.limit_in_bytes", "sys/fs/cgroup/memory/memory.usage_in_bytes",
     "sys/fs/cgroup/memory/memory.stat", "total_inactive_file"),
)  # fmt: skip
"""Files of a container's limit, of what it uses, and of how much of that is a mere cache."""


def free_bytes() -> int | None:
    """Bytes that this process may still take; None where the system does not tell."""
    known = [
        x for x in (_of_the_machine(), *(_of_a_container(*f) for f in _LIMITS)) if x is not None
    ]
    return min(known) if known else None


def told_size(size: float) -> str:
    """Bytes as people read them: "3.2 GB"."""
    return f"{size / 1e9:.1f} GB"


def _of_the_machine() -> int | None:
    text = _read("proc/meminfo")
    found = re.search(r"^MemAvailable:\s+(\d+) kB", text or "", re.MULTILINE)
    return None if found is None else 1024 * int(found[1])


def _of_a_container(limit: str, used: str, stat: str, cache: str) -> int | None:
    most, now = _read(limit), _read(used)
    if most is None or now is None or not (most.strip().isdigit() and now.strip().isdigit()):
        return None  # no container, or "max"
    found = re.search(rf"^{cache} (\d+)$", _read(stat) or "", re.MULTILINE)
    return max(int(most) - int(now) + (0 if found is None else int(found[1])), 0)


def _read(path: str) -> str | None:
    try:
        return (_ROOT / path).read_text()
    except OSError:
        return None
