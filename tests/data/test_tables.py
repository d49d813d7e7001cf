import re

import numpy as np
import pandas as pd
import pytest

from labelcert._errors import InputError
from labelcert.data.tables import from_table

CSV = "height,label,weight,smokes\n1.5,cat,3,True\n2.5,dog,4,False\n"


def write(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def test_csv(tmp_path):
    graph = from_table(write(tmp_path / "pets.csv", CSV), keep="smokes")
    assert graph.features.tolist() == [[1.5, 3, 1], [2.5, 4, 0]]
    assert graph.labels.tolist() == ["cat", "dog"]
    assert not graph.has_edges
    assert graph.name == "pets"


def test_parquet_and_tsv_hold_the_same(tmp_path):
    frame = pd.DataFrame({"a": [1, 2], "b": [0.5, 1.5], "kind": [3, 4]})
    frame.to_parquet(tmp_path / "t.parquet")
    frame.to_csv(tmp_path / "t.tsv", sep="\t", index=False)
    for table in (tmp_path / "t.parquet", str(tmp_path / "t.tsv"), frame):
        graph = from_table(table, label="kind")
        assert graph.features.tolist() == [[1, 0.5], [2, 1.5]]
        assert graph.labels.tolist() == (["3", "4"] if str(table).endswith("tsv") else [3, 4])


def test_columns_can_be_dropped():
    frame = pd.DataFrame({"city": ["x", "y"], "a": [1, 2], "b": [1, 2], "label": [0, 1]})
    assert from_table(frame, drop=["city", "b"]).num_features == 1
    assert from_table(frame, drop="city").num_features == 2


def test_na_and_none_are_names_of_classes(tmp_path):
    path = write(tmp_path / "t.csv", "a,label\n1,NA\n2,None\n")
    assert from_table(path).labels.tolist() == ["NA", "None"]


def test_labels_of_pandas_kinds():
    frame = pd.DataFrame({"a": [1, 2], "label": pd.Categorical(["x", "y"])})
    assert from_table(frame).labels.tolist() == ["x", "y"]
    frame["label"] = pd.array([5, 6], dtype="Int64")
    frame["a"] = pd.array([5, 6], dtype="Int64")
    assert from_table(frame).labels.tolist() == [5, 6]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b\n1,2\n", "no column 'label': it has a, b"),
        ("a,label\n", "has no rows"),
        ("", "cannot be read"),
        ("label\nx\n", "no feature columns"),
        ("a,label\nred,x\n", r"column 'a' is not numeric: .* with drop"),
        ("a,label\n1,x\n,y\n", "empty cell in column 'a', row 2"),
        ("a,label\n1,\n2,\n", "column 'label': labels holds no label at all"),
        ("a,label\n1,x,9\n2,y,9\n", "cannot be read"),
        ("a,label\n1,x\n2,y,9\n", "cannot be read"),
        ("a,label\ninf,x\n", "column 'a', row 1: inf is no finite number"),
        ("a,label,label\n1,x,y\n", "two columns named 'label'"),
        ("x,x ,label\n1,1,y\n", "two columns named 'x'"),
        ("Label,a\nx,1\n", "no column 'label': .*did you mean 'Label'. Pass label='Label'"),
        ("a,label\n1,spam\n2,spam \n", "'spam' and 'spam ', which look the same"),
    ],
)
def test_bad_csv_is_named(tmp_path, text, message):
    with pytest.raises(InputError, match=message) as caught:
        from_table(write(tmp_path / "bad.csv", text))
    assert "\n" not in str(caught.value)


def test_a_column_of_parts_is_pointed_out(tmp_path):
    text = "a,part,label\n1,train,x\n2,test,y\n3,,y\n4,val,y\n"
    with pytest.raises(InputError, match="'part' looks like a split: in the shell --split"):
        from_table(write(tmp_path / "t.csv", text))
    with pytest.raises(InputError) as caught:
        from_table(write(tmp_path / "t.csv", text.replace("val", "blue")))
    assert "--split" not in str(caught.value)


