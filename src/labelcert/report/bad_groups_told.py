"""Which groups break predictions by themselves, of a run whose attacker may have whole groups."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from labelcert.report.document import Run

ONCE = (
    "Each prediction is counted once, with the groups whose labels the known set changes; others "
    "may break it too."
)


@dataclass(frozen=True)
class Breaking:
    """Groups that break predictions by themselves: their names, how many labels they gave, and how
    many predictions are known to be broken by them together."""

    names: tuple[str, ...]
    labels: int
    predictions: int

    @property
    def told(self) -> str:
        """The names as one."""
        return " and ".join(self.names)


def breaking_groups(run: Run) -> list[Breaking]:
    """Every choice of groups in a witness of a prediction that bad groups alone break, the most
    harmful first; none where the groups are not known."""
    groups = _groups(run)
    if groups is None:
        return []
    found = Counter(names for t in range(len(run.test)) if (names := _broken_by(run, t, groups)))
    size = Counter(groups)
    rows = [
        Breaking(names, sum(size[name] for name in names), count) for names, count in found.items()
    ]
    return sorted(rows, key=lambda row: (-row.predictions, -row.labels, row.names))


def groups_of(run: Run, t: int) -> tuple[str, ...]:
    """The groups that break test point t by themselves in its witness; () where none is known."""
    groups = _groups(run)
    return () if groups is None else _broken_by(run, t, groups)


def _groups(run: Run) -> list[str] | None:
    """(n,) the group of each label, None where the attacker has none for itself, or they are not
    known."""
    given = run.threat.get("groups")
    return [str(name) for name in given] if run.certificate.bad_groups and given else None


def _broken_by(run: Run, t: int, groups: list[str]) -> tuple[str, ...]:
    witness = run.certificate.witness(t)
    if run.certificate.radius_upper[t] >= 0 or witness is None:
        return ()
    return tuple(sorted({groups[i] for i in witness.indices.tolist()}))
