"""How a table is written: encodings, separators, what stands before the header, uneven rows."""

import pytest

from labelcert._errors import InputError
from labelcert.data.tables import from_table
from labelcert.data.text_files import read_text

PLAIN = "label,x,z\nham,0.5,-1.25\nspam,1.5,2\n"
FEATURES = [[0.5, -1.25], [1.5, 2.0]]


def told(graph) -> str:
    return "; ".join(graph.notes)


def read(tmp_path, content, name="t.csv"):
    raw = content if isinstance(content, bytes) else content.encode()
    (tmp_path / name).write_bytes(raw)
    graph = from_table(tmp_path / name)
    assert graph.features.tolist() == FEATURES
    assert graph.labels.tolist() == ["ham", "spam"]
    return told(graph)


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_encodings_with_a_mark_are_read(tmp_path, codec):
    assert "separated" not in read(tmp_path, PLAIN.replace("\n", "\r\n").encode(codec))
    (tmp_path / "names.txt").write_bytes("für\nm1".encode(codec))
    assert read_text(tmp_path / "names.txt", "f") == "für\nm1"


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("label,x\nmüde,1\n".encode("latin-1"), r"line 2 is not UTF-8 text.*save it as UTF-8"),
        (PLAIN.encode("utf-16-le"), "zero bytes: UTF-16 without its mark"),
        (b"\xff\xfe\x00", "not UTF-16 text"),
        (b"PK\x03\x04\x00\x00", "zero bytes"),
    ],
    ids=["Latin-1", "UTF-16 without a mark", "half of UTF-16", "an archive"],
)
def test_what_is_no_text_is_named(tmp_path, raw, words):
    (tmp_path / "t.csv").write_bytes(raw)
    with pytest.raises(InputError, match=words):
        from_table(tmp_path / "t.csv")


@pytest.mark.parametrize(
    ("name", "separator", "words"),
    [
        ("t.csv", ";", "separated by semicolons"),
        ("t.csv", "\t", "separated by tabs"),
        ("t.csv", "|", "separated by vertical bars"),
        ("t.tsv", ",", "separated by commas"),
        ("t.tsv", ";", "separated by semicolons"),
    ],
)
def test_another_separator_is_recognised_and_told(tmp_path, name, separator, words):
    assert words in read(tmp_path, PLAIN.replace(",", separator), name)


@pytest.mark.parametrize("separator", [";", "\t"])
def test_decimal_commas_are_recognised_and_told(tmp_path, separator):
    text = PLAIN.replace(",", separator).replace(".", ",")
    assert "decimal commas" in read(tmp_path, text)


def test_a_comma_is_no_decimal_sign_beside_points(tmp_path):
    (tmp_path / "t.csv").write_text("label;x;z\nham;0.5;1,5\nspam;1.5;2\nspam;1;2\n")
    with pytest.raises(InputError, match="column 'z', row 1: '1,5' is no number"):
        from_table(tmp_path / "t.csv")


def test_a_quoted_separator_is_text(tmp_path):
    (tmp_path / "t.csv").write_text('label,x\n"a;b",1\n"c;d",2\n')
    assert from_table(tmp_path / "t.csv").labels.tolist() == ["a;b", "c;d"]


@pytest.mark.parametrize(
    ("before", "words"),
    [
        ("# made 2024\n# by hand\n", "left out the first 2 lines (#)"),
        ("\n\n", "labels from"),
        ("sep=,\n", "labels from"),
        ("#\n", "left out the first line (#)"),
    ],
)
def test_what_stands_before_the_header_is_left_out(tmp_path, before, words):
    assert words in read(tmp_path, before + PLAIN)


def test_excel_names_its_separator(tmp_path):
    assert "semicolons" in read(tmp_path, "sep=;\n" + PLAIN.replace(",", ";"))


def test_a_column_may_be_called_number_sign(tmp_path):
    (tmp_path / "t.csv").write_text("#,label\n1,a\n2,b\n")
    assert from_table(tmp_path / "t.csv").features.tolist() == [[1], [2]]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a,label\n1,x,9\n2,y,9\n", r"row 1 has 3 cells for 2 column names.*row\.names = FALSE"),
        ("a,label\n1,x,\n2,y,\n", "separator at the end of the rows"),
        ("a,label\n1,x\n2,y,9\n", "row 2 has 3 cells for 2 column names"),
        ("a,b,label\n1,2,x\n1,y\n", "row 2 has 2 cells for 3 column names"),
        ("a,label\n1,x\n# half\n2,y\n", "row 2 has 1 cell.*begin with # between the rows"),
        ("", "no content"),
        ("# only a comment\n", "no content"),
    ],
)
def test_uneven_rows_are_named(tmp_path, text, words):
    (tmp_path / "t.csv").write_text(text)
    with pytest.raises(InputError, match=words) as caught:
        from_table(tmp_path / "t.csv")
    assert "\n" not in str(caught.value)
