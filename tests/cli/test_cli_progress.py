from __future__ import annotations

import io
import re
import threading
import time

from rich.console import Console

from labelcert.cli import progress
from labelcert.cli.progress import live


def drawn(console):
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", console.file.getvalue())


def terminal():
    return Console(file=io.StringIO(), force_terminal=True, width=80, color_system=None,
                   legacy_windows=False, _environ={"TERM": "xterm"})  # fmt: skip


def test_nothing_in_a_pipe_or_when_quiet():
    pipe = Console(file=io.StringIO(), force_terminal=False)
    loud = terminal()
    for console, quiet in ((pipe, False), (loud, True)):
        with live(console, quiet) as report:
            report("attack", 0.5)
        assert console.file.getvalue() == ""


def test_a_terminal_sees_stage_share_and_times():
    console = terminal()
    with live(console) as report:
        report("attack", 0.0)
        report("attack", 0.42)
    text = drawn(console)
    assert re.search(r"attack .*42%", text)
    assert re.search(r"\d:\d\d:\d\d left", text)


def test_a_new_stage_starts_anew_and_overtaking_threads_do_not_push_back():
    console = terminal()
    with live(console) as report:
        report("enumeration", 0.9)
        report("enumeration", 0.8)
        assert report._share == 0.9
        report("enumeration", 0.1)
        assert report._share == 0.1
        report("attack", 0.05)
        assert (report._stage, report._share) == ("attack", 0.05)


def test_reports_from_many_threads():
    console = terminal()
    with live(console) as report:
        threads = [
            threading.Thread(target=lambda: [report("attack", i / 50) for i in range(51)])
            for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert "100%" in drawn(console)


def test_a_terminal_sees_that_code_is_compiled(monkeypatch):
    spent = [0.0]

    def compiled():
        spent[0] += rate[0]
        return spent[0]

    rate = [1.0]
    monkeypatch.setattr(progress, "_compiled", compiled)
    monkeypatch.setattr(progress, "_TICK", 0.02)
    console = terminal()
    with live(console) as report:
        report("attack", 0.1)
        wait_until(lambda: report._compiling)
        assert report._told() == f"attack ({progress.COMPILING})"
        report("motion", 0.1)
        assert report._told() == f"motion ({progress.COMPILING})"
        rate[0] = 0.0
        wait_until(lambda: not report._compiling)
        assert report._told() == "motion"


def wait_until(what):
    for _ in range(1000):
        if what():
            return
        time.sleep(0.01)
    raise AssertionError("it never came")
