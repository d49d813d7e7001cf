"""A torch module from a function of the user's and a file of numbers; nothing is unpickled."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np

from labelcert._errors import InputError
from labelcert.kernels.torch_module import first_line, load_torch


def build_module(target: str) -> Any:
    """The module that ``package.module:build`` returns when it is called without arguments.

    Code of the current folder is found. Raises InputError: no such function, or no module from it.
    """
    package, colon, name = target.partition(":")
    if not (colon and package and name):
        raise InputError(f"module {target!r} is no function: write package.module:build.")
    torch = load_torch()
    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    try:
        build = getattr(importlib.import_module(package), name)
    except (ImportError, AttributeError) as error:
        raise InputError(
            f"module {target!r} cannot be imported ({first_line(error)}): check the spelling, and "
            "run from the folder that holds the package."
        ) from error
    try:
        module = build()
    except Exception as error:  # whatever a user's function raises
        raise InputError(
            f"module {target!r} raised {type(error).__name__} ({first_line(error)}): it is called "
            "without arguments."
        ) from error
    if not isinstance(module, torch.nn.Module):
        raise InputError(f"module {target!r} returned no torch.nn.Module: let it return one.")
    return module


def load_weights(module: Any, path: str | os.PathLike[str]) -> None:
    """Put the arrays of a ``.safetensors`` or ``.npz`` file into a module, by name, all of them.

    Raises InputError: another kind of file, one that cannot be read, or arrays that are not those
    of the module.
    """
    torch, suffix = load_torch(), Path(path).suffix.lower()
    if suffix not in (".safetensors", ".npz"):
        raise InputError(
            f"weights {str(path)!r} is neither .safetensors nor .npz: other files may run code "
            "when they are read, so save module.state_dict() with safetensors.torch.save_file."
        )
    if not Path(path).is_file():
        raise InputError(f"weights {str(path)!r} is no file: check the spelling.")
    try:
        if suffix == ".npz":
            with np.load(path, allow_pickle=False) as file:
                arrays = {name: torch.as_tensor(np.array(file[name])) for name in file.files}
        else:
            arrays = _safetensors().load_file(str(path))
    except InputError:
        raise
    except Exception as error:  # whatever a damaged file raises
        raise InputError(
            f"weights {str(path)!r} cannot be read ({first_line(error)}): write the file again, "
            "with plain numbers."
        ) from error
    try:
        module.load_state_dict(arrays, strict=True)
    except RuntimeError as error:
        told = " ".join(str(error).split()[:40])
        raise InputError(
            f"weights {str(path)!r} are not those of the module ({told}): pass the file of this "
            "architecture."
        ) from error


def _safetensors() -> Any:
    try:
        return importlib.import_module("safetensors.torch")
    except ImportError as error:
        raise InputError(
            "safetensors is not installed: run pip install 'labelcert[torch]'."
        ) from error
