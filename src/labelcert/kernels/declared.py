"""What is declared of a network's parameters: whether labels under attack had a part in them.

A certificate says what flipped labels do where all that is trained on labels is retrained. Features
and tangent kernels are not retrained, so they must not depend on the labels under attack
(``math.md`` 13). No array shows whether they do: it has to be declared, and is repeated in every
certificate.
"""

from __future__ import annotations

from typing import Any

from labelcert._errors import InputError
from labelcert.intake.origin import Origin

INITIALISATION, OTHER_DATA, THESE_LABELS = "initialisation", "other data", "these labels"
WORDS = (INITIALISATION, OTHER_DATA, THESE_LABELS)

_TOLD = {
    INITIALISATION: "The network's parameters are declared to be those of a random initialisation; "
    "if any label had a part in them, the certificate is void.",
    OTHER_DATA: "The network's parameters are declared to come from other data; if the labels "
    "under attack had a part in them, the certificate is void.",
    THESE_LABELS: "Void for the trained network: its parameters are declared to be trained on the "
    "labels under attack, so flips would have changed them, and nothing is proven about that; "
    "what is proven holds only with these parameters kept as they are. Use parameters of an "
    "initialisation or from other data.",
}


def check_declared(parameters: Any) -> str | None:
    """One of `WORDS`, or None where nothing is declared; raises InputError for anything else."""
    if parameters is None:
        return None
    word = parameters.replace("-", " ").lower() if isinstance(parameters, str) else parameters
    word = INITIALISATION if word == "initialization" else word
    if not isinstance(word, str) or word not in WORDS:
        raise InputError(
            f"parameters={parameters!r} must be one of {', '.join(map(repr, WORDS))}: say where "
            "the network's parameters come from."
        )
    return word


def origin(declared: str | None, kernel: str, *more: str) -> Origin:
    """What arrays of a kernel carry; kernel: the name of its class; more: further sentences."""
    if declared is None:
        return Origin(
            refusal="parameters is missing: where the network's parameters come from decides "
            f"whether a certificate holds, so pass {kernel}(…, parameters={INITIALISATION!r}), "
            f"{OTHER_DATA!r} or {THESE_LABELS!r}."
        )
    return Origin((_TOLD[declared], *more))
