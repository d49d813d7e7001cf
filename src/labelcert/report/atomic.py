"""Files that are written completely or not at all, for reports."""

from labelcert._atomic import write_bytes

__all__ = ["write_bytes"]
