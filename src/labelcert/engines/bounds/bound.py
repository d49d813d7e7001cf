"""What a bound is: a region of relabelings and a lead in, a proven value and its multipliers out.

A lead is a linear function of the solutions β of its machines (`labelcert.engines.machines`): one
for two classes, two for more. A bound proves a value for all relabelings of a region at once; what
it hands out besides, a functional, says so for each of them, and holds whatever solver found it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from labelcert.engines.bounds.hull import Hull
from labelcert.engines.bounds.state_functional import StateFunctional


class Lead(NamedTuple):
    """Σ_c rows_c · β_c; rows (parts, n), scaled like the kernel of the hulls, signs included.

    doubt ≥ 0: how far a shift of the kernel's diagonal may have moved each part.
    """

    rows: np.ndarray
    doubt: float = 0.0


@dataclass(frozen=True, eq=False)
class Region:
    """Some relabelings: the states (n, S) that points may be in, and a hull of each machine.

    The hulls hold for those of them that matter to whoever narrowed them: all at first.
    """

    allowed: np.ndarray
    hulls: tuple[Hull, ...]


class Bound(Protocol):
    """A way to bound leads from below."""

    def lower(
        self, region: Region, lead: Lead, goal: float = np.inf
    ) -> tuple[float, StateFunctional]:
        """A value that no relabeling of a region falls below, and the functional that proves it.

        A value above the goal is good enough.
        """
        ...
