from __future__ import annotations

import json
import os
import signal
from contextlib import contextmanager

import pytest


def test_an_interrupt_during_the_search_tells_what_is_proven(invoke, monkeypatch):
    """Ctrl-C, sent by the first report of an engine from its worker thread."""
    sent = []

    @contextmanager
    def nervous(console, quiet=False):
        def report(stage, share):
            if stage not in ("kernel",) and not sent:
                sent.append(stage)
                os.kill(os.getpid(), signal.SIGINT)

        yield report

    monkeypatch.setattr("labelcert.cli.progress.live", nervous)
    result = invoke(
        "certify", "karate", "--collective", "--max-flips", "20", "--normalization", "none",
        "--time-limit", "inf", "-o", "run.json",
    )  # fmt: skip
    assert sent
    assert result.exit_code == 0
    assert "the search was interrupted" in " ".join(result.stdout.split())
    with open("run.json", encoding="utf-8") as stream:
        assert json.load(stream)["certificate"]["stopped"] == "interrupted"


@pytest.mark.parametrize("step", ["load_graph", "certify"])
def test_an_interrupt_before_there_is_a_result(invoke, tmp_path, monkeypatch, step):
    def interrupt(*args, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(f"labelcert.cli.session.{step}", interrupt)
    result = invoke("certify", "karate", "-o", "run.json")
    assert result.exit_code == 130
    assert result.stderr == "error: interrupted before there was a result\n"
    assert list(tmp_path.iterdir()) == []
