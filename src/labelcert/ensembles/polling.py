"""Ask every base of an ensemble, in threads: votes and prices of a block of test points."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from labelcert.engines.partition.flipping import Flips
from labelcert.engines.partition.votes import FOREVER, black_box_costs
from labelcert.engines.work.clock import Clock
from labelcert.engines.work.threads import work_off
from labelcert.ensembles.base import Answer, Base, Hint, Known, Part, constant_answer

IntArray = NDArray[np.int64]


class Poll(NamedTuple):
    """votes (m, k), free (m, k, K), cost (m, k, K) and hints (k,) of (m,) of all bases, see
    `base.Answer`."""

    votes: IntArray
    free: NDArray[np.bool_]
    cost: NDArray[np.int32]
    hints: Sequence[Sequence[Hint | None]]


def poll(
    base: Base,
    parts: Sequence[Part],
    points: Any,
    count: int,
    *,
    costs: bool,
    clock: Clock,
    jobs: int,
    report: Callable[[float], None],
) -> Poll:
    """Ask all bases about `count` prepared test points.

    costs: also what it costs to change votes; else, and once the clock has expired, the price of
    all that is not free is one flip, which is what holds of any base. Votes are asked for always.
    """
    classes = parts[0].classes
    votes = np.empty((count, len(parts)), dtype=np.int64)
    free = np.empty((count, len(parts), classes), dtype=np.bool_)
    cost = np.empty((count, len(parts), classes), dtype=np.int32)
    hints: list[Sequence[Hint | None]] = [()] * len(parts)

    def one(j: int) -> None:
        part, wanted = parts[j], costs and not clock.expired
        if len(part.labels) == 0:
            found: Answer = constant_answer(0, count, classes, FOREVER if costs else 1)
        else:
            found = base.answer(part, points, wanted, clock)
        votes[:, j], free[:, j], hints[j] = found.votes, found.free, found.hints
        cost[:, j] = black_box_costs(found.free) if found.cost is None else found.cost

    _for_each(one, len(parts), jobs, report)
    return Poll(votes, free, cost, hints)


def find_flips(
    base: Base,
    parts: Sequence[Part],
    points: Any,
    wanted: Sequence[IntArray],
    answers: Poll,
    *,
    most: int,
    clock: Clock,
    jobs: int,
    report: Callable[[float], None],
) -> list[list[Flips] | None]:
    """For each part, and each of wanted (m, k), flips after which its base surely votes for it.

    most: more flips than that are of no use. None of a part that nothing is asked of, and of those
    that the clock leaves no time for.
    """
    found: list[list[Flips] | None] = [None] * len(parts)

    def one(j: int) -> None:
        goals = [np.ascontiguousarray(classes[:, j]) for classes in wanted]
        asked = len(parts[j].labels) > 0 and any((goal >= 0).any() for goal in goals)
        if asked and not clock.expired:
            known = Known(answers.cost[:, j], answers.hints[j], most)
            found[j] = base.flips(parts[j], points, goals, known, clock)

    _for_each(one, len(parts), jobs, report)
    return found


def _for_each(
    one: Callable[[int], None], count: int, jobs: int, report: Callable[[float], None]
) -> None:
    """Call `one` for every number below count, in threads; all of them, whatever the time.

    Raises KeyboardInterrupt where Ctrl-C ended it before: half a poll counts for nothing.
    """
    never, stop = Clock(), np.zeros(1, dtype=np.uint8)
    with _one_core_each(count >= jobs > 1):
        _, done = work_off(range(count), lambda: (one, None), never, jobs, stop, report)
    if not done:
        raise KeyboardInterrupt


@contextmanager
def _one_core_each(wanted: bool) -> Iterator[None]:
    """Where threads share the parts, the linear algebra of each keeps to one core."""
    if not wanted:
        yield
        return
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1, user_api="blas"):
        yield
