"""What the votes of an ensemble may be called."""

from __future__ import annotations

VOTES = ("white_box", "black_box")
"""Looking into the models (EnsembleCert), or not (SS-DPA)."""
