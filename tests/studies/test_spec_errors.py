"""A wrong study file: one sentence with file, line, entry and remedy."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from labelcert._errors import InputError
from labelcert.studies import load_study

BASE = """\
name: s
datasets: [karate]
seeds: [0]
models:
  - name: gcn
    fixed: {depth: 1}
    C: 0.1
budgets: {max_flips: 3}
"""

CASES = [
    ("depth: 1", "depth: 0", 6, "models.0.fixed.depth must be an integer of at least 1, not 0."),
    ("depth: 1", "depht: 1", 6, "models.0.fixed.depht is not an option of the gcn kernel; did"),
    ("depth: 1", "skip: PC", 6, "models.0.fixed.skip must be one of"),
    ("depth: 1", "depth: [1]", 6, "models.0.fixed.depth is [1]: models.0.fixed must be a mapping"),
    ("fixed: {depth: 1}", "depth: 1", 6, "models.0.depth is unknown; use one of"),
    ("fixed: {depth: 1}", "fixd: {depth: 1}", 6, "models.0.fixd is unknown; did you mean 'fixed'?"),
    ("fixed: {depth: 1}", "grid: {depth: 1}", 6, "models.0.grid.depth is 1: models.0.grid must"),
    ("fixed: {depth: 1}", "grid: {depth: []}", 6, "models.0.grid.depth is an empty list"),
    ("fixed: {depth: 1}", "grid: {depth: [1, 1]}", 6, "models.0.grid.depth names a value twice"),
    ("fixed: {depth: 1}", "grid: {depth: [1, 0]}", 6, "models.0.grid.depth.1 must be an integer"),
    ("fixed: {depth: 1}", "zipped: {depth: [1, 2], skip: [pc]}", 6, "models.0.zipped.skip has 1"),
    ("{depth: 1}", "{depth: 1}\n    grid: {depth: [2]}", 7, "models.0.grid.depth is also under"),
    ("name: gcn", "name: gnc", 5, "models.0.name is wrong: kernel 'gnc' is unknown; did you mean"),
    ("  - name: gcn", "  - title: x", 5, "models.0 lacks name: add it"),
    ("C: 0.1", "C: -1", 7, "models.0.C must be a positive number, not -1."),
    ("C: 0.1", "C: .nan", 7, "models.0.C must be a positive number"),
    ("C: 0.1", "C: [0.1, x]", 7, "models.0.C.1 must be a positive number, not 'x'."),
    ("C: 0.1", "C:\n      karat: 1", 8, "models.0.C.karat is no data set here; did you mean 'kar"),
    ("C: 0.1", "C: {}", 7, "models.0.C has no value for 'karate': add it, or add default."),
    ("C: 0.1", "C: 0.1\n    ridge: 1", 5, "models.0 has more than one of C and ridge"),
    ("    C: 0.1\n", "", 5, "models.0 lacks C or ridge: add one"),
    ("seeds: [0]", "seeds: [0, -1]", 3, "seeds.1 is -1: seeds must be a list of different integ"),
    ("seeds: [0]", "seeds: [0, 0]", 3, "seeds must be a list of different integers of 0 or more"),
    ("seeds: [0]", "seeds: [true]", 3, "seeds.0 is True: seeds must be a list"),
    ("seeds: [0]", "seeds: 3", 3, "seeds must be a list of different integers"),
    ("seeds: [0]", "sedes: [0]", 3, "sedes is unknown; did you mean 'seeds'?"),
    ("seeds: [0]\n", "", 1, "the study lacks seeds: add it, a list of different integers"),
    ("max_flips: 3", "max_flips: 3.5", 8, "budgets.max_flips must be a count of flips such as 10"),
    ("max_flips: 3", "max_flips: 120%", 8, "budgets.max_flips must be a count of flips such as"),
    ("{max_flips: 3}", "3", 8, "budgets must be a mapping that names max_flips, not 3."),
    ("[karate]", "[karat]", 2, "datasets.0.name is wrong: name 'karat' is no data set: did you"),
    ("[karate]", "[3]", 2, "datasets.0 must be a name, a path, or a mapping of"),
    ("[karate]", "[karate, karate]", 2, "datasets.1 is called 'karate' like another: give one"),
    ("[karate]", "[{name: karate, label: x}]", 2, "datasets.0.label goes with path only"),
    ("[karate]", "[{name: karate, fixed: {n: 9}}]", 2, "datasets.0.fixed.n has no meaning here"),
    ("[karate]", "[{title: x}]", 2, "datasets.0 must have exactly one of name, path and synthetic"),
    ("[karate]", "[{synthetic: cbsm}]", 2, "datasets.0.synthetic must be csbm or cba, not 'cbsm'."),
    ("[karate]", "[{synthetic: csbm, fixed: {n: 3}}]", 2, "datasets.0.fixed.n is 3: pass a whole"),
    ("[karate]", "[{synthetic: cba, fixed: {m: 3}}]", 2, "datasets.0.fixed.m is unknown; use one"),
    ("[karate]", "[{synthetic: cba, graph_seed: x}]", 2, "datasets.0.graph_seed must be split (a"),
    ("name: s", "name: a/b", 1, "name must be letters, digits, dots, dashes and underscores, not"),
    ("name: s", "name: s\nthreat: {directions: [[0]]}", 2, "threat.directions.0 is [0]: threat."),
    ("name: s", "name: s\nthreat: {directions: [[0, 0]]}", 2, "threat.directions.0 goes from 0"),
    ("name: s", "name: s\nlimits: {time_limit: -1}", 2, "limits.time_limit must be seconds of 0"),
    ("name: s", "name: s\nversion: 2\nnew: 1", 2, "version is 2, and this labelcert knows up to 1"),
    ("name: s", "name: s\nversion: 0", 2, "version must be 1, not 0."),
    ("name: s", "name: s\nlimits: {jobs: 0}", 2, "limits.jobs must be an integer of 1 or more"),
    ("name: s", "name: s\nsplit: {per_class: 0}", 2, "split.per_class must be an integer of 1 or"),
    ("name: s", "name: s\ncertificates: [sample-wise]", 2, "certificates.0 is 'sample-wise': cert"),
    ("name: s", "name: s\nexactness: precise", 2, "exactness must be exact or relaxed, not 'prec"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "line", "sentence"), CASES, ids=[case[1] for case in CASES])
def test_one_sentence_with_line_and_entry(old, new, line, sentence):
    assert BASE.count(old) == 1
    Path("s.yaml").write_text(BASE.replace(old, new))
    with pytest.raises(InputError) as error:
        load_study("s.yaml")
    told = str(error.value)
    assert told.startswith(f"s.yaml line {line}: {sentence}")
    assert told.endswith(".")
    assert "\n" not in told


def test_the_first_wrong_entry_is_told():
    text = BASE.replace("[0]", "[-1]").replace("max_flips: 3", "max_flips: x")
    Path("s.yaml").write_text(text)
    with pytest.raises(InputError, match=r"^s\.yaml line 3: seeds\.0"):
        load_study("s.yaml")


def test_a_study_of_too_many_units_is_refused():
    numbers = ", ".join(str(i) for i in range(1, 400))
    grid = f"grid: {{depth: [{numbers}]}}\n    "
    text = BASE.replace("    C: 0.1", f"    {grid}C: [{numbers}]").replace(
        "    fixed: {depth: 1}\n", ""
    )
    Path("s.yaml").write_text(text)
    with pytest.raises(InputError, match=re.escape("has 159,201 units, more than 100,000")):
        load_study("s.yaml")


@pytest.mark.parametrize(
    ("file", "content", "words"),
    [
        ("none.yaml", None, "study file 'none.yaml' does not exist"),
        (
            "karate",
            None,
            "study 'karate' is neither a file nor shipped: did you mean 'karate-tour'",
        ),
        ("s.yaml", b"\xff\xfe\x00", "study file 's.yaml' cannot be read (line 1 is not UTF-16"),
        ("s.yaml", b"a: 1\n" * 300_000, "study file 's.yaml' is larger than 1 MB"),
        (".", None, "study file '.' cannot be read"),
    ],
)
def test_a_file_that_cannot_be_read(file, content, words):
    if content is not None:
        Path(file).write_bytes(content)
    with pytest.raises(InputError) as error:
        load_study(file)
    assert str(error.value).startswith(words)
