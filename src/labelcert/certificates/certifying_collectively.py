"""`certify_collective`: how many predictions one attack on the labels can break at once."""

from __future__ import annotations

from typing import Any, Unpack

from labelcert.certificates.certifying import certify
from labelcert.certificates.results.collective_certificate import CollectiveCertificate
from labelcert.certificates.run.settings import Options, shows_options


@shows_options(without=("collective",))
def certify_collective(
    gram: Any, cross: Any, labels: Any, **options: Unpack[Options]
) -> CollectiveCertificate:
    """Bound how many of the m test predictions one label vector can break, for every budget.

    Short for ``certify(…, collective=True).collective``, with the arguments of `certify`; call that
    where radii are wanted too, since they are found on the way. The attacker picks one flip set for
    the whole test set; the answer is an interval that is exact where all flip sets could be tried,
    and never looser than what the radii imply.

    Raises InputError as `certify` does. Source: collective certificate of arXiv 2412.00537,
    section 3; computed by enumeration, attack and relaxation (our own notes, 4.1 and 4.4).
    """
    options["collective"] = True
    found = certify(gram, cross, labels, **options).collective
    assert found is not None
    return found