@pytest.mark.parametrize(
    ("drop", "message"),
    [(["label"], "drop names the label column"), (["zzz"], "no column 'zzz'")],
)
def test_bad_drop_is_named(drop, message):
    frame = pd.DataFrame({"a": [1, 2], "label": [0, 1]})
    with pytest.raises(InputError, match=message):
        from_table(frame, drop=drop)


def test_bad_frames_are_named():
    frame = pd.DataFrame(np.ones((2, 3)), columns=["a", "a", "label"])
    with pytest.raises(InputError, match="two columns named 'a'"):
        from_table(frame)
    dates = pd.DataFrame({"when": pd.to_datetime(["2020-01-01"]), "label": [0]})
    with pytest.raises(InputError, match="column 'when' is not numeric"):
        from_table(dates)


def test_bad_files_are_named(tmp_path):
    with pytest.raises(InputError, match="is no file"):
        from_table(tmp_path / "missing.csv")
    with pytest.raises(InputError, match=r"suffix '\.xlsx'"):
        from_table(write(tmp_path / "t.xlsx", CSV))
    with pytest.raises(InputError, match="cannot be read"):
        from_table(write(tmp_path / "t.parquet", CSV))
    (tmp_path / "latin.csv").write_bytes(b"a,label\n1,\xff\n")
    with pytest.raises(InputError, match="cannot be read"):
        from_table(tmp_path / "latin.csv")


@pytest.mark.parametrize(
    "codes", [("07", "7"), ("2E1", "20"), ("1.0", "1.00"), ("True", "False"), ("01010", "-1")]
)
def test_labels_of_a_text_file_are_what_is_written(tmp_path, codes):
    path = write(tmp_path / "t.csv", f"x,label\n1,{codes[0]}\n2,{codes[1]}\n")
    assert from_table(path).labels.tolist() == list(codes)
    frame = pd.DataFrame({"x": [1, 2], "label": codes})
    frame.to_parquet(tmp_path / "t.parquet")
    assert from_table(tmp_path / "t.parquet").labels.tolist() == list(codes)


def test_a_row_without_a_label_is_told(tmp_path):
    path = write(tmp_path / "t.csv", "x,label\n1,a\n2,\n3,b\n4,  \n")
    graph = from_table(path)
    assert graph.is_labeled.tolist() == [True, False, True, False]
    assert any("2 of 4 nodes have no label" in note for note in graph.notes)
    for missing in (None, np.nan, pd.NA):
        frame = pd.DataFrame({"x": [1, 2, 3], "label": [1, missing, 0]})
        assert from_table(frame).labels[[0, 2]].tolist() == [1, 0]
        assert from_table(frame).is_labeled.tolist() == [True, False, True]
        frame.convert_dtypes().to_parquet(tmp_path / "t.parquet")
        assert from_table(tmp_path / "t.parquet").classes.tolist() == [0, 1]


@pytest.mark.parametrize("cell", ["NA", "?", "nan", "NULL", "-", "#N/A", " ", "1_0"])
def test_a_bad_cell_is_named_with_column_and_row(tmp_path, cell):
    rows = "".join(f"{x},{x}.5,{'ab'[x % 2]}\n" for x in range(17))
    path = write(tmp_path / "t.csv", f"age,income,label\n{rows}1,{cell},a\n")
    with pytest.raises(InputError, match=f"column 'income', row 18: {re.escape(repr(cell))} is no"):
        from_table(path)


def test_all_bad_columns_are_named_at_once(tmp_path):
    rows = "".join(f"{x},{x},town,{x},{'ab'[x % 2]}\n" for x in range(8))
    text = f"a,b,city,c,label\nx,1,town,,a\n{rows}inf,1,town,2,b\n"
    with pytest.raises(InputError) as caught:
        from_table(write(tmp_path / "t.csv", text))
    told = str(caught.value)
    for words in (
        "column 'a', row 1: 'x' is no number (and 1 more)",
        "empty cell in column 'c', row 1",
        "column 'city' is not numeric",
        "--drop",
    ):
        assert words in told
    assert "'b'" not in told
    many = pd.DataFrame({f"c{i}": ["x", "y"] for i in range(40)} | {"label": [0, 1]})
    with pytest.raises(InputError, match=r"'c11', … are not numeric"):
        from_table(many)


