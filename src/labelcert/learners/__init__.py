"""Kernel SVM and kernel ridge regression: fit, decision values, error bars.

`KernelSVM` and `KernelRidge` are scikit-learn estimators, imported at first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from labelcert.learners.estimators import KernelRidge, KernelSVM

__all__ = ["KernelRidge", "KernelSVM"]


def __getattr__(name: str) -> object:
    if name in __all__:
        from labelcert.learners import estimators

        return getattr(estimators, name)
    raise AttributeError(f"module 'labelcert.learners' has no attribute {name!r}")
