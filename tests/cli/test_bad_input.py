"""Everything a user can get wrong: one line on standard error, exit code 2, nothing written."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

import labelcert as lc
from shared_files import DATA, needs_data


def refused(result, tmp_path, before=()):
    assert result.exit_code == 2
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    assert len(lines) == 1, result.stderr
    assert lines[0].startswith("error: ")
    assert "Traceback" not in result.stderr
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(before)
    return lines[0]


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["karat"], "did you mean 'karate'"),
        (["karate", "--model", "gnc"], "did you mean 'sgc'"),
        (["missing.npz"], "missing.npz"),
        (["missing.csv"], "missing.csv"),
        (["karate", "--max-flips", "-1"], "--max-flips -1 is"),
        (["karate", "--max-flips", "130%"], "0% to 100%"),
        (["karate", "--max-flips", "many"], "--max-flips 'many'"),
        (["karate", "-C", "0"], "-C 0.0"),
        (["karate", "-C", "-1"], "-C -1.0"),
        (["karate", "-C", "nan"], "-C nan"),
        (["karate", "--ridge", "-1"], "--ridge -1.0"),
        (["karate", "-C", "1", "--ridge", "1"], "either -C (kernel SVM) or --ridge (kernel"),
        (["karate", "--per-class", "40"], "--per-class 40 and --validation 40 ask"),
        (["karate", "--per-class", "0"], "--per-class"),
        (["karate", "--validation", "12"], "no test nodes"),
        (["karate", "--test", "0"], "--test is 0"),
        (["karate", "--seed", "-1"], "--seed is -1"),
        (["karate", "--n-jobs", "0"], "--n-jobs 0"),
        (["karate", "--jobs", "0"], "--n-jobs 0"),
        (["karate", "--time-limit", "-3"], "--time-limit -3.0"),
        (["karate", "--point-time-limit", "nan"], "--point-time-limit nan"),
        (["karate", "--exactness", "rough"], "--relaxed"),
        (
            ["karate", "--worst-margins", "--engine", "paper_milp"],
            "--worst-margins is not available with --engine 'paper_milp'",
        ),
        (["karate", "--depth", "0"], "--depth must"),
        (["karate", "--depth", "x"], "--depth must be an integer of at least 1, not 'x'."),
        (["karate", "--skip", "pq"], "skip"),
        (["karate", "--normalization", "rows"], "normalization"),
        (
            ["karate", "--alpha", "0.5"],
            "--alpha is not an option of the gcn kernel; did you mean '--skip-alpha'?",
        ),
        (["karate", "--skip-alpha", "0.5"], "--skip alpha"),
        (["karate", "--skip-activation", "relu"], "--skip"),
        (["karate", "--label", "x"], "--label"),
        (["karate", "--edges", "e.csv"], "--edges"),
        (["karate", "--trusted", "none.txt"], "--trusted 'none.txt'"),
        (["karate", "--direction", "Officer"], "FROM:TO"),
        (["karate", "--direction", "a:b"], "--direction names"),
        (["karate", "--output", "a.xlsx"], ".json, .csv, .parquet"),
        (["karate", "--plot", "a.jpg"], ".png, .svg, .pdf"),
        (["karate", "--output", "none/a.json"], "create"),
        (["karate", "-o", "a.json", "-o", "a.json"], "twice"),
        (["karate", "-o", "a.json", "--plot", "a.json"], "twice"),
        (["karate", "--frob"], "--frob"),
        ([], "DATASET"),
    ],
)
def test_options(invoke, tmp_path, args, words):
    assert words in refused(invoke("certify", *args), tmp_path)


def test_unknown_command(invoke, tmp_path):
    assert "frobnicate" in refused(invoke("frobnicate"), tmp_path)


@needs_data
def test_worst_margins_of_many_classes_name_the_remedy(invoke, tmp_path):
    assert "--binary" in refused(invoke("certify", "cora_ml", "--worst-margins"), tmp_path)


@needs_data
def test_truncated_npz(invoke, tmp_path):
    (tmp_path / "a.npz").write_bytes((DATA / "cora.npz").read_bytes()[:5000])
    assert "a.npz" in refused(invoke("certify", "a.npz"), tmp_path, ["a.npz"])


def test_pickled_npz_is_not_unpickled(invoke, tmp_path):
    class Trap:
        def __reduce__(self):
            return open, (str(tmp_path / "trapped"), "w")

    np.savez(
        tmp_path / "a.npz", features=np.eye(4), labels=np.array([Trap()] * 4, dtype=object),
        allow_pickle=True,
    )  # fmt: skip
    assert "a.npz" in refused(invoke("certify", "a.npz"), tmp_path, ["a.npz"])
    (tmp_path / "a.npz").write_bytes(pickle.dumps(Trap()))
    refused(invoke("certify", "a.npz"), tmp_path, ["a.npz"])


def test_one_class_only(invoke, tmp_path):
    (tmp_path / "a.csv").write_text("x,label\n" + "1,yes\n" * 20, encoding="utf-8")
    assert "yes" in refused(invoke("certify", "a.csv"), tmp_path, ["a.csv"])


def test_features_that_are_not_finite(invoke, tmp_path):
    rows = "".join(f"{x},{'ab'[x % 2]}\n" for x in range(20))
    (tmp_path / "a.csv").write_text("x,label\ninf,a\n" + rows, encoding="utf-8")
    assert "finite" in refused(invoke("certify", "a.csv"), tmp_path, ["a.csv"])


def test_mismatched_shapes_in_a_file(invoke, tmp_path):
    np.savez(tmp_path / "a.npz", features=np.eye(4), labels=np.arange(3) % 2, edges=[[0, 1]])
    refused(invoke("certify", "a.npz"), tmp_path, ["a.npz"])


def test_a_graph_network_needs_edges(invoke, tmp_path):
    (tmp_path / "a.csv").write_text("x,label\n" + "1,a\n2,b\n" * 20, encoding="utf-8")
    told = refused(invoke("certify", "a.csv", "--model", "gcn"), tmp_path, ["a.csv"])
    assert "--edges" in told
    assert "--model mlp" in told


def test_an_output_must_not_overwrite_its_input(invoke, tmp_path):
    (tmp_path / "a.csv").write_text("x,label\n" + "1,a\n2,b\n" * 20, encoding="utf-8")
    told = refused(invoke("certify", "a.csv", "--output", "./a.csv"), tmp_path, ["a.csv"])
    assert "also read" in told


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("0\nx\n", "names the node 'x'"),
        ("999\n", "names node 999"),
        (b"\xff\xfe\x00", "is not UTF-16 text"),
    ],
)
def test_trusted_file(invoke, tmp_path, content, words):
    (tmp_path / "t.txt").write_bytes(content if isinstance(content, bytes) else content.encode())
    told = refused(invoke("certify", "karate", "--trusted", "t.txt"), tmp_path, ["t.txt"])
    assert words in told


def test_folder_that_cannot_be_written(invoke, tmp_path, monkeypatch):
    monkeypatch.setattr("os.access", lambda path, mode: False)
    assert "read-only" in refused(invoke("certify", "karate", "-o", "a.json"), tmp_path)


def test_a_full_disk_leaves_nothing_half_written(invoke, tmp_path, monkeypatch):
    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("labelcert._atomic.os.fsync", full)
    result = invoke(
        "certify", "karate", "--per-class", "2", "--max-flips", "1", "-q", "-o", "a.json"
    )
    assert "No space left" in refused(result, tmp_path)


def test_no_network_for_a_download(process, tmp_path):
    (tmp_path / "empty").mkdir()
    dead = "http://127.0.0.1:9"
    result = process(
        "certify", "citeseer", "--binary", LABELCERT_DATA_DIR=str(tmp_path / "empty"),
        http_proxy=dead, https_proxy=dead, HTTP_PROXY=dead, HTTPS_PROXY=dead, no_proxy="",
        NO_PROXY="",
    )  # fmt: skip
    assert result.returncode == 2
    assert len(result.stderr.splitlines()) == 1, result.stderr
    assert "citeseer.npz" in result.stderr
    assert "LABELCERT_DATA_DIR" in result.stderr
    assert list((tmp_path / "empty").iterdir()) == []


def test_a_message_is_one_line_whatever_the_name(invoke, tmp_path):
    told = refused(invoke("certify", "ka\nra\x1b[31mte"), tmp_path)
    assert "\x1b" not in told


def test_out_of_memory_is_told(invoke, tmp_path, monkeypatch):
    def greedy(*args):
        raise MemoryError

    monkeypatch.setattr("labelcert.cli.session.load_graph", greedy)
    assert "not enough memory" in refused(invoke("certify", "karate"), tmp_path)


def test_input_error_is_what_python_raises_too():
    with pytest.raises(lc.InputError):
        lc.datasets.load("karat")


def test_a_folder_in_place_of_a_file_is_told(invoke, tmp_path):
    (tmp_path / "rows.csv").mkdir()
    (tmp_path / "graph.npz").mkdir()
    before = ["graph.npz", "rows.csv"]
    for name in before:
        path = str(tmp_path / name)
        told = refused(invoke("certify", path), tmp_path, before=before)
        assert "is a folder: pass a file in it" in told
    told = refused(
        invoke("certify", "karate", "--new", str(tmp_path / "rows.csv")), tmp_path, before=before
    )


def test_a_group_of_commands_without_a_command(invoke):
    result = invoke("study")
    assert result.exit_code == 2
    assert result.stderr == "error: a command is missing: name one of those that --help lists.\n"


def test_the_remedy_of_a_column_is_an_option(invoke, tmp_path):
    (tmp_path / "t.csv").write_text("a,class\nred,x\nblue,y\n", encoding="utf-8")
    told = refused(
        invoke("certify", str(tmp_path / "t.csv"), "--label", "class"), tmp_path, before=["t.csv"]
    )
    assert "leave out the column with --drop" in told


def test_a_run_that_lacks_something_is_told_so(invoke, tmp_path):
    path = tmp_path / "run.json"
    path.write_text('{"format": "labelcert run", "version": 1}', encoding="utf-8")
    told = refused(
        invoke("report", str(path), "-o", str(tmp_path / "p.html")), tmp_path, before=["run.json"]
    )
    assert "is a damaged run (it lacks 'certificate'): write it again." in told


@pytest.mark.parametrize(
    "called",
    ["study export a.db b.db -o x.csv", "study status a.db b.db", "report a.db b.db -o x.html"],
)
def test_several_stores_name_what_takes_them(invoke, tmp_path, called):
    told = refused(invoke(*called.split()), tmp_path)
    assert "takes one store: put several together with labelcert study merge" in told


def test_the_help_of_a_group_shows_no_type_of_flags(invoke):
    assert "<bool>" not in invoke("study", "--help").stdout
