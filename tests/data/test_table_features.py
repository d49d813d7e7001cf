"""Which columns of a table are features."""

import numpy as np
import pandas as pd
import pytest

from labelcert._errors import InputError
from labelcert.data.tables import from_table


def write(path, text):
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("header", "cells", "left_out"),
    [
        (",x,label", "0,0.5,a\n1,1.5,b", "'Unnamed: 0' (no name)"),
        ('"",x,label', '"1",0.5,a\n"2",1.5,b', "'Unnamed: 0' (no name)"),
        ("Unnamed: 0,x,label", "0,0.5,a\n1,1.5,b", "'Unnamed: 0' (no name)"),
        ("Unnamed: 0.1,Unnamed: 0,x,label", "0,0,0.5,a\n1,1,1.5,b", "'Unnamed: 0.1', 'Unnamed: 0'"),
        ("index,x,label", "0,0.5,a\n1,1.5,b", "'index' (row numbers)"),
        ("x,label,", "0.5,a,\n1.5,b,", "'Unnamed: 2' (no name)"),
        ("x,ok,label", "0.5,True,a\n1.5,False,b", "'ok' (true or false)"),
        ("id,x,label", "1000,0.5,a\n1001,1.5,b", "'id' names the rows"),
        ("id,x,label", "7,0.5,a\n7,1.5,b", "'id' (identifiers that are not all different)"),
    ],
)
def test_what_is_no_feature_unasked_is_left_out_and_told(tmp_path, header, cells, left_out):
    graph = from_table(write(tmp_path / "t.csv", f"{header}\n{cells}\n"))
    assert graph.features.tolist() == [[0.5], [1.5]]
    assert left_out in "; ".join(graph.notes)


def test_index_is_a_feature_where_it_does_not_count_rows():
    frame = pd.DataFrame({"index": [3, 1], "x": [1, 2], "label": [0, 1]})
    assert from_table(frame).num_features == 2


def test_what_is_asked_for_is_a_feature():
    frame = pd.DataFrame(
        {"index": [0, 1], "ok": [True, False], "x": [5, 6], "n": [1, 2], "label": [0, 1]}
    )
    graph = from_table(frame, keep=["index", "ok"], drop=["n"])
    assert graph.features.tolist() == [[0, 1, 5], [1, 0, 6]]
    assert any("'n' (as asked)" in note and "keep" not in note for note in graph.notes)
    assert from_table(frame.rename(columns={"x": "id"}), keep="id").num_features == 2
    for options, words in (
        ({"keep": "okay"}, "no column 'okay'"),
        ({"keep": "ok", "drop": ["ok"]}, "drop and keep both name 'ok'"),
        ({"keep": "label"}, "keep names the label column"),
    ):
        with pytest.raises(InputError, match=words):
            from_table(frame, **options)


def test_a_column_of_true_and_false_with_gaps_is_no_feature():
    frame = pd.DataFrame({"ok": [True, None], "x": [5, 6], "label": [0, 1]})
    assert from_table(frame).features.tolist() == [[5], [6]]


def test_a_column_of_lists_is_as_many_features(tmp_path):
    frame = pd.DataFrame({"x": [1, 2], "embedding": [[0.5, 1.5], [2.5, 3.5]], "label": [0, 1]})
    frame.to_parquet(tmp_path / "t.parquet")
    for table in (
        frame,
        tmp_path / "t.parquet",
        frame.map(lambda v: tuple(v) if isinstance(v, list) else v),
    ):
        assert from_table(table).features.tolist() == [[1, 0.5, 1.5], [2, 2.5, 3.5]]
    for cells, words in (
        ([[0.5, 1.5], [2.5]], "row 2: a list of 1 where row 1 has 2"),
        ([[0.5, 1.5], None], "empty cell in column 'embedding', row 2"),
        ([[0.5, 1.5], [1.0, "x"]], "row 2: a list of something else"),
        ([[0.5, np.inf], [1.0, 2.0]], "row 1: a list of something else"),
    ):
        with pytest.raises(InputError, match=words):
            from_table(frame.assign(embedding=cells))


def test_levels_of_an_index_are_columns(tmp_path):
    frame = pd.DataFrame({"label": ["a", "b"], "x": [1, 2]}, index=pd.Index(["u", "v"], name="key"))
    frame.to_parquet(tmp_path / "t.parquet")
    for table in (frame, tmp_path / "t.parquet", frame.rename_axis(None)):
        graph = from_table(table)
        assert graph.node_ids.tolist() == ["u", "v"]
        assert graph.features.tolist() == [[1], [2]]
    assert from_table(frame, id="key").node_ids.tolist() == ["u", "v"]
    assert from_table(frame.set_index("label", append=True)).labels.tolist() == ["a", "b"]
    with pytest.raises(InputError, match="a column and a level of its index named 'key'"):
        from_table(frame.assign(key=1))


@pytest.mark.parametrize(
    ("name", "is_named"),
    [("mail_id", True), ("mailId", True), ("mail ID", True), ("paid", False), ("idea", False)],
)
def test_a_column_called_as_identifiers_are_is_told_to_be_one(name, is_named):
    frame = pd.DataFrame({name: ["a", "b"], "x": [1.0, 2.0], "label": ["p", "q"]})
    with pytest.raises(InputError) as caught:
        from_table(frame)
    assert (f"names the rows, pass id={name!r}" in str(caught.value)) == is_named
