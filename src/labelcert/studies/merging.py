"""Put stores together: of each unit the best result that any of them has.

Best is a result before a failure, a complete one before one that its time limit ended, a longer
limit before a shorter one, and an earlier store before a later one. Where two results of a unit
cannot both be right, or two studies of one name are not the same, nothing is written.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from labelcert._errors import InputError
from labelcert.studies.agreement import contradictions
from labelcert.studies.store import Known, Store, StoredStudy


@dataclass(frozen=True)
class Merged:
    """What a merge came to: different units in the target, and how many of them were brought in."""

    units: int
    brought: int
    studies: tuple[str, ...]


def merge_stores(sources: Sequence[Path], target: Path) -> Merged:
    """Bring the units and studies of stores into another one, which is made where there is none.

    All or nothing. Raises InputError: a store that cannot be read, one that is the target too, two
    studies of one name with other units or text, or results that contradict each other.
    """
    if not sources:
        raise InputError("stores is empty: name the stores to put together.")
    names = [path.resolve() for path in sources]
    if target.resolve() in names or len(set(names)) < len(names):
        raise InputError("stores names one twice, or the output: name each store once.")
    with ExitStack() as stack:
        opened = [stack.enter_context(Store.reading(path)) for path in sources]
        # A new target is made only once it is clear that something will be written.
        into = stack.enter_context(Store.writing(target)) if target.exists() else None
        every = opened if into is None else [into, *opened]
        studies, best = _studies(every), _best(every)
        chosen = [[key for key, (at, _) in best.items() if at == path] for path in sources]
        if into is None:
            into = stack.enter_context(Store.writing(target))
        into.bring(studies, zip(opened, chosen, strict=True))
    return Merged(len(best), sum(map(len, chosen)), tuple(sorted(studies)))


def _studies(stores: Sequence[Store]) -> dict[str, StoredStudy]:
    found: dict[str, tuple[StoredStudy, Path]] = {}
    for store in stores:
        for name, study in store.stored_studies().items():
            known, where = found.setdefault(name, (study, store.path))
            if (known.text, known.keys) != (study.text, study.keys):
                raise InputError(
                    f"study {name!r} is not the same in {str(where)!r} and {str(store.path)!r} "
                    "(its file or the files it names have changed): run both from the same files, "
                    "or give one another name."
                )
    return {name: study for name, (study, _) in found.items()}


def _best(stores: Sequence[Store]) -> dict[str, tuple[Path, Known]]:
    """Of every unit the store that has its best result."""
    best: dict[str, tuple[Path, Known]] = {}
    at = {store.path: store for store in stores}
    for store in stores:
        for key, known in store.known().items():
            if key not in best:
                best[key] = store.path, known
                continue
            other, result = best[key]
            if known.state == result.state == "done":
                _check(key, at[other], store)
            if _rank(known) > _rank(result):
                best[key] = store.path, known
    return best


def _rank(known: Known) -> tuple[bool, bool, float]:
    limit = math.inf if known.time_limit is None else known.time_limit
    return known.state == "done", known.complete, 0.0 if known.complete else limit


def _check(key: str, first: Store, second: Store) -> None:
    found = contradictions(first.record(key), second.record(key))
    if found:
        raise InputError(
            f"unit {key[:12]} has results in {str(first.path)!r} and {str(second.path)!r} that "
            f"cannot both be right ({found[0]}): please report this, and compute it again."
        )
