"""`labelcert study`: run, status, export, list, and what it says of mistakes."""

from __future__ import annotations

import io
import signal
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from rich.console import Console

from labelcert._errors import InputError
from labelcert.cli.study_progress import Following, duration, following, remaining
from labelcert.cli.study_show import group_failures
from labelcert.studies import Store
from labelcert.studies.graphs import forget
from signals import needs_signals

STUDY = """\
name: small
title: A <b>small</b> study
datasets: [{name: karate, title: "=1+1"}]
split: {per_class: 3, test: 8}
seeds: [0, 1]
models: [{name: gcn, title: "[red]GCN", C: 0.1}]
budgets: {max_flips: 3}
certificates: [sample_wise, collective]
limits: {jobs: 1}
"""


@pytest.fixture(autouse=True)
def study_file():
    Path("small.yaml").write_text(STUDY)
    forget()


def test_run_status_export(invoke):
    done = invoke("study", "run", "small.yaml")
    assert done.exit_code == 0
    assert "small: 2 of 2 units done (2 computed now" in done.stdout
    assert "store small.db" in done.stdout
    assert "2 of 2 units" in done.stderr
    again = invoke("study", "run", "small.yaml", "--quiet")
    assert (again.exit_code, again.stdout, again.stderr) == (0, "", "")

    status = invoke("study", "status", "small.db")
    assert "small  A <b>small</b> study" in status.stdout
    (line,) = [line.split() for line in status.stdout.splitlines() if line.startswith("=1+1")]
    assert line[:5] == ["=1+1", "2", "0", "0", "0"]

    exported = invoke("study", "export", "small.db", "-o", "small.csv")
    assert exported.stdout == "wrote small.csv\n"
    frame = pd.read_csv("small.csv")
    assert len(frame) == 2 * 4
    assert set(frame["dataset"]) == {"'=1+1"}
    assert set(frame["model"]) == {"[red]GCN"}
    invoke("study", "export", "small.db", "-o", "small.parquet", "--quiet")
    parquet = pd.read_parquet("small.parquet")
    assert set(parquet["dataset"]) == {"=1+1"}
    columns = ["budget", "certified_ratio", "collective_ratio", "seed"]
    pd.testing.assert_frame_equal(frame[columns], parquet[columns])


def test_one_command_from_the_file_to_page_and_figures(invoke, monkeypatch):
    wanted = ("--report", "small.html", "--figures", "figures")
    done = invoke("study", "run", "small.yaml", *wanted)
    assert done.exit_code == 0, done.stderr
    assert "wrote small.html" in done.stdout
    assert "files into figures" in done.stdout
    assert "A &lt;b&gt;small&lt;/b&gt; study" in Path("small.html").read_text(encoding="utf-8")
    assert {p.suffix for p in Path("figures").iterdir()} == {".svg", ".pdf", ".png", ".csv"}

    def without_data(*_, **__):
        raise InputError("no data")

    # Nothing to look at: no page, and the exit code of failures.
    monkeypatch.setattr("labelcert.studies.work.certify", without_data)
    failed = invoke("study", "run", "small.yaml", "--store", "other.db", "--report", "other.html")
    assert failed.exit_code == 1
    assert not Path("other.html").exists()
    for mistake in (["--report", "a.txt"], ["--figures", "small.yaml"], ["--report", "no/a.html"]):
        wrong = invoke("study", "run", "small.yaml", "--store", "third.db", *mistake)
        assert (wrong.exit_code, wrong.stdout) == (2, "")
        assert not Path("third.db").exists()


def test_failures_are_shown_at_the_end_and_retried(invoke, monkeypatch, tmp_path):
    monkeypatch.setenv("LABELCERT_DATA_DIR", str(tmp_path))
    Path("cora_ml.npz").write_bytes(b"this is no graph")
    text = STUDY.replace("datasets: [", "datasets: [cora_ml, ")
    Path("small.yaml").write_text(text)
    done = invoke("study", "run", "small.yaml", "--store", "s.db")
    assert done.exit_code == 1
    assert "small: 2 of 4 units done" in done.stdout
    assert "2 units failed:" in done.stderr
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("  cora_ml")]
    assert line.startswith("  cora_ml, [red]GCN, C 0.1, seed 0; cora_ml, [red]GCN, C 0.1, seed 1: ")
    assert "cora_ml.npz" in line
    assert "--retry-failed" in done.stderr

    quiet = invoke("study", "run", "small.yaml", "--store", "s.db", "-q")
    assert (quiet.exit_code, quiet.stdout) == (1, "")
    assert "2 units failed:" in quiet.stderr
    status = invoke("study", "status", "s.db")
    assert "Failed" in status.stdout
    exported = invoke("study", "export", "s.db", "-o", "s.csv")
    assert "left out: units that are failed (2)" in exported.stdout

    Path("small.yaml").write_text(text.replace("cora_ml, ", "karate, "))
    assert invoke("study", "run", "small.yaml", "--store", "s.db").exit_code == 0
    Path("small.yaml").write_text(text)
    again = invoke("study", "run", "small.yaml", "--store", "s.db", "--retry-failed", "-q")
    assert again.exit_code == 1


def test_open_units_are_told(invoke):
    text = STUDY.replace("per_class: 3", "per_class: 5").replace("max_flips: 3", "max_flips: 50%")
    Path("small.yaml").write_text(text)
    done = invoke("study", "run", "small.yaml", "--time-limit", "0")
    assert done.exit_code == 0
    assert "2 units open, with proven intervals" in done.stdout


