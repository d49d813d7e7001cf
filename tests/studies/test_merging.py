"""Shares of a study, put together again: the same rows as one run, and nothing wrong gets in."""

from __future__ import annotations

import copy
import itertools
from pathlib import Path

import pytest

from labelcert._errors import InputError
from labelcert.studies import Settings, Shard, Store, expand, merge_stores, run_study
from labelcert.studies.agreement import contradictions
from labelcert.studies.tasks import failure

A, B, ALL = Path("a.db"), Path("b.db"), Path("all.db")


@pytest.mark.parametrize("count", [1, 2, 3, 7, 40])
def test_shares_hold_every_unit_once(count):
    units = {f"{(17 * i) % 31:02}": i for i in range(31)}
    shares = [Shard(i, count).of(units) for i in range(1, count + 1)]
    assert sorted(itertools.chain(*shares)) == sorted(units)
    assert max(map(len, shares)) - min(map(len, shares)) <= 1
    again = dict(reversed(units.items()))
    assert [set(Shard(i, count).of(again)) for i in range(1, count + 1)] == list(map(set, shares))


@pytest.mark.parametrize("text", ["", "0/3", "4/3", "1", "1/0", "-1/3", "a/b", "1/3/4", "1.0/2"])
def test_what_is_no_share_is_refused(text):
    with pytest.raises(InputError, match="pass I/N with I from 1 to N"):
        Shard.parse(text)


def test_shares_merge_to_what_one_run_gives(study_of, rows_of):
    study = study_of()
    run_study(study, Path("whole.db"), Settings(jobs=1))
    parts = []
    for i in (1, 2, 3):
        parts.append(Path(f"part{i}.db"))
        done = run_study(study, parts[-1], Settings(jobs=1, shard=Shard(i, 3)))
        assert done.computed == done.total == 2
    merged = merge_stores(parts, ALL)
    assert (merged.units, merged.brought, merged.studies) == (6, 6, ("small",))
    assert rows_of(ALL) == rows_of(Path("whole.db"))
    assert run_study(study, ALL, Settings(jobs=1)).computed == 0
    again = merge_stores(parts, ALL)
    assert (again.units, again.brought) == (6, 0)


def record(low: int, high: int, complete: bool) -> dict:
    return {
        "complete": complete, "radius": [low], "radius_upper": [high], "collective": None,
        "test": {"nodes": [4], "predictions": ["a"]},
    }  # fmt: skip


def done(key: str, low: int = 2, high: int = 2, complete: bool = True) -> dict:
    found = record(low, high, complete)
    return {"key": key, "state": "done", "record": found, "measured": {"seconds": {}}}


@pytest.fixture
def two(study_of):
    """Fill two stores with outcomes of the units of a study, each with its time limit."""
    study = study_of()
    units = expand(study)

    def fill(first, second):
        for path, outcomes in ((A, first), (B, second)):
            with Store.writing(path) as store:
                store.enroll(study, units)
                for unit, (make, limit) in zip(units, outcomes, strict=False):
                    store.put(unit, make(unit.key), limit)
        return [unit.key for unit in units]

    return fill


def test_the_best_result_of_a_unit_is_taken_in_either_order(two):
    def failed(key):
        return failure(key, "no luck")

    def short(key):
        return done(key, 1, 3, complete=False)

    good = (done, 60.0)
    keys = two(
        [(failed, 60.0), good, (short, 60.0), (short, None)],
        [good, (short, 60.0), (short, 600.0), (short, 60.0)],
    )
    for order in ((A, B), (B, A)):
        ALL.unlink(missing_ok=True)
        merge_stores(order, ALL)
        with Store.reading(ALL) as store:
            known = store.known()
        assert [known[key].state for key in keys[:4]] == ["done"] * 4
        assert [known[key].complete for key in keys[:4]] == [True, True, False, False]
        assert [known[key].time_limit for key in keys[2:4]] == [600.0, None]


def test_results_that_contradict_each_other_are_not_merged(two):
    two([(done, 60.0)], [(lambda key: done(key, 3, 3), 60.0)])
    with pytest.raises(InputError, match=r"cannot both be right \(node 4: radius at least 3 and"):
        merge_stores([A, B], ALL)
    assert not ALL.exists()
    merge_stores([A], ALL)
    before = ALL.read_bytes()
    with pytest.raises(InputError, match="cannot both be right"):
        merge_stores([B], ALL)
    assert ALL.read_bytes() == before


def test_two_studies_of_one_name_are_not_mixed(study_of, two):
    two([], [])
    other = study_of(("max_flips: 3", "max_flips: 2"))
    with Store.writing(B) as store:
        store.enroll(other, expand(other))
    with pytest.raises(InputError, match=r"'small' is not the same in 'a.db' and 'b.db'"):
        merge_stores([A, B], ALL)
    assert not ALL.exists()


def test_stores_that_cannot_be_merged_are_refused(two):
    two([], [])
    for sources, target in (([A, A], ALL), ([A, B], B), ([], ALL), ([Path("gone.db")], ALL)):
        with pytest.raises(InputError, match=r"^stores? "):
            merge_stores(sources, target)
        assert not ALL.exists()


def test_contradictions_are_intervals_without_a_common_point():
    whole = record(1, 3, False)
    assert contradictions(whole, record(2, 2, True)) == []
    assert contradictions(whole, record(3, 5, True)) == []
    assert contradictions(whole, record(4, 5, True)) == ["node 4: radius at least 4 and at most 3"]
    assert contradictions(record(4, 5, True), whole) == ["node 4: radius at least 4 and at most 3"]
    other = copy.deepcopy(whole)
    other["test"]["predictions"] = ["b"]
    assert contradictions(whole, other) == ["node 4: predicted 'a' and 'b'"]
    other["radius"] = whole["radius"] = [-1]  # of a tie either may be told
    assert contradictions(whole, other) == []
    first, second = record(1, 1, True), record(1, 1, True)
    first["collective"] = {"broken_lower": [0, 2], "broken_upper": [0, 3]}
    second["collective"] = {"broken_lower": [0, 3], "broken_upper": [0, 4]}
    assert contradictions(first, second) == []
    second["collective"]["broken_lower"][1] = 4
    assert contradictions(first, second) == ["budget 1: at least 4 and at most 3 broken together"]
