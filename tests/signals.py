"""Tests that end a process with a signal, as Ctrl-C, a scheduler or a lack of memory would."""

from __future__ import annotations

import os

import pytest

# Windows has neither SIGKILL nor a SIGINT that one process can send to another: `os.kill` ends the
# process there without telling it why. What is tested is what a POSIX system does.
needs_signals = pytest.mark.skipif(os.name == "nt", reason="Windows sends no such signals")