def test_blanks_around_names_and_cells_are_removed_and_told(tmp_path):
    path = write(tmp_path / "t.csv", "label , x\na , 1\nb , 2\n")
    graph = from_table(path, label="label")
    assert graph.labels.tolist() == ["a", "b"]
    assert graph.features.tolist() == [[1], [2]]
    told = "; ".join(graph.notes)
    assert "blanks around column names were removed ('label', 'x')" in told
    assert "blanks around the cells of column 'label' were removed" in told
    assert from_table(path, label="label ").labels.tolist() == ["a", "b"]


def test_an_ordinary_table_has_one_note(tmp_path):
    graph = from_table(write(tmp_path / "t.csv", "x,z,label\n1,2,a\n3,4,b\n"))
    assert graph.notes == ("labels from column 'label', 2 features ('x', 'z')",)
    assert graph.subgraph([0]).notes == graph.notes


def test_what_is_no_table_is_named():
    class Other:
        def to_pandas(self):
            raise AssertionError("not called")

    for table, words in (
        (np.eye(2), "table is of type ndarray: pass the path of a file, or a pandas frame"),
        (None, "of type NoneType"),
        (Other(), r"or table\.to_pandas\(\)"),
    ):
        with pytest.raises(InputError, match=words):
            from_table(table)


def test_what_a_float_cannot_hold_is_no_feature():
    labels = ["a", "b"]
    for cells in (
        [2**53, 2**53 + 1],
        np.array([1, 2**63 + 1], np.uint64),
        [[2**60 + 1], [1]],
        [1, 10**400],
    ):
        with pytest.raises(
            InputError, match=r"column 'x', row [12]: .*(cannot hold|finite number)"
        ):
            from_table(pd.DataFrame({"label": labels, "x": pd.Series(list(cells))}))


@pytest.mark.parametrize(
    "cells", [[["1"], ["2"]], [[], []], [[[1.0]], [[2.0]]], [[1.0], [None]], [[1j], [2j]]]
)
def test_lists_of_something_else_are_no_features(cells):
    with pytest.raises(
        InputError, match=r"column 'x', row [12]: (a list of something|an empty list)"
    ):
        from_table(pd.DataFrame({"label": ["a", "b"], "x": cells}))


def test_columns_to_drop_may_come_in_anything_that_lists_them():
    frame = pd.DataFrame({"label": ["a", "b"], "x": [1, 2], "y": [3, 4]})
    for drop in ("x", ["x"], {"x"}, pd.Index(["x"]), np.array(["x"]), iter(["x"])):
        graph = from_table(frame, drop=drop)
        assert graph.features.tolist() == [[3], [4]]
        assert "left out: 'x' (as asked)" in " ".join(graph.notes)
    for bad in (3, b"x", {"x": 1}):
        with pytest.raises(InputError, match="drop="):
            from_table(frame, drop=bad)


def test_bytes_of_a_table_are_the_text_that_they_are(tmp_path):
    frame = pd.DataFrame({"id": [b"n1 ", b"n2"], "label": [b"a", b"b"], "x": [1, 2]})
    frame.to_parquet(tmp_path / "t.parquet")
    graph = from_table(tmp_path / "t.parquet", id="id")
    assert graph.node_ids.tolist() == ["n1", "n2"]
    assert graph.labels.tolist() == ["a", "b"]
    frame["label"] = [b"a", b"a "]
    with pytest.raises(InputError, match="look the same"):
        from_table(frame, id="id")


def test_a_title_above_the_header_is_told(tmp_path):
    with pytest.raises(InputError, match="remove the lines above the names of the columns"):
        from_table(write(tmp_path / "t.csv", "My table\nlabel,x\na,1\n"))
