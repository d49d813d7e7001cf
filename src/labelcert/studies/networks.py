"""The kernel of a unit, as content that tells it from every other, and made again by a worker.

A kernel of this package is known by its name and settings. Of a user's own kernel the settings say
what its author chose to tell, so its content also holds the SHA-256 of the source of its module: a
changed kernel is another unit. What that module imports is not part of it. A precomputed kernel is
known by its matrix.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from labelcert._errors import InputError
from labelcert.kernels import Kernel, Precomputed, registry
from labelcert.kernels.own import OwnClass, OwnKernel
from labelcert.studies.row_models import RowModel

MODULES, MATRIX = "modules", "matrix"
"""Roles among the files of a unit: the folder of own modules, and the file of a matrix."""


def create(name: str, values: dict[str, Any], folder: Path) -> Kernel:
    """The kernel of an entry; paths in it, and modules, are looked for in `folder`.

    Raises InputError as `registry.create`.
    """
    matrix = values.get("matrix")
    if name.lower() == Precomputed.name and isinstance(matrix, str):
        values = values | {"matrix": str(folder / matrix)}
    return registry.create(name, str(folder), **values)


def content_of(kernel: Kernel | RowModel, folder: Path) -> tuple[dict[str, Any], dict[str, str]]:
    """What a unit's content says of its kernel or features, and paths by role."""
    if isinstance(kernel, RowModel):
        return kernel.content(), {}
    if isinstance(kernel, OwnKernel):
        content = {"name": kernel.name, "parameters": kernel.arguments, "sha256": _digest(kernel)}
        return content, {MODULES: str(folder)}
    content = {"name": kernel.name, "parameters": dict(kernel.settings())}
    if isinstance(kernel, Precomputed):
        return content, {MATRIX: kernel.arguments["matrix"]}
    return content, {}


def kernel_of(content: dict[str, Any], files: dict[str, str]) -> Kernel:
    """The kernel that a unit's content names under "model".

    Raises InputError: it cannot be made here, or is no longer what it was when the study began.
    """
    name, parameters = content["name"], content["parameters"]
    if name == Precomputed.name:
        kernel = registry.create(name, matrix=files[MATRIX])
        if kernel.settings() != parameters:
            raise _changed(f"matrix {files[MATRIX]!r}")
        return kernel
    kernel = registry.create(name, files.get(MODULES), **parameters)
    if isinstance(kernel, OwnKernel) and _digest(kernel) != content.get("sha256"):
        raise _changed(f"model {name}")
    return kernel


def _digest(kernel: OwnKernel) -> str:
    found = registry.find(kernel.name)
    assert isinstance(found, OwnClass)
    return found.digest()


def _changed(what: str) -> InputError:
    return InputError(f"{what} has changed since the study began: run the study again.")
