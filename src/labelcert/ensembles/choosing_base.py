"""The kind of base that an ensemble's parameters ask for."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from labelcert import features as feature_maps
from labelcert._errors import InputError
from labelcert.ensembles.base import Base
from labelcert.ensembles.classifier_base import ClassifierBase
from labelcert.ensembles.linear_bases import FeatureRidge, KernelRidge, refuse_extremes
from labelcert.ensembles.svm_base import SvmBase
from labelcert.features.feature_map import FeatureMap, FloatMatrix, RowFeatures
from labelcert.intake.numbers import positive, told
from labelcert.intake.origin import Origin, origin_of
from labelcert.kernels.feature_kernel import FeatureKernel
from labelcert.kernels.functions import as_kernel
from labelcert.kernels.kernel import Kernel

SECONDS_A_PART = 10.0
"""That the engines may search in one part, for SVMs."""


def choose_base(ensemble: Any, rows: NDArray[Any], rank: NDArray[np.int64], seed: int) -> Base:
    """A base for rows (n, d); raises InputError for what does not go together.

    Features are computed of the rows as they come, in an order that no number of parts changes, so
    that those kept on disk are found again; rank (n,): the positions of the rows in the order that
    the base is to have. ensemble: anything with the parameters of `PartitionEnsemble`.
    """
    ridge, C, base = ensemble.ridge, ensemble.C, ensemble.base
    if sum(value is not None for value in (ridge, C, base)) > 1:
        raise InputError("ridge, C and base each name a model: pass one of them.")
    if base is not None and ensemble.votes != "black_box":
        raise InputError("base is a model that nobody can look into: pass votes='black_box'.")
    kernel = _kernel(ensemble)
    if isinstance(kernel, FeatureKernel):  # its features are less work than its blocks
        fitted, found = _of_kernel(kernel), _of_kernel(kernel)(rows)[rank]
    elif kernel is not None:
        if base is not None:
            raise InputError("base does not take a kernel: pass features, or ridge or C.")
        if C is not None:
            return SvmBase(rows[rank], kernel, positive(C, "C"), SECONDS_A_PART)
        return KernelRidge(rows[rank], kernel, 1.0 if ridge is None else positive(ridge, "ridge"))
    else:
        fitted, found = _features(ensemble.features, rows, rank, seed)
    if base is not None:
        return ClassifierBase(found, fitted, base, seed)
    if C is not None:
        refuse_extremes(found, "X")
        return SvmBase(found, fitted, positive(C, "C"), SECONDS_A_PART)
    return FeatureRidge(found, fitted, 1.0 if ridge is None else positive(ridge, "ridge"))


def origins_seen(ensemble: Any, base: Base, rows: NDArray[Any]) -> list[Origin | None]:
    """Where the kernel and the features of an ensemble come from: of a fit to rows (n, d)."""
    found = [origin_of(getattr(base, "features", None))]
    kernel = _kernel(ensemble)
    if kernel is not None and len(rows):
        found.append(origin_of(kernel(rows[:1].astype(np.float64), [0])))
    return found


def _of_kernel(kernel: FeatureKernel) -> RowFeatures:
    return lambda rows: kernel.of_rows(rows.astype(np.float64))


def _kernel(ensemble: Any) -> Kernel | None:
    given = ensemble.features
    in_features = isinstance(given, Kernel) and not isinstance(given, FeatureMap)
    kernel = ensemble.kernel if ensemble.kernel is not None else given if in_features else None
    if ensemble.kernel is not None and not (isinstance(given, str) and given == "pixels"):
        raise InputError("features and kernel both say what models see: pass one of them.")
    return None if kernel is None else as_kernel(kernel)


def _features(
    given: Any, rows: NDArray[Any], rank: NDArray[np.int64], seed: int
) -> tuple[RowFeatures, FloatMatrix]:
    chosen = feature_maps.find(given, seed) if isinstance(given, str) else given
    if not isinstance(chosen, FeatureMap):
        raise InputError(
            f"features={told(given)} are unknown: pass one of {', '.join(feature_maps.names())}, "
            "an object of labelcert.features, or a kernel."
        )
    fitted = chosen.fit(rows)
    found = fitted(rows)[rank]
    if not np.isfinite(found).all():
        raise InputError("X has rows whose features overflow: rescale them towards 1.")
    return fitted, found
