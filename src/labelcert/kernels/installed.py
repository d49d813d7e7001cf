"""Kernels that other packages bring along, in the entry point group ``labelcert.kernels``.

In the pyproject.toml of such a package::

    [project.entry-points."labelcert.kernels"]
    my_kernel = "my_package.my_module:MyKernel"
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import entry_points

from labelcert.kernels.own import OwnClass

GROUP = "labelcert.kernels"


@cache
def installed() -> tuple[dict[str, OwnClass], dict[str, str]]:
    """The kernels of other packages by lower-case name, and why others cannot be loaded.

    A package that is broken must not keep the rest from working, so its error is kept for whoever
    names it.
    """
    found: dict[str, OwnClass] = {}
    broken: dict[str, str] = {}
    for point in entry_points(group=GROUP):
        name = point.name.lower()
        try:
            own = OwnClass(name, point.load())
            own.digest()
            found[name] = own
        except (Exception, SystemExit) as error:
            broken[name] = f"{point.value}: {type(error).__name__}: {error}"
    return found, broken
