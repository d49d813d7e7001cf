"""Which labels matter: in how many smallest witnesses of a certificate each of them stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from labelcert.certificates.results.certificate import Certificate
from labelcert.intake.numbers import flag

if TYPE_CHECKING:
    import pandas as pd  # pyright: ignore[reportMissingTypeStubs]


def influential_labels(certificate: Certificate, *, weighted: bool = False) -> pd.DataFrame:
    """Count for each of the n labels the witnesses it stands in, most first.

    A certificate knows one smallest flip set (witness) of each test point that can be broken. A
    label in many of them is one on which many predictions rest: a mistake in it is nearest to
    turning them. Where a test point has several smallest flip sets only the known one counts, so a
    low count does not prove that a label is harmless; `labelcert.advise` weighs labels by what
    trusting them proves.

    Args:
        certificate: of `labelcert.certify`, with n labels.
        weighted: sort by `weighted_count` instead of `count`.

    Returns:
        A frame of n rows, sorted by the count, then by the index, with the columns: index (into the
        labeled points), label, count (witnesses that hold it), weighted_count (each witness counts
        1 / its size, so a label that breaks a prediction alone counts most), share (count divided
        by the number of witnesses, 0 to 1), smallest_radius (smallest radius among the predictions
        whose witness holds it: one budget more breaks one of them; missing where count is 0).
        Clean ties break without any flip and count for no label.

    Source: our own note, section 5 (witnesses are good for every test point they break).
    """
    import pandas as pd  # pyright: ignore[reportMissingTypeStubs]

    weighted = flag(weighted, "weighted")
    n = certificate.num_labeled
    count = np.zeros(n, dtype=np.int64)
    weight = np.zeros(n)
    smallest = np.full(n, certificate.max_flips + 1, dtype=np.int64)
    witnesses = 0
    for witness, radius in zip(certificate.witnesses, certificate.radius_upper, strict=True):
        if witness is None or len(witness.indices) == 0:
            continue
        witnesses += 1
        count[witness.indices] += 1
        weight[witness.indices] += 1 / len(witness.indices)
        smallest[witness.indices] = np.minimum(smallest[witness.indices], radius)
    order = np.lexsort((np.arange(n), -(weight if weighted else count)))
    return pd.DataFrame(
        {
            "index": order,
            "label": certificate.labels[order],
            "count": count[order],
            "weighted_count": weight[order],
            "share": count[order] / max(witnesses, 1),
            "smallest_radius": pd.array(
                [int(smallest[i]) if count[i] else None for i in order], dtype="Int64"
            ),
        }
    )
