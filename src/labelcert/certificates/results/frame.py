"""A certificate as a pandas frame, one row a test point."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from labelcert.certificates.results.witness_recipe import WitnessRecipe

if TYPE_CHECKING:
    import pandas as pd  # pyright: ignore[reportMissingTypeStubs]

    from labelcert.certificates.results.certificate import Certificate


def frame_of(certificate: Certificate) -> pd.DataFrame:
    """See `Certificate.to_frame`."""
    import pandas as pd  # pyright: ignore[reportMissingTypeStubs]

    margin, error_bar = certificate.lead()
    return pd.DataFrame(
        {
            "prediction": certificate.prediction,
            "margin": margin,
            "error_bar": error_bar,
            "decision": certificate.decision.tolist(),
            "radius": certificate.radius,
            "radius_upper": certificate.radius_upper,
            "exact": certificate.exact,
            **_witness_columns(certificate),
            "proven_by": list(certificate.proven_by),
            "broken_by": list(certificate.broken_by),
        }
    )


def _witness_columns(certificate: Certificate) -> dict[str, list[Any]]:
    found = certificate.witnesses
    if isinstance(found, WitnessRecipe):
        names = certificate.classes.tolist()
        return {"overtaken_by": [None if k < 0 else names[k] for k in found.rival.tolist()]}
    return {
        "witness": [None if w is None else w.indices.tolist() for w in found],
        "witness_labels": [None if w is None else w.labels.tolist() for w in found],
    }
