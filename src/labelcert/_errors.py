"""The exception that every check of user input raises."""

from __future__ import annotations


class InputError(ValueError):
    """Input that cannot be used.

    The message is one sentence that names the argument and the remedy; the shell prints it as it
    is and exits with code 2.
    """
