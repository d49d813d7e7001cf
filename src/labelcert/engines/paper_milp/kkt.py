"""The constraints of the paper's program that say what an SVM retrained on unknown labels does.

One SVM with the unknown labels ỹ_i = base_i + slope_i · b_i (b_i a binary) is written as its KKT
conditions, the lower level of a bilevel program (``math.md`` 3):

    z_i = ỹ_i α_i,  R_ij = ỹ_i z_j                        linearised, 4 rows each
    Σ_j Q_ij R_ij − 1 − u_i + v_i = 0
    u_i ≤ M_u s_i,  α_i ≤ C (1 − s_i)                     binary s_i: α_i = 0
    v_i ≤ M_v t_i,  C − α_i ≤ C (1 − t_i)                 binary t_i: α_i = C
    M_u = C Σ_j |Q_ij| − 1,  M_v = C Σ_j |Q_ij| + 1

Besides the labels' own binaries that is n² + 6n columns, 2n of them binary, and 4n² + 9n rows: 520
and 1,780 at n = 20.
Units: α, z and R are divided by C, row i of the second line and u_i, v_i by C Σ_j|Q_ij| + 1, so
that every column lies in [−1, 1] and one tolerance means the same everywhere.
Source: [LC] arXiv 2412.00537, section 3; the units are our own.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from labelcert.engines.solvers.milp import MilpModel
from labelcert.engines.solvers.rows import Rows

LARGEST_REACH = 1e6
"""Beyond this C Σ_j|Q_ij| the 1 of the margins sinks towards the solvers' tolerances, in units in
which decision values are at most 1; what they prove then is not believed."""


def in_range(gram: np.ndarray, C: float) -> bool:
    """Whether solvers can tell a margin of 1 from 0; gram (n, n)."""
    return bool(C * float(np.abs(gram).sum(axis=1).max(initial=0.0)) <= LARGEST_REACH)


class Affine(NamedTuple):
    """Numbers base_i + slope_i · x[column_i] (n,), as unknown labels ỹ_i in {−1, +1} are."""

    base: np.ndarray
    slope: np.ndarray
    column: np.ndarray


class Program:
    """A program under construction: columns with bounds, rows, and the binaries among them."""

    def __init__(self) -> None:
        self.rows = Rows()
        self._lower: list[np.ndarray] = []
        self._upper: list[np.ndarray] = []
        self._integer: list[np.ndarray] = []
        self.columns = 0

    def add_columns(
        self, count: int, lower: float, upper: np.ndarray | float, integer: bool = False
    ) -> np.ndarray:
        """Add columns within bounds; returns their indices (count,)."""
        first = self.columns
        self.columns += count
        self._lower.append(np.full(count, lower))
        self._upper.append(np.broadcast_to(np.asarray(upper, dtype=float), (count,)))
        self._integer.append(np.full(count, integer))
        return np.arange(first, self.columns)

    def model(self, columns: np.ndarray, weights: np.ndarray, maximise: bool) -> MilpModel:
        """The program with the objective Σ weight · column."""
        objective = np.zeros(self.columns)
        np.add.at(objective, columns, weights)
        rows, row_lower, row_upper = self.rows.build(self.columns)
        lower, upper = np.concatenate(self._lower), np.concatenate(self._upper)
        integer = np.concatenate(self._integer)
        return MilpModel(objective, maximise, rows, row_lower, row_upper, lower, upper, integer)


def add_svm(program: Program, gram: np.ndarray, C: float, labels: Affine) -> np.ndarray:
    """Add a kernel SVM (gram (n, n), C > 0) with unknown labels; returns the columns of z / C (n,).

    Its decision value at a test point with cross-kernel row q is C · q·(z / C).
    """
    n = len(gram)
    a = program.add_columns(n, 0.0, 1.0)
    z = program.add_columns(n, -1.0, 1.0)
    R = program.add_columns(n * n, -1.0, 1.0).reshape(n, n)
    # Products with ỹ: x = ỹ w is x = w where ỹ = 1 and x = −w where ỹ = −1, for |x|, |w| ≤ 1.
    program.rows.at_most([(z, 1.0), (a, -1.0)], 0.0)
    program.rows.at_most([(z, -1.0), (a, -1.0)], 0.0)
    _if_positive(program.rows, labels, a, z)
    _if_negative(program.rows, labels, a, z)
    for i in range(n):
        own = Affine(*(np.full(n, part[i]) for part in (labels.base, labels.slope, labels.column)))
        for sign in (1.0, -1.0):
            _if_positive(program.rows, own, z, R[i], sign)
            _if_negative(program.rows, own, z, R[i], sign)
    _add_kkt(program, gram, C, a, R)
    return z


def _if_positive(
    rows: Rows, labels: Affine, w: np.ndarray, x: np.ndarray, sign: float = 1.0
) -> None:
    """Rows sign · (w − x) ≤ 1 − ỹ."""
    label = (labels.column, labels.slope)
    rows.at_most([(w, sign), (x, -sign), label], 1.0 - labels.base)


def _if_negative(
    rows: Rows, labels: Affine, w: np.ndarray, x: np.ndarray, sign: float = 1.0
) -> None:
    """Rows sign · (w + x) ≤ 1 + ỹ."""
    label = (labels.column, -labels.slope)
    rows.at_most([(w, sign), (x, sign), label], 1.0 + labels.base)


def _add_kkt(program: Program, gram: np.ndarray, C: float, a: np.ndarray, R: np.ndarray) -> None:
    n = len(gram)
    reach = C * np.abs(gram).sum(axis=1)
    unit = reach + 1.0
    big_u = np.maximum(reach - 1.0, 0.0) / unit
    u = program.add_columns(n, 0.0, big_u)
    v = program.add_columns(n, 0.0, 1.0)
    s = program.add_columns(n, 0.0, 1.0, integer=True)
    t = program.add_columns(n, 0.0, 1.0, integer=True)
    gradient = C * gram / unit[:, None]
    program.rows.add([(R, gradient), (u, -1.0), (v, 1.0)], 1.0 / unit, 1.0 / unit)
    program.rows.at_most([(u, 1.0), (s, -big_u)], 0.0)
    program.rows.at_most([(a, 1.0), (s, 1.0)], 1.0)
    program.rows.at_most([(v, 1.0), (t, -1.0)], 0.0)
    program.rows.at_most([(t, 1.0), (a, -1.0)], 0.0)
