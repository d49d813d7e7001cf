"""How many threads have room for what each of them keeps."""

from __future__ import annotations

from labelcert._memory import RESERVE, free_bytes


def threads_that_fit(jobs: int, bytes_each: float) -> int:
    """How many of `jobs` threads have room for so many bytes each; 0 if not even one has."""
    free = free_bytes()
    if free is None or bytes_each <= 0:
        return jobs
    return min(jobs, int(RESERVE * free / bytes_each))
