"""What is proven of one prediction, apart from a certificate: to be mixed and put back into one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from labelcert.certificates.results.certificate import Certificate
from labelcert.certificates.results.witness import Witness


class Known(NamedTuple):
    """Proven interval of a radius, the witness behind its upper end, and who found them."""

    radius: int
    radius_upper: int
    witness: Witness | None
    proven_by: str
    broken_by: str

    @property
    def exact(self) -> bool:
        """Whether the radius is known exactly."""
        return self.radius == self.radius_upper

    @property
    def flips(self) -> list[int]:
        """Indices of the witness, none where there is no witness."""
        return [] if self.witness is None else self.witness.indices.tolist()

    def at_least(self, earlier: Known) -> Known:
        """This, or the earlier proof where it reaches further (the attacker then could do more)."""
        if earlier.radius <= self.radius:
            return self
        return self._replace(radius=earlier.radius, proven_by=earlier.proven_by)


def known_of(certificate: Certificate, t: int) -> Known:
    """What a certificate proves of test point t."""
    return Known(
        int(certificate.radius[t]),
        int(certificate.radius_upper[t]),
        certificate.witnesses[t],
        certificate.proven_by[t],
        certificate.broken_by[t],
    )


def rebuilt(certificate: Certificate, rows: Sequence[Known], stopped: str) -> Certificate:
    """The certificate with other proofs, one a test point.

    Worst margins belong to the attacker they were computed for: all but the clean ones become NaN.
    The collective certificate, the relaxed radii and what `check` trains are left out for the same
    reason.
    """
    margins = np.full_like(certificate.worst_margin, np.nan)
    margins[:, :1] = certificate.worst_margin[:, :1]
    bounds = np.full_like(certificate.worst_margin_bound, -np.inf)
    bounds[:, :1] = certificate.worst_margin_bound[:, :1]
    return replace(
        certificate,
        radius=np.array([row.radius for row in rows], dtype=np.int64),
        radius_upper=np.array([row.radius_upper for row in rows], dtype=np.int64),
        worst_margin=margins,
        worst_margin_bound=bounds,
        witnesses=tuple(row.witness for row in rows),
        proven_by=tuple(row.proven_by for row in rows),
        broken_by=tuple(row.broken_by for row in rows),
        stopped=stopped,
        attacker="",
        collective=None,
        relaxed_radius=None,
        problem=None,
    )
