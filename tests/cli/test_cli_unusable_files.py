"""Files that cannot be used: one sentence, in the words of the shell, and nothing is written."""

from __future__ import annotations

import pandas as pd
import pytest


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.csv", "x,x,label\n1,1,a\n", "two columns named 'x'"),
        ("a.csv", "x,label\nNA,a\n1,b\n2,a\n", "column 'x', row 1: 'NA' is no number"),
        (
            "a.csv",
            "x,Label\n1,a\n",
            "did you mean 'Label'? Pass --label 'Label'",
        ),
        ("a.csv", b"label,x\nm\xfcde,1\n", "save it as UTF-8"),
        ("a.csv", "x,label\n1,a\n2\n", "row 2 has 1 cell"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_sentence(invoke, tmp_path, name, content, words):
    (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    result = invoke("certify", name, "-o", "run.json")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert words in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (
            (),
            "error: table 'm.csv': columns 'mail_id', 'words' are not numeric: encode text as "
            "numbers (e.g. one-hot), or leave out the column with --drop; if 'mail_id' names the "
            "rows, pass --id 'mail_id'\n",
        ),
        (
            ("--drop", "mail_id,words"),
            "error: --drop 'mail_id,words' names several columns in one text: name them one by one "
            "with --drop mail_id --drop words\n",
        ),
        (("--label", "lable"), "; did you mean 'label'? Pass --label 'label'\n"),
    ],
)
def test_remedies_are_in_the_words_of_the_shell(invoke, options, told):
    frame = pd.DataFrame({"mail_id": ["a1", "b2"], "x": [0.5, 1.5], "words": ["hi", "ho"]})
    frame.assign(label=["ham", "spam"]).to_csv("m.csv", index=False)
    result = invoke("certify", "m.csv", *options)
    assert result.exit_code == 2
    assert result.stderr.endswith(told)
