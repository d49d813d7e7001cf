"""The versions that a result was computed with."""

from __future__ import annotations

import platform

from labelcert._version import __version__


def software() -> dict[str, str]:
    """Versions of this package, of Python and of the libraries that compute."""
    from importlib.metadata import PackageNotFoundError, version

    found = {"labelcert": __version__, "python": platform.python_version()}
    for package in ("numpy", "scipy", "numba"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:  # vendored or frozen: the result is as good without it
            continue
    return found
