"""Whether a problem fits into memory, told before anything large is made.

Counted is what has to lie in memory at one time beside the kernel as given, in arrays of the size
of the Gram matrix, n × n of 8 bytes: a factor, and for an SVM the scaled matrix, the tableau of
each machine, and what their making takes; with some room, for 1.3 and 3.3 arrays are measured where
2 and 5 are counted. What only makes a search quicker (a state a thread and flip) is left out where
it does not fit, and not counted. Measured in ``docs/benchmarks.md``.
"""

from __future__ import annotations

from labelcert._errors import InputError
from labelcert._memory import RESERVE, free_bytes, told_size

OF_SVM, OF_RIDGE = 4, 2
"""Arrays of the Gram matrix's size with a learner, but for tableaus; its check takes one."""

OF_CROSS = 6
"""Arrays of the cross kernel's size."""


def check_room(n: int, m: int, classes: int, ridge: bool, converted: bool = False) -> None:
    """Refuse n labels and m test points that do not fit; raises InputError with the figures.

    converted: whether the kernel as given has to be copied to be read.
    """
    machines = 1 if classes == 2 else classes
    squares = OF_RIDGE if ridge else OF_SVM + machines
    squares += int(converted)
    needed = 8 * (squares * n * n + OF_CROSS * n * m)
    free = free_bytes()
    if free is None or needed <= RESERVE * free:
        return
    remedy = (
        "pass fewer labels, or features to certify_linear"
        if ridge
        else "pass fewer labels, ridge=… in place of C, which needs less, or features to "
        "certify_linear"
    )
    raise InputError(
        f"gram of {n} labels with {m} test points needs about {told_size(needed)} of memory and "
        f"{told_size(free)} are free: {remedy}."
    )
