"""YAML as plain data with lines: values, positions, and what is refused."""

from __future__ import annotations

import math

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from labelcert._errors import InputError
from labelcert.studies.spec_yaml import read_yaml


def value(text: str) -> object:
    return read_yaml(f"x: {text}\n", "f.yaml").data["x"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", 1), ("-3", -3), ("1.5", 1.5), ("1e-3", 0.001), ("1E3", 1000.0), (".5", 0.5),
        ("true", True), ("null", None), ("", None), ("~", None), (".inf", math.inf),
        ("no", "no"), ("yes", "yes"), ("12:30", "12:30"), ("2024-01-01", "2024-01-01"),
        ("010", "010"), ("0x1F", "0x1F"), ("1_000", "1_000"), ("'1'", "1"), ("[1, a]", [1, "a"]),
        ("50%", "50%"), ("1e", "1e"), (".", "."),
    ],
)  # fmt: skip
def test_values_are_those_of_yaml_1_2(text, expected):
    found = value(text)
    assert found == expected
    assert type(found) is type(expected)


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text("ab 1:-#'", max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", min_size=1), inner, max_size=3)
    ),
    max_leaves=10,
)


@given(st.dictionaries(st.text("xyz", min_size=1), PLAIN, min_size=1, max_size=4))
def test_what_yaml_writes_is_read_back(data):
    text = yaml.safe_dump(data)
    if "&" not in text:  # the same object twice is written as an alias
        assert read_yaml(text, "f.yaml").data == data


def test_every_entry_has_its_line():
    text = "a: 1\n# comment\nb:\n  - x\n  - c:\n      d: 2\n\ne: {f: 3,\n  g: 4}\n"
    document = read_yaml(text, "f.yaml")
    assert document.line(("a",)) == 1
    assert document.line(("b",)) == 3
    assert document.line(("b", 0)) == 4
    assert document.line(("b", 1, "c", "d")) == 6
    assert document.line(("e", "f")) == 8
    assert document.line(("e", "g")) == 9
    assert document.line(("b", 1, "c", "unknown", 3)) == 5
    assert document.at(("e", "g")) == "f.yaml line 9"


def test_keys_are_text():
    assert read_yaml("{1: a, true: b}", "f.yaml").data == {"1": "a", "true": "b"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: [1", "f.yaml line 1: this is not YAML"),
        ("a: 1\nb: c: d\n", "f.yaml line 2: this is not YAML"),
        ("a: 1\nb: 2\na: 3\n", "f.yaml line 3: 'a' comes twice"),
        ("a: &x [1]\nb: *x\n", "f.yaml line 2 has an alias"),
        ("a: 1\n\nb: !!python/object:os.system x\n", "f.yaml line 3: the tag"),
        ("a: 1\n---\nb: 2\n", "f.yaml line 2: this is not YAML"),
        ("a: \x01\n", "f.yaml line 1 holds a control character"),
        ("? [1]\n: 2\n", "f.yaml line 1: a key must be text"),
        ("a: " + "9" * 6000, "f.yaml line 1: the number is too long"),
        ("a: " + "[" * 3000, "f.yaml"),
        ("", "f.yaml holds no study"),
        ("- 1\n", "f.yaml holds no study"),
        ("# nothing\n", "f.yaml holds no study"),
    ],
)
def test_what_is_no_study_is_refused_in_one_sentence(text, words):
    with pytest.raises(InputError) as error:
        read_yaml(text, "f.yaml")
    assert str(error.value).startswith(words)
    assert "\n" not in str(error.value)


def test_aliases_of_aliases_are_refused_at_once():
    lines = ["a0: &a0 [x, x]"] + [f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]" for i in range(1, 40)]
    with pytest.raises(InputError, match="line 2 has an alias"):
        read_yaml("\n".join(lines), "f.yaml")


@pytest.mark.parametrize(
    "text", ["!!python/object/apply:os.system ['x']", "!mine {a: 1}", "!!set {a}"]
)
def test_tags_of_lists_and_mappings_are_refused_too(text):
    with pytest.raises(InputError, match=r"f\.yaml line 1: the tag .* is not used here"):
        value(text)
