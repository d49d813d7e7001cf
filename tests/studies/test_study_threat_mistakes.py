"""Mistakes about attackers in study files end the command, with the line, before any is run."""

from __future__ import annotations

from pathlib import Path

import pytest

from labelcert._errors import InputError
from labelcert.studies import Settings, expand, load_study, run_study
from mails_studies import STORE, STUDY, study_with
from mails_table import mails_table


@pytest.mark.parametrize(
    ("threat", "words"),
    [
        (
            "{costs: prise}",
            "line 9: threat.costs is 'prise', for data set 'mails.csv' neither a col",
        ),
        ("{costs: class}", "line 9: threat.costs names the label column 'class'"),
        (
            "{trusted: safe.txt}",
            "line 9: threat.trusted is wrong: trusted file .*safe.txt' cannot be",
        ),
        ("{bad_groups: 1}", r"threat has bad_groups without groups"),
        ("{groups: who, bad_groups: -1}", r"bad_groups must be"),
        ("{group_budgets: 0}", r"threat has group_budgets without groups"),
        ("{groups: who}", r"study.yaml line 9: threat has groups without group_budgets"),
        ("{group_budgets: 2}", r"study.yaml line 9: threat has group_budgets without groups"),
        (
            "{trusted: [-1]}",
            r"line 9: threat.trusted must be a list of nodes, or the .*, not \[-1\]",
        ),
        ("{groups: who, group_budgets: x}", "line 9: threat.group_budgets must be a count, or"),
        ("{groups: who, group_budgets: {a: -1}}", "group_budgets must be a count, or a mapping"),
        ("{groups: who, group_budgets: 150%}", "group_budgets must be a count, or a mapping"),
        ("{costs: 3}", "line 9: threat.costs must be a column of the node table, or the path"),
        ("{cost: price}", "line 9: threat.cost is unknown; did you mean 'costs'"),
    ],
)
def test_mistakes_that_the_file_shows(mails, threat, words):
    with pytest.raises(InputError, match=words):
        expand(study_with(f"threat: {threat}\n"))


@pytest.mark.parametrize(
    ("threat", "words"),
    [
        ("{costs: links}", "integers of 1 or more"),
        ("{trusted: [40]}", "trusted names node 40: pass numbers from 0 to 39"),
        ("{groups: who, group_budgets: {eve: 1}}", "'eve', which is no group; use one of 007, ann"),
        ("{groups: some.csv, group_budgets: 1}", "no group for labeled node"),
        ("{costs: far.csv}", "names node 99"),
    ],
)
def test_mistakes_that_the_data_show_end_the_command(mails, threat, words):
    Path("some.csv").write_text("node,group\n0,a\n")
    Path("far.csv").write_text("node,cost\n99,2\n")
    drop = "[price]" if "who" in threat else "[who]"
    text = STUDY.replace("label: class", f"label: class, drop: {drop}")
    with pytest.raises(InputError, match=f"line 9: threat.*does not fit .*mails.csv.*: .*{words}"):
        run_study(study_with(f"threat: {threat}\n", text), STORE, Settings(jobs=1))
    assert not STORE.exists()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("label: class", "label: kind", "line 3: datasets.0 does not fit .*no column 'kind'"),
        ("label: class", "label: class, drop: [x]", "line 3: datasets.0 .*no column 'x'"),
        ("per_class: 3", "per_class: 30", "line 4: split does not fit data set 'mails.csv'"),
        ("seeds", "threat: {directions: [[ham, eggs]]}\nseeds", "line 5: threat.directions does"),
        ("price]}", "price], split: {per_class: 30}}", "line 3: datasets.0.split does not fit"),
        ("price]}", "price], threat: {trusted: [41]}}", "line 3: datasets.0.threat.trusted does"),
    ],
)
def test_mistakes_about_own_files_end_the_command(mails, old, new, words):
    text = STUDY.replace("label: class", "label: class, drop: [who, price]", 1)
    if "drop" in new or "kind" in new:
        text = STUDY
    assert old in text
    with pytest.raises(InputError, match=rf"study\.yaml {words}"):
        run_study(study_with("", text.replace(old, new, 1)), STORE, Settings(jobs=1))
    assert not STORE.exists()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("C: 0.1", f"C: {'9' * 400}", "must be a positive number"),
        ("max_flips: 4}", "max_flips: 4}\nthreat: {trusted: [0, 1, 1, 0]}", "as a mask does"),
        ("label: class}", "label: class, drop: [who], drop_classes: [ham]}", "labels are all spam"),
    ],
)
def test_what_no_unit_could_compute_is_told_before_any_is(old, new, told):
    mails_table().to_csv("mails.csv", index=False)
    Path("bad.yaml").write_text(STUDY.replace(old, new))
    with pytest.raises(InputError, match=told) as caught:
        run_study(load_study("bad.yaml"), STORE, Settings())
    assert "bad.yaml line " in str(caught.value)
    assert not STORE.exists()
