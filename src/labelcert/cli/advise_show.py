"""An advice as tables in the terminal: the steps, the curves before and after, labels that matter.

Text that comes from the data goes through `show.text`, so nothing in it is taken for markup.
"""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from labelcert.certificates import Advice, Certificate, influential_labels
from labelcert.cli.printing import head, percent, plain_table, print_through, text
from labelcert.cli.show import facts, interval, spent, warning_lines
from labelcert.report.advice_told import MOST_NAMED, NOT_HELD, lead_of, suspicion_summary
from labelcert.report.document import Run
from labelcert.report.tables import summarize, telling

_MOST_INFLUENTIAL = 5


def show_advice(console: Console, advice: Advice, run: Run, told: str, time_limit: float) -> None:
    """Print an advice; told: the attacker in words."""
    print_through(console, lambda: _show(console, advice, run, told, time_limit))


def _show(console: Console, advice: Advice, run: Run, told: str, time_limit: float) -> None:
    before = summarize(advice.before, nodes=run.test, labeled=run.labeled, y_true=run.y_true)
    console.print(facts(run, before, told))
    if advice.told:
        console.print()
        console.print(Text(_in_options(advice.told), style="yellow"))
    if advice.steps:
        head(console, "Verify these labels, in this order")
        console.print(_steps(advice, run))
        head(console, "Predictions that survive any flips, before and after")
        console.print(_curves(advice))
    head(console, "Labels in most of the smallest witnesses, before")
    console.print(_influence(advice.before, run))
    head(console, "Labels that a model of all others does not agree with")
    for line in _suspicious(advice, run):
        console.print(line)
    console.print()
    console.print(Text.assemble(("seconds", "bold"), f"  {spent(run)}"))
    for line in (*warning_lines(run), *closing_lines(advice, time_limit)):
        console.print(Text(line, style="yellow"))


def closing_lines(advice: Advice, time_limit: float) -> list[str]:
    """Plain words for why it ended early and for what is not proven; none where all is."""
    lines: list[str] = []
    done = len(advice.steps)
    cut = bool(advice.steps) and not advice.steps[-1].complete
    where = f"in step {done}" if cut else f"after {done} step{'s' if done != 1 else ''}"
    if advice.stopped == "time limit":
        lines.append(
            f"The time limit of {time_limit:g} s ended the search {where}. "
            "Raise --time-limit for more."
        )
    elif advice.stopped == "interrupted":
        lines.append(f"The search was interrupted {where}.")
    elif advice.stopped:
        lines.append(f"Nothing left to gain {where}: no attack is left.")
    if any(not step.gained for step in advice.steps):
        lines.append(
            "A step without a gain takes the label in most witnesses: no single label gains there."
        )
    if not advice.exact:
        lines.append(
            "Some radii are open or some labels were not weighed: what is told is proven, but "
            "another choice may be better."
        )
    return lines


def _in_options(told: str) -> str:
    for name, option in (
        ("a smaller budget", "a smaller --budget"), ("a larger budget", "a larger --budget"),
        ("(k)", "(--k)"), ("a smaller C", "a smaller -C"), ("a larger ridge", "a larger --ridge"),
    ):  # fmt: skip
        told = told.replace(name, option)
    return told


def _steps(advice: Advice, run: Run) -> Table:
    m = advice.before.num_test
    table = plain_table()
    table.add_column("step", justify="right")
    table.add_column("node", justify="right", overflow="fold")
    table.add_column("label", overflow="fold")
    table.add_column(f"certified at budget {advice.budget}", justify="right")
    table.add_column(_in_unit("mean radius", advice.before), justify="right")
    for number, step in enumerate(advice.steps, 1):
        ratios = f"{percent(step.ratio_before)} to {percent(step.ratio_after)}"
        gained = round(m * (step.ratio_after - step.ratio_before))
        table.add_row(
            str(number),
            text(run.called(int(run.labeled[step.index]))),
            text(step.label),
            f"{ratios} (+{gained})",
            f"{step.mean_radius_before:.2f} to {step.mean_radius_after:.2f}",
        )
    return table


def _in_unit(name: str, certificate: Certificate) -> str:
    """The name of a column of radii, with the unit where that is not flips."""
    return name if certificate.unit == "flips" else f"{name} ({certificate.unit})"


def _curves(advice: Advice) -> Table:
    table = plain_table()
    for name in (advice.before.unit, "before", "after"):
        table.add_column(name, justify="right")
    shown = telling(summarize(advice.after).survivors)
    budgets = {row.flips for row in shown} | {advice.budget}
    for r in sorted(budgets):
        cells = (_survivors(advice.before, r), _survivors(advice.after, r))
        table.add_row(str(r), *cells)
    return table


def _survivors(certificate: Certificate, r: int) -> str:
    counts = int((certificate.radius >= r).sum()), int((certificate.radius_upper >= r).sum())
    return interval(counts, certificate.num_test)


def _suspicious(advice: Advice, run: Run) -> list[Table | Text]:
    found = advice.suspicious
    if found is None:
        return [Text(NOT_HELD)]
    at = [i for i in found.order.tolist() if found.status[i] == "disagrees"]
    summary = Text(suspicion_summary(found))
    if not at:
        return [summary]
    table = plain_table()
    table.add_column("node", justify="right", overflow="fold")
    for name in ("label", "the others say", "how far"):
        table.add_column(name, overflow="fold")
    for i in at[:MOST_NAMED]:
        names = run.called(int(run.labeled[i])), found.labels[i], found.prediction[i]
        table.add_row(*(text(name) for name in names), lead_of(found, i))
    return [table, summary]


def _influence(certificate: Certificate, run: Run) -> Table | Text:
    frame = influential_labels(certificate)
    frame = frame[frame["count"] > 0].head(_MOST_INFLUENTIAL)
    if len(frame) == 0:
        return Text("none: no attack is known")
    table = plain_table()
    table.add_column("node", justify="right", overflow="fold")
    table.add_column("label", overflow="fold")
    for name in ("witnesses", "share", _in_unit("smallest radius", certificate)):
        table.add_column(name, justify="right")
    columns = ("index", "label", "count", "share", "smallest_radius")
    for index, label, count, share, radius in zip(*(frame[c] for c in columns), strict=True):
        table.add_row(
            text(run.called(int(run.labeled[index]))),
            text(label),
            str(count),
            percent(share),
            str(radius),
        )
    return table
