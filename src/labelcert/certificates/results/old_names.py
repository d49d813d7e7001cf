"""Names that fields of certificates had before, each one a quantity that has another name now."""

from __future__ import annotations

from labelcert.certificates.array_types import IntArray

EXACTNESS = ("exact", "relaxed")
"""Values of `exactness`, the old name of `relaxed`."""


class OldNames:
    """The old names of `Certificate`, which go on working."""

    class_numbers: IntArray | None
    relaxed: bool

    @property
    def predicted(self) -> IntArray | None:
        """Old name of `class_numbers`."""
        return self.class_numbers

    @property
    def exactness(self) -> str:
        """Old name of `relaxed`, as "exact" or "relaxed"."""
        return EXACTNESS[int(self.relaxed)]
