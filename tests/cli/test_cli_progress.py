from __future__ import annotations

import io
import re
import threading

from rich.console import Console

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