def test_list(invoke):
    listed = invoke("study", "list")
    assert listed.exit_code == 0
    words = [line.split() for line in listed.stdout.splitlines()]
    assert ["karate-tour", "18"] in [line[:2] for line in words]
    assert ["architectures", "450"] in [line[:2] for line in words]


def test_show_gives_a_file_that_can_be_changed(invoke):
    shown = invoke("study", "show", "karate-tour")
    assert shown.exit_code == 0
    Path("mine.yaml").write_text(shown.stdout)
    assert invoke("study", "show", "mine.yaml").stdout == shown.stdout
    Path("mine.yaml").write_text(shown.stdout.replace("seeds", "sedes"))
    assert "mine.yaml line" in invoke("study", "show", "mine.yaml").stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("run", "none.yaml"), "error: study file 'none.yaml' does not exist"),
        (("run", "karate-tuor"), "error: study 'karate-tuor' is neither a file nor shipped: did"),
        (
            ("run", "small.yaml", "--store", "none/s.db"),
            "error: --store 'none/s.db' lies in no fol",
        ),
        (
            ("run", "small.yaml", "--store", "small.yaml"),
            "error: --store 'small.yaml' is a file of",
        ),
        (("run", "small.yaml", "--jobs", "0"), "error: --n-jobs 0 is not allowed"),
        (("run", "small.yaml", "--time-limit", "-1"), "error: --time-limit -1.0 is not allowed"),
        (("status", "none.db"), "error: store 'none.db' does not exist"),
        (("export", "none.db", "-o", "x.csv"), "error: store 'none.db' does not exist"),
        (
            ("export", "none.db", "-o", "x.txt"),
            "error: --output 'x.txt' has the suffix '.txt': use",
        ),
        (("export", "none.db"), "error: Missing option '--output'"),
    ],
)
def test_mistakes_are_one_line(invoke, arguments, words):
    done = invoke("study", *arguments)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert done.stderr.startswith(words)
    assert done.stderr.count("\n") == 1
    assert Path("small.yaml").read_text() == STUDY


def test_a_study_that_the_store_lacks(invoke):
    invoke("study", "run", "small.yaml", "-q")
    done = invoke("study", "export", "small.db", "-o", "x.csv", "--study", "other")
    assert done.exit_code == 2
    assert done.stderr == "error: --study 'other' is not in this store: it holds small.\n"


@needs_signals
def test_ctrl_c(process):
    Path("small.yaml").write_text(STUDY.replace("[0, 1]", str(list(range(2000)))))
    command = [sys.executable, "-m", "labelcert", "study", "run", "small.yaml"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as runner:
        assert runner.stderr is not None
        assert runner.stderr.readline().startswith("0 of 2000 units")
        wait_for_one()
        runner.send_signal(signal.SIGINT)
        rest = runner.stderr.read()
    assert runner.returncode == 130
    assert rest.splitlines()[-1].startswith("error: interrupted; what is finished is stored")
    assert "Traceback" not in rest


def wait_for_one() -> None:
    while True:
        with Store.reading(Path("small.db")) as store:
            if store.known():
                return


def test_estimate_leaves_out_what_comes_before_the_first():
    assert remaining(1, 10, 5.0) is None
    assert remaining(2, 10, 5.0) is None
    assert remaining(3, 10, 4.0) == pytest.approx(14.0)
    assert remaining(10, 10, 4.0) is None


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.4, "0 s"), (89, "89 s"), (120, "2 min"), (7200, "2.0 h")]
)
def test_durations(seconds, words):
    assert duration(seconds) == words


class Told:
    told = "karate [bold], GCN"


def test_lines_where_there_is_no_terminal():
    stream = io.StringIO()
    with following(Console(file=stream), quiet=False) as observer:
        observer.begin(3, 1)
        observer.done(Told(), {"state": "failed"})
        observer.done(Told(), {"state": "done"})
    assert stream.getvalue().splitlines() == [
        "1 of 3 units: starting",
        "3 of 3 units, 1 failed: karate [bold], GCN",
    ]


def test_a_bar_on_a_terminal_shows_names_as_they_are():
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=True, width=100, legacy_windows=False)
    with following(console, quiet=False) as observer:
        observer.begin(3, 0)
        observer.done(Told(), {"state": "done"})
    assert "1 of 3 units: karate [bold], GCN" in stream.getvalue()


def test_nothing_with_quiet():
    stream = io.StringIO()
    with following(Console(file=stream), quiet=True) as observer:
        assert isinstance(observer, Following)
        observer.begin(3, 0)
        observer.done(Told(), {"state": "done"})
    assert stream.getvalue() == ""


def test_failures_of_one_kind_are_one_line():
    failures = [(f"unit {i}", "no data") for i in range(5)] + [("other", "no memory")]
    assert group_failures(failures) == [
        "unit 0; unit 1; unit 2; and 2 more: no data",
        "other: no memory",
    ]


def test_a_store_handed_as_a_study_is_called_what_it_is(invoke, tmp_path):
    import sqlite3
    from contextlib import closing

    path = tmp_path / "act.db"
    with closing(sqlite3.connect(path)) as store:
        store.execute("create table unit (key text)")
        store.commit()
    result = invoke("study", "show", str(path))
    assert result.exit_code == 2
    told = " ".join(result.stderr.split())
    assert "is a store of results, no study file" in told
    assert "study status" in told
    assert "report" in told
