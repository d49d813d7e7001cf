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
    graph = from_table(write(tmp_path / "pets.csv", CSV))
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
        assert graph.labels.tolist() == [3, 4]


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
        ("a,label\nred,x\n", r"column 'a', which is not numeric: .* with drop"),
        ("a,label\n1,x\n,y\n", "empty cell in column 'a', row 2"),
        ("a,label\n1,\n2,y\n", "empty cell in column 'label', row 1"),
        ("a,label\n1,0.5\n2,1\n", "column 'label': labels must be classes"),
        ("a,label\n1,x,9\n2,y,9\n", "cannot be read"),
        ("a,label\n1,x\n2,y,9\n", "cannot be read"),
        ("a,label\ninf,x\n", "infinite"),
    ],
)
def test_bad_csv_is_named(tmp_path, text, message):
    with pytest.raises(InputError, match=message) as caught:
        from_table(write(tmp_path / "bad.csv", text))
    assert "\n" not in str(caught.value)


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
    with pytest.raises(InputError, match="'when', which is not numeric"):
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
