"""Pieces of work for processes of their own (`test_workers`)."""

import os
import time
from typing import Any


def wait(shared: Any, seconds: float) -> int:
    """Keep a shared array for some seconds; the process that did."""
    time.sleep(seconds + 0 * float(shared[0]))
    return os.getpid()
