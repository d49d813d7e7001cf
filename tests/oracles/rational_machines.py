"""Kernel SVM and kernel ridge regression without rounding, one label vector at a time.

The SVM's dual is solved by a primal active-set method over the integers, and every KKT condition
is asserted with the given kernel at the end, so that an answer cannot be wrong, only missing.
Nothing here is shared with labelcert.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import gcd

import numpy as np

from oracles.rational_kernels import Rows, dot, inverse, is_psd, to_integers

MOST_STEPS = 10_000


@dataclass(frozen=True, eq=False)
class Values:
    """Decision values of m test points: numerators (m,) over one denominator > 0."""

    numerators: list[int]
    denominator: int

    @cached_property
    def floats(self) -> np.ndarray:
        """(m,) rounded to the nearest float, so of two different floats the larger is larger."""
        return np.array([v / self.denominator for v in self.numerators])

    @cached_property
    def signs(self) -> np.ndarray:
        return np.array([(v > 0) - (v < 0) for v in self.numerators], dtype=np.int64)

    def exact(self, t: int) -> Fraction:
        return Fraction(self.numerators[t], self.denominator)

    def negated(self) -> Values:
        return Values([-v for v in self.numerators], self.denominator)


class IntegerKernel:
    """A Gram matrix and cross-kernel rows as integers over powers of two."""

    def __init__(self, gram, cross):
        self.gram, self.gram_power = to_integers(gram)
        self.cross, self.cross_power = to_integers(cross)
        self.n = len(self.gram)


class Machine(IntegerKernel, ABC):
    """Decision values by label vector, each computed once; y and −y share the work."""

    def __init__(self, gram, cross):
        super().__init__(gram, cross)
        self._known: dict[tuple[int, ...], Values] = {}

    def values(self, y: tuple[int, ...]) -> Values:
        """Decision values after training on labels ±1."""
        found = self._known.get(y)
        if found is None:
            found = self._compute(y)
            self._known[y] = found
            self._known[tuple(-v for v in y)] = found.negated()
        return found

    @abstractmethod
    def _compute(self, y: tuple[int, ...]) -> Values: ...


class RidgeMachine(Machine):
    """f_t = q_t · (K + λ)⁻¹ y."""

    def __init__(self, gram, cross, ridge: float):
        super().__init__(gram, cross)
        top, bottom = float(ridge).as_integer_ratio()
        power = max(self.gram_power, bottom.bit_length() - 1)
        whole = [[v << (power - self.gram_power) for v in row] for row in self.gram]
        for i in range(self.n):
            whole[i][i] += top << (power - bottom.bit_length() + 1)
        found = inverse(whole)
        assert found is not None, "K + λ is singular"
        det, adjugate = found
        columns = list(zip(*adjugate, strict=True))
        sign = 1 if det > 0 else -1
        # f = (Q / 2^q) · 2^power · adj / det · y
        self._weights = [[sign * dot(row, c) << power for c in columns] for row in self.cross]
        self._denominator = abs(det) << self.cross_power

    def _compute(self, y: tuple[int, ...]) -> Values:
        return Values([dot(row, y) for row in self._weights], self._denominator)


class SvmMachine(Machine):
    """The bias-free kernel SVM: max Σα − ½ Σ y_i y_j α_i α_j K_ij, 0 ≤ α ≤ C.

    In integers: α = a / 2^k with 0 ≤ a ≤ c, C = c / 2^k, u = gram · (y a), and the kink of the
    hinge lies at y_i u_i = one = 2^(k + g). The kernel has to be positive semidefinite.
    """

    def __init__(self, gram, cross, C: float):
        super().__init__(gram, cross)
        assert is_psd(self.gram), "the kernel is indefinite"
        self.c, bottom = float(C).as_integer_ratio()
        self.k = bottom.bit_length() - 1
        self.one = 1 << (self.k + self.gram_power)
        self._inverses: dict[tuple[int, ...], tuple[int, Rows] | None] = {}
        # The last solution starts the next: it is feasible for any labels.
        self._a, self._den, self._free = [self.c] * self.n, 1, []

    def _compute(self, y: tuple[int, ...]) -> Values:
        b, den = self.solve(y)
        tops = [dot(row, b) for row in self.cross]
        return Values(tops, den << (self.cross_power + self.k))

    def solve(self, y: tuple[int, ...]) -> tuple[list[int], int]:
        """β · 2^k as integers b over a denominator > 0, every KKT condition asserted."""
        for _ in range(MOST_STEPS):
            if self._to_minimiser(y) and not self._free_one(y):
                break
        else:
            raise AssertionError("the oracle found no solution")
        b = [s * a for s, a in zip(y, self._a, strict=True)]
        assert_kkt(self.gram, y, self.c, self.one, b, self._den)
        return b, self._den

    def _inverse(self, free: list[int]) -> tuple[int, Rows] | None:
        key = tuple(free)
        if key not in self._inverses:
            self._inverses[key] = inverse([[self.gram[i][j] for j in free] for i in free])
        return self._inverses[key]

    def _to_minimiser(self, y: tuple[int, ...]) -> bool:
        """Step to the best point with the same labels free; False if a bound came before it."""
        free = self._free
        if not free:
            return True
        found = self._inverse(free)
        assert found is not None
        det, adjugate = found
        fixed = [(j, y[j] * self.c) for j in range(self.n) if j not in free and self._a[j]]
        rest = [y[i] * self.one - sum(self.gram[i][j] * b for j, b in fixed) for i in free]
        goal = [y[i] * dot(row, rest) for i, row in zip(free, adjugate, strict=True)]  # over det
        step, first = (1, 1), -1
        for i, p in zip(free, goal, strict=True):
            a = self._a[i]
            if p < 0:
                share = a * det, a * det - p * self._den
            elif p > self.c * det:
                share = (self.c * self._den - a) * det, p * self._den - a * det
            else:
                continue
            if share[0] * step[1] < step[0] * share[1] or first < 0:
                step, first = share, i
        if first < 0:
            a = [v * det if v == 0 else self.c * det for v in self._a]
            for i, p in zip(free, goal, strict=True):
                a[i] = p
            self._set(a, det)
            return True
        top, bottom = step
        at_goal = dict(zip(free, goal, strict=True))
        a = [
            v * det * (bottom - top) + at_goal[i] * self._den * top if i in at_goal
            else v * det * bottom
            for i, v in enumerate(self._a)
        ]  # fmt: skip
        self._set(a, self._den * det * bottom)
        self._free = [i for i in free if i != first]
        return False

    def _free_one(self, y: tuple[int, ...]) -> bool:
        """Let the first label go whose bound is the wrong one (Bland); False if none is."""
        b = [s * a for s, a in zip(y, self._a, strict=True)]
        kink = self.one * self._den
        for i in range(self.n):
            if i in self._free:
                continue
            over = y[i] * dot(self.gram[i], b) - kink
            if (over < 0 and self._a[i] == 0) or (over > 0 and self._a[i] > 0):
                break
        else:
            return False
        wider = sorted([*self._free, i])
        if self._inverse(wider) is not None:
            self._free = wider
        else:
            self._slide(y, i)
        return True

    def _slide(self, y: tuple[int, ...], i: int) -> None:
        """Move label i where nothing but the objective changes, until a bound stops it."""
        free = self._free
        found = self._inverse(free) if free else (1, [])
        assert found is not None
        det, adjugate = found
        way = 1 if self._a[i] == 0 else -1
        column = [self.gram[j][i] for j in free]
        move = {i: way * det}
        for j, row in zip(free, adjugate, strict=True):
            move[j] = -y[j] * y[i] * way * dot(row, column)
        step, first = None, -1
        for j in sorted(move):
            if move[j] == 0:
                continue
            room = self.c * self._den - self._a[j] if move[j] > 0 else self._a[j]
            if step is None or room * step[1] < step[0] * abs(move[j]):
                step, first = (room, abs(move[j])), j
        assert step is not None
        top, bottom = step
        a = [v * bottom + move.get(j, 0) * top for j, v in enumerate(self._a)]
        self._set(a, self._den * bottom)
        if first != i:
            self._free = sorted([i, *(j for j in free if j != first)])

    def _set(self, a: list[int], den: int) -> None:
        common = gcd(den, *a)
        self._a, self._den = [v // common for v in a], den // common


def assert_kkt(gram: Rows, y, c: int, one: int, b: list[int], den: int) -> None:
    """Every optimality condition of the SVM's dual at β = b / den, by exact comparison."""
    assert den > 0
    for i, label in enumerate(y):
        alpha, value = label * b[i], label * dot(gram[i], b)
        assert 0 <= alpha <= c * den, "outside the box"
        assert value <= one * den or alpha == 0, "beyond the margin, but in use"
        assert value >= one * den or alpha == c * den, "inside the margin, but not at C"
