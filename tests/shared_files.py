"""Where the shared goldens and public graphs lie, relative to the repository."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"
GOLDENS = SHARED / "goldens"
DATA = Path(os.environ.get("LABELCERT_DATA_DIR") or SHARED / "data")
"""The folder that LABELCERT_DATA_DIR names for the run, as CONTRIBUTING says, or the shared one."""

# The shared folder lies beside the repository where it is developed, and not in a clone elsewhere.
needs_goldens = pytest.mark.skipif(
    not GOLDENS.is_dir(), reason=f"golden cases not found: {GOLDENS}"
)
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason=f"public graphs not found: {DATA}")
