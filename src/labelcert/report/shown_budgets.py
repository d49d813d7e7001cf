"""The part of a certificate that a page or a study can show budget by budget.

They keep an entry for every budget from 0 on. Of a certificate of tens of thousands of budgets the
first are kept, up to the last at which anything is decided or to `MOST_BUDGETS`: that is the same
certificate, asked for a smaller budget, so radii at the new end mean "at least".
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from labelcert.certificates import Certificate, CollectiveCertificate
from labelcert.report.curves import MOST_BUDGETS

_LEAST = 10


def within_sight(certificate: Certificate) -> Certificate:
    """The certificate, for fewer budgets where there are `MOST_BUDGETS` or more."""
    c = certificate
    if c.max_flips < MOST_BUDGETS and c.levels is None:
        return c
    last = min(_last_change(c), MOST_BUDGETS - 1, c.max_flips)
    kept = [None if up >= last else c.witnesses[t] for t, up in enumerate(c.radius_upper.tolist())]
    nothing = np.zeros((c.num_test, 0))
    return replace(
        c,
        radius=np.minimum(c.radius, last),
        radius_upper=np.minimum(c.radius_upper, last),
        relaxed_radius=None if c.relaxed_radius is None else np.minimum(c.relaxed_radius, last),
        witnesses=tuple(kept),
        broken_by=tuple("" if w is None else by for w, by in zip(kept, c.broken_by, strict=True)),
        collective=None if c.collective is None else _counts(c.collective, last),
        worst_margin=nothing,
        worst_margin_bound=nothing,
        max_flips=last,
        levels=None,
        asked=None,
    )


def _last_change(c: Certificate) -> int:
    """The last budget at which a prediction is lost or a count grows."""
    ends = np.concatenate([c.radius, c.radius_upper])
    last = int(ends[ends < c.max_flips].max(initial=_LEAST)) + 1
    if c.collective is not None:
        known = c.collective
        both = np.stack([known.broken_lower, known.broken_upper])
        moves = np.flatnonzero((both[:, 1:] != both[:, :-1]).any(axis=0)) + 1
        last = max(last, int(known.budgets[moves].max(initial=0)))
    return last


def _counts(known: CollectiveCertificate, last: int) -> CollectiveCertificate:
    rows = np.array([known.row(r) for r in range(last + 1)])
    return replace(
        known,
        broken_lower=known.broken_lower[rows],
        broken_upper=known.broken_upper[rows],
        witnesses=tuple(known.witnesses[row] for row in rows.tolist()),
        levels=None,
        asked=None,
    )
