"""What tests may need that not every installation has."""

from __future__ import annotations

import importlib.util

import pytest

# Commercial, and so an extra that nobody has to install; the same tests run with HiGHS.
needs_gurobi = pytest.mark.skipif(
    importlib.util.find_spec("gurobipy") is None, reason="gurobipy is not installed"
)

# An extra of its own, and large; `.ci/run` installs it for its last step and runs these tests then.
needs_torch = pytest.mark.skipif(
    importlib.util.find_spec("torch") is None, reason="torch is not installed: labelcert[torch]"
)
