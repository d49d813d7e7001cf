"""A table and one of new rows: each is read as what it is, an error names its file and row."""

import numpy as np
import pandas as pd
import pytest

import labelcert as lc

RNG = np.random.default_rng(3)
OLD = RNG.standard_normal((12, 4))
NEW = RNG.standard_normal((5, 4))
LABELS = ["ham", "spam"] * 6


def written(frame, path):
    if path.suffix == ".parquet":
        frame.to_parquet(path)
    else:
        frame.to_csv(path, index=False)
    return path


def lists(rows, as_text):
    return [str(row.tolist()) if as_text else row.tolist() for row in rows]


@pytest.mark.parametrize("old", ["o.csv", "o.parquet"])
@pytest.mark.parametrize("new", ["n.csv", "n.parquet"])
@pytest.mark.parametrize("as_text", [True, False])
def test_lists_may_stand_in_files_of_two_kinds(tmp_path, old, new, as_text):
    ids = {"mail": [f"m{i}" for i in range(12)]}
    first = pd.DataFrame({**ids, "label": LABELS, "emb": lists(OLD, as_text)})
    second = pd.DataFrame({"mail": list("abcde"), "emb": lists(NEW, not as_text)})
    graph, split = lc.datasets.with_new_rows(
        written(first, tmp_path / old), written(second, tmp_path / new), id="mail"
    )
    assert (graph.features == np.concatenate([OLD, NEW])).all()
    assert graph.node_ids is not None
    assert graph.node_ids[split.test].tolist() == list("abcde")
    assert graph.labels[split.labeled].tolist() == LABELS
    assert not graph.is_labeled[split.test].any()


def test_lists_as_text_in_a_frame_are_features():
    graph = lc.datasets.from_table(pd.DataFrame({"label": LABELS, "emb": lists(OLD, True)}))
    assert (graph.features == OLD).all()


def tables(tmp_path, **changes):
    first = pd.DataFrame(OLD, columns=list("pqrs")).assign(label=LABELS, id=range(12))
    second = pd.DataFrame(NEW, columns=list("pqrs")).assign(id=range(100, 105))
    for name, cells in changes.items():
        (first if name.startswith("old_") else second)[name.removeprefix("old_")] = cells
    return written(first, tmp_path / "o.csv"), written(second, tmp_path / "n.csv")


def test_columns_that_are_no_features_may_be_missing_in_the_new_rows(tmp_path):
    files = tables(tmp_path, old_verified=[True, False] * 6)
    graph, _ = lc.datasets.with_new_rows(*files)
    assert graph.features.shape == (17, 4)
    with pytest.raises(lc.InputError, match="lacks 'verified', which table"):
        lc.datasets.with_new_rows(*files, keep=["verified"])


@pytest.mark.parametrize(("unknown", "told"), [("?", "'?'"), ("fraud", "'fraud'")])
def test_labels_of_no_class_that_is_trained_on_are_told(tmp_path, unknown, told):
    files = tables(tmp_path, label=[unknown, "spam", unknown, "ham", None])
    graph, split = lc.datasets.with_new_rows(*files)
    note = next(note for note in graph.notes if "counts as predicted wrong" in note)
    assert note.startswith("2 of the new rows have a label")
    assert told in note
    assert graph.labels[split.test].tolist() == [unknown, "spam", unknown, "ham", ""]
    files = tables(tmp_path, label=["ham", "spam", None, "ham", None])
    assert not any("predicted wrong" in note for note in lc.datasets.with_new_rows(*files)[0].notes)


@pytest.mark.parametrize(
    ("changes", "options", "words"),
    [
        ({"q": [1, 2, "x", 4, 5]}, {}, r"new '.*n\.csv': column 'q', row 3: 'x' is no number"),
        ({"old_q": [1, "x", *[0] * 10]}, {}, r"table '.*o\.csv': column 'q', row 2: 'x'"),
        ({"id": [7, 8, 5, 9, 10]}, {"id": "id"}, r"n\.csv', row 1, is called '7' .* as row 8 of"),
        ({"id": [77, 78, 77, 1, 2]}, {"id": "id"}, r"n\.csv' lists the node '77' .* in row 3"),
        ({"label": ["Ham", "ham ", "ham", None, None]}, {}, r"n\.csv.*look the same"),
        ({"label": list("abcde")}, {"drop": ["p,q"]}, "'p,q' names several columns in one text"),
        ({}, {"drop": ["nowhere"]}, r"table '.*' has no column 'nowhere'"),
        ({"emb": ["[1, 2]"] * 5, "old_emb": ["[1, 2, 3]"] * 12}, {}, "2 numbers a row where"),
    ],
)
def test_errors_name_the_file_and_its_row(tmp_path, changes, options, words):
    with pytest.raises(lc.InputError, match=words):
        lc.datasets.with_new_rows(*tables(tmp_path, **changes), **options)


def test_identifiers_nobody_asked_for_need_not_differ(tmp_path):
    graph, _ = lc.datasets.with_new_rows(*tables(tmp_path, id=range(5)))
    assert graph.node_ids is None
    assert any("identifiers that are not all different" in note for note in graph.notes)
    assert not any("names the rows" in note for note in graph.notes)
    assert graph.features.shape == (17, 4)


def test_a_table_of_new_rows_without_rows(tmp_path):
    old, new = tables(tmp_path)
    pd.read_csv(new).head(0).to_csv(new, index=False)
    with pytest.raises(lc.InputError, match="has no rows"):
        lc.datasets.with_new_rows(old, new)


def test_none_stands_for_no_columns(tmp_path):
    old, new = tables(tmp_path)
    graph, _ = lc.datasets.with_new_rows(old, new, drop=None, keep=None)
    assert graph.features.shape == (17, 4)
