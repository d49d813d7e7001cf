"""Settings for every test: data folder, hypothesis profile, a compiler cache never stale."""

from __future__ import annotations

import hashlib
import os
import signal
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings

from shared_files import DATA

if DATA.is_dir():
    os.environ.setdefault("LABELCERT_DATA_DIR", str(DATA))


def _cache_of_this_source() -> str:
    """Cached machine code survives a change of a function it calls: so key it."""
    source = Path(__file__).resolve().parents[1] / "src" / "labelcert"
    digest = hashlib.sha256()
    for path in sorted(source.rglob("*.py")):
        digest.update(path.read_bytes())
    folder = Path(tempfile.gettempdir()) / f"labelcert-numba-{digest.hexdigest()[:16]}"
    return str(folder)


os.environ.setdefault("NUMBA_CACHE_DIR", _cache_of_this_source())

# A shell starts what runs in its background deaf to Ctrl-C, and that is inherited: tests send it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile(
    "labelcert",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    print_blob=True,
    derandomize="CI" in os.environ,  # a landing must not depend on luck; everyone else explores
)
settings.load_profile("labelcert")
