"""What makes a certificate worth less than it looks: seen in the labels, the kernel and the fit.

Nothing here changes a verdict. A prediction that ignores its input is robust, and worthless.
"""

from __future__ import annotations

import numpy as np

from labelcert.certificates.array_types import IntArray, LabelArray
from labelcert.certificates.run.checked_input import CheckedInput
from labelcert.learners.gram_rows import GramRows

FEW_PREDICTIONS = 5
"""Of fewer predictions it says nothing that they are all of one class."""

UNBALANCED = 10
"""So many times as many labels as the rarest class has are told of the most frequent one."""

NEARLY_CONSTANT = 0.01
"""Below this share of a kernel's trace lies beside its constant part, it is told."""


def warning_signs(given: CheckedInput, predicted: IntArray) -> tuple[str, ...]:
    """Sentences, each with a remedy, none where all is well; predicted (m,): class numbers.

    What is declared of the kernel's origin comes first.
    """
    signs = (
        *signs_of_labels(given.classes, given.space.labels, predicted),
        _constant(given.gram.source),
        None if given.C is None else _saturated(given.gram.source, given.C),
    )
    return (*given.told, *(sign for sign in signs if sign is not None))


def signs_of_labels(classes: LabelArray, labels: IntArray, predicted: IntArray) -> tuple[str, ...]:
    """The signs that need no kernel; labels (n,), predicted (m,): class numbers."""
    signs = (_one_class(classes, predicted), _unbalanced(classes, labels))
    return tuple(sign for sign in signs if sign is not None)


def _one_class(classes: LabelArray, predicted: IntArray) -> str | None:
    m = len(predicted)
    if m < FEW_PREDICTIONS or len(np.unique(predicted)) > 1:
        return None
    return (
        f"All {m} predictions are {classes[predicted[0]]}: a model that always says the same is "
        "robust whatever it learned, so look at its accuracy before its radii, and try other "
        "features, another kernel or a larger C (a smaller ridge)."
    )


def _unbalanced(classes: LabelArray, labels: IntArray) -> str | None:
    counts = np.bincount(labels, minlength=len(classes))
    rare, common = int(counts.argmin()), int(counts.argmax())
    if counts[common] < UNBALANCED * max(int(counts[rare]), 1) and counts[rare] > 0:
        return None
    return (
        f"Class {classes[rare]} has {counts[rare]} of {len(labels)} labels and class "
        f"{classes[common]} has {counts[common]}: robustness of the frequent class comes for "
        "nothing, so judge each class by itself, or label more of the rare one."
    )


def _constant(gram: GramRows) -> str | None:
    n, trace = len(gram), float(gram.diagonal().sum())
    if n < 2 or not trace > 0:
        return None
    share = 1 - float(gram.row_sums().sum()) / n / trace
    if share >= NEARLY_CONSTANT:
        return None
    return (
        f"The kernel is nearly constant: {100 * max(share, 0.0):.2g} % of its trace tells points "
        "apart, so predictions follow the majority of all labels; centre or scale the features."
    )


def _saturated(gram: GramRows, C: float) -> str | None:
    """Every label weighs C whatever the labels are, and so it does at any smaller C."""
    largest = gram.largest_row()
    if not largest * C <= 1:
        return None
    least = "any C" if largest <= 0 else f"any C below {1 / largest:.2g}"
    return (
        f"C = {C:g} is so small that every label weighs the same: predictions are one vote of all "
        f"labels, weighted by the kernel alone, as with {least}; a larger C may be more accurate."
    )
