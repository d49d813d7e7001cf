"""The results of a study as its store holds them, with what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from labelcert._errors import InputError
from labelcert.report.results import Result, counted_once, told_apart


@dataclass(frozen=True)
class Missing:
    """A unit without a result; why: one sentence of a failure, "" where it is not computed yet."""

    study: str
    dataset: str
    model: str
    why: str


@dataclass(frozen=True)
class Evaluation:
    """What a report is made of: results with their names told apart, each once, and what is
    missing."""

    title: str
    results: tuple[Result, ...]
    missing: tuple[Missing, ...] = ()


def read_store(path: Path, study: str | None = None) -> Evaluation:
    """Read the results of one study of a store, or of all.

    A unit that several studies share is there once, see `results.counted_once`; one that is missing
    is there under the names of the first of them.

    Raises InputError: no such store, a damaged one, no such study, or one without any results.
    """
    from labelcert.studies.store import Store

    with Store.reading(path) as store:
        titles = store.studies()
        if study is not None and study not in titles:
            raise InputError(
                f"study {study!r} is not in store {str(path)!r}: it holds {', '.join(titles)}."
            )
        rows = list(store.rows(study))
    results = [
        Result(row.dataset, row.model, row.content, row.record, row.files)
        for row in rows
        if row.content is not None and row.record is not None
    ]
    missing: dict[tuple[str, str], Missing] = {}
    for row in rows:
        if row.record is None:
            about = Missing(row.study, row.dataset, row.model, row.message or "")
            missing.setdefault((row.dataset, row.key), about)
    if not results:
        raise InputError(
            f"store {str(path)!r} holds no results yet: run a study into it, or ask 'labelcert "
            "study status' why units failed."
        )
    names = [study] if study is not None else list(titles)
    return Evaluation(
        " · ".join(titles[n] or n for n in names),
        counted_once(told_apart(results)),
        tuple(missing.values()),
    )
