"""Columns of lists, as embeddings come, in frames and in text; and several votes in a cell."""

import numpy as np
import pandas as pd
import pytest

import labelcert as lc
from labelcert.data.tables import from_table

ROWS = np.random.default_rng(0).standard_normal((6, 5))
LABELS = ["ham", "spam"] * 3


@pytest.mark.parametrize("form", [list, str, np.asarray, lambda row: str(np.array(row))])
def test_lists_in_a_text_file_are_features(tmp_path, form):
    rows = ROWS.round(3)  # NumPy's text has 8 digits
    frame = pd.DataFrame({"label": LABELS, "emb": [form(row.tolist()) for row in rows]})
    frame.to_csv(tmp_path / "t.csv", index=False)
    graph = from_table(tmp_path / "t.csv")
    assert (graph.features == rows).all()
    assert "5 features ('emb')" in graph.notes[0]


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("[1, 2]", "row 2: a list of 2 where row 1 has 3"),
        ("[1, 2, x]", "row 2: a list of something else than finite numbers"),
        ("[1, 2, nan]", "row 2: a list of something else than finite numbers"),
        ("[1, 2, 1_0]", "row 2: a list of something else than finite numbers"),
        ("[0.1 0.2 ... 0.3]", "row 2: a list of 4 where row 1 has 3"),
        ("", "empty cell in column 'emb', row 2"),
    ],
)
def test_a_list_in_a_text_file_that_is_none_is_named_with_its_row(tmp_path, cell, words):
    frame = pd.DataFrame({"label": LABELS[:3], "emb": ["[1, 2, 3]", cell, "[4, 5, 6]"]})
    frame.to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(lc.InputError, match=words.replace("[", r"\[")):
        from_table(tmp_path / "t.csv")


@pytest.mark.parametrize("suffix", ["frame", "parquet", "csv"])
def test_several_votes_in_a_cell_are_told_where_to_go(tmp_path, suffix):
    frame = pd.DataFrame({"x": [1.0, 2.0], "label": [["spam", "ham"], ["ham", "ham"]]})
    table = frame
    if suffix == "parquet":
        table = tmp_path / "t.parquet"
        frame.to_parquet(table)
    if suffix == "csv":
        table = tmp_path / "t.csv"
        frame.to_csv(table, index=False)
    with pytest.raises(lc.InputError, match=r"row 1: several votes where one label.*majority"):
        from_table(table)


def test_labels_that_begin_with_a_bracket_are_labels():
    assert from_table(pd.DataFrame({"x": [1.0, 2.0], "label": ["[0, 1]", "[1, 2]"]})).classes.size


def test_the_estimator_names_all_columns_that_are_no_numbers():
    frame = pd.DataFrame({"a": [1.0, 2.0], "b": ["x", "y"], "c": ["u", "v"], "e": [[1.0], [2.0]]})
    with pytest.raises(lc.InputError, match=r"columns 'b', 'c' hold text.*column 'e' holds lists"):
        lc.LabelCertifier(ridge=1.0).fit(frame, [0, 1])
    rows = pd.DataFrame({"e": [[1.0, 0.0], [2.0, 1.0]]})
    with pytest.raises(lc.InputError, match=r"numpy\.stack\(X\['e'\]\)"):
        lc.LabelCertifier(ridge=1.0).fit(rows, [0, 1])
    assert (
        lc.LabelCertifier(ridge=1.0).fit(np.stack(rows["e"].tolist()), [0, 1]).n_features_in_ == 2
    )
