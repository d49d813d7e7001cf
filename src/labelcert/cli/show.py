"""The result of a run as tables in the terminal, or as plain text in a pipe."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from labelcert.cli.errors import printable
from labelcert.cli.group_show import group_text, show_breaking_groups
from labelcert.cli.printing import head, percent, plain_table, print_through, text
from labelcert.report.document import Run
from labelcert.report.headline import bad_told
from labelcert.report.run_facts import run_facts
from labelcert.report.tables import PredictionRow, Summary, radius_told, summarize, telling

_MODELS = {
    "mlp": "MLP", "gcn": "GCN", "sgc": "SGC", "graphsage": "GraphSAGE", "appnp": "APPNP",
    "ppnp": "PPNP", "gin": "GIN", "cnn": "CNN",
}  # fmt: skip

_BAR = 32
"""Width of the longest bar of a histogram, in characters."""

_MOST_NAMED = 12
"""Flipped nodes of a witness that are named; the files have all."""


def show(console: Console, run: Run, budget: str, time_limit: float) -> None:
    """Print a run: what was certified, survivors at each budget, weakest and strongest."""
    print_through(console, lambda: _show(console, run, budget, time_limit))


def _show(console: Console, run: Run, budget: str, time_limit: float) -> None:
    summary = summarize(run.certificate, nodes=run.test, labeled=run.labeled, y_true=run.y_true)
    console.print(facts(run, summary, budget))
    if summary.max_flips > 0 or summary.bad_groups:
        what = "of so many labels" if summary.unit == "flips" else "that cost so much"
        bad = ""
        if summary.bad_groups:
            bad = f" besides {bad_told(summary.bad_groups, summary.bad_what)}"
        head(console, f"Predictions that survive any flips {what}{bad}")
        console.print(_survivors(summary))
        _tell_rest(console, summary)
    if summary.bins:
        head(console, "How radii are distributed")
        console.print(_distribution(summary))
        if summary.median is not None:
            console.print(f"median radius {summary.median:g}, wrong predictions counted as -1")
    told = "" if summary.unit == "flips" else " (radius: cost of the flips that each survives)"
    head(console, f"Weakest and strongest predictions{told}")
    console.print(_predictions(summary, run))
    show_breaking_groups(console, run)
    console.print()
    console.print(_decided(run, summary))
    for line in (*warning_lines(run), *open_lines(run, summary, time_limit)):
        console.print(Text(line, style="yellow"))


def least_of(summary: Summary) -> int:
    """The smallest budget that says something: without bad groups a clean fit proves 0."""
    return 0 if summary.bad_groups else 1


def title_of(run: Run) -> str:
    """One line that names a run: data set, model, learner."""
    name, value = next(iter(run.certificate.learner.items()))
    model = _MODELS.get(run.model["name"], str(run.model["name"]))
    if not run.on_kernel:
        model = str(run.model["name"]).replace("_", " ")
        parts = run.model["parameters"].get("parts")
        model += "" if parts is None else f", {parts} parts"
    return f"{printable(str(run.dataset['name']))}: {model}, {name} = {value:g}"


def warning_lines(run: Run) -> list[str]:
    """What makes the certificate worth less than it looks."""
    return [printable(f"Warning: {sign}") for sign in run.certificate.warnings]


def open_lines(run: Run, summary: Summary, time_limit: float) -> list[str]:
    """Plain words for what the search left open; none where everything is exact."""
    certificate = run.certificate
    open_parts = []
    if summary.open_radii:
        open_parts.append(f"{summary.open_radii} of {summary.num_test} radii")
    if summary.open_budgets:
        open_parts.append(f"the collective count at {summary.open_budgets} budgets")
    if not open_parts:
        return []
    reason = {
        "time limit": f"the time limit of {time_limit:g} s ended the search",
        "interrupted": "the search was interrupted",
        "": f"trying all flips does not fit into the time limit of {time_limit:g} s",
    }[certificate.stopped]
    remedy = "" if certificate.stopped == "interrupted" else " Raise --time-limit to close them."
    if "parts" in certificate.learner:
        reason = "what changes a vote is known as a lower end"
        remedy = "" if certificate.stopped else " The upper end is a retrained witness."
        reason = {"": reason}.get(
            certificate.stopped, f"the {certificate.stopped} ended the search"
        )
    if certificate.relaxed and not certificate.stopped:
        reason = "--relaxed takes the worst case of each class alone"
        remedy = " Leave it out to close them."
    if certificate.advice:
        remedy = " What would close radii:"
    return [
        f"Still open: {' and '.join(open_parts)}; {reason}. Told as intervals "
        f"('2 to 5': 2 is proven, 6 is broken).{remedy}",
        *(f"- {way}" for way in certificate.advice),
    ]


def facts(run: Run, summary: Summary, budget: str) -> Table:
    """What was certified, one fact a line; budget: the attacker in words."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, told in run_facts(run):
        table.add_row(name, text(told))
    table.add_row("accuracy", accuracy_told(summary, run.word))
    table.add_row("attacker", text(budget))
    return table


def accuracy_told(summary: Summary, word: str = "node") -> str:
    """The accuracy on the labels as they are, where the truth is known."""
    if summary.known == 0 and summary.num_test:
        return f"unknown: none of {summary.num_test} new rows has a label"
    correct = summary.correct or 0
    share = percent(correct / summary.known) if summary.known else percent(0)
    what = f"test {word}s" if summary.known == summary.num_test else "new rows with a label"
    return f"{share} of {summary.known} {what} ({correct} right), labels unflipped"


def _survivors(summary: Summary) -> Table:
    together = summary.survivors[0].collective is not None
    counted = summary.unit == "flips"
    table = plain_table()
    for name in ("flips", "of labels") if counted else ("cost",):
        table.add_column(name, justify="right")
    table.add_column("sample-wise", justify="right")
    if summary.bins:
        table.add_column("and right", justify="right")
    if together:
        table.add_column("collective", justify="right")
    rows = telling(summary.survivors, least_of(summary))
    shares = _different([row.share_of_labels for row in rows]) if counted else []
    for k, row in enumerate(rows):
        cells = [str(row.flips), shares[k]] if counted else [str(row.flips)]
        cells.append(interval(row.sample_wise, summary.num_test))
        if summary.bins:
            cells.append("" if row.right is None else interval(row.right, summary.num_test))
        if row.collective is not None:
            cells.append(interval(row.collective, summary.num_test))
        table.add_row(*cells)
    return table


def _different(shares: Sequence[float]) -> list[str]:
    """Different shares as percentages with as few digits as tell them apart, one at the least."""
    told: list[str] = []
    for digits in range(1, 6):
        told = [f"{100 * share:.{digits}f}%" for share in shares]
        if len(set(told)) == len(shares):
            break
    return told


def _distribution(summary: Summary) -> Table:
    """A histogram of radii, in bars of text."""
    table = plain_table()
    for name in ("radius", "predictions", "of them wrong"):
        table.add_column(name, justify="right")
    table.add_column("")
    most = max(1, *(one.right + one.wrong for one in summary.bins))
    for one in summary.bins:
        count = one.right + one.wrong
        bar = "#" * -(-_BAR * count // most)
        table.add_row(one.told, str(count), str(one.wrong) if one.wrong else "", bar)
    return table


def _tell_rest(console: Console, summary: Summary) -> None:
    last = telling(summary.survivors, least_of(summary))[-1].flips
    if last < summary.max_flips:
        rest = f"{last + 1} to {summary.max_flips}"
        counted = summary.unit == "flips"
        console.print(f"None survives {f'{rest} flips' if counted else f'a cost of {rest}'}.")
    if summary.survivors[0].collective is not None:
        console.print("sample-wise: each is attacked alone; collective: all by one attacker")


def interval(counts: tuple[int, int], m: int) -> str:
    """How many of m test predictions, as a count or an interval, and their share."""
    low, high = counts
    if low == high:
        return f"{low} of {m}  {percent(low / m):>6}"
    return f"{low} to {high} of {m}  {100 * low / m:.0f} to {100 * high / m:.0f}%"


def _predictions(summary: Summary, run: Run) -> Table:
    table, called, word = plain_table(), run.called, run.word
    unknown = summary.known == 0  # then there is no column for the truth
    table.add_column("")
    table.add_column(word, justify="right", overflow="fold")
    if not unknown:
        table.add_column("true", overflow="fold")
    table.add_column("predicted", overflow="fold")
    table.add_column("radius", justify="right")
    table.add_column(f"broken by relabeling {word}s", overflow="fold", ratio=1)
    for name, rows in (("weakest", summary.weakest), ("strongest", summary.strongest)):
        for i, row in enumerate(rows):
            truth = "" if row.true_label is None else row.true_label
            wrong = "" if row.true_label in (None, row.prediction) else "red"
            table.add_row(
                name if i == 0 else "", text(called(row.node)), *([] if unknown else [text(truth)]),
                Text(printable(str(row.prediction)), style=wrong),
                radius_told(
                    row.radius, row.radius_upper, summary.max_flips,
                    "broken" if row.witness else "tie",
                ),
                text(group_text(run, row) or witness_text(row, called)),
            )  # fmt: skip
    return table


def witness_text(row: PredictionRow, called: Callable[[int], str] = str) -> str:
    """A witness in words: nodes, grouped by their new label; called: what a node is called."""
    if row.witness is None:
        return "no such flips are known"
    if not row.witness:
        return "nothing: a tie without any flip"
    groups: dict[str, list[str]] = {}
    for node, label in row.witness[:_MOST_NAMED]:
        groups.setdefault(str(label), []).append(called(node))
    text = "; ".join(f"{', '.join(nodes)} to {label}" for label, nodes in groups.items())
    more = len(row.witness) - _MOST_NAMED
    return f"{text}; and {more} more" if more > 0 else text


def _decided(run: Run, summary: Summary) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row("proven by", _engines(summary.proven_by))
    table.add_row("broken by", _engines(summary.broken_by))
    if summary.relaxation is not None:
        table.add_row("relaxation", f"taking each class alone {summary.relaxation.told}")
    table.add_row("seconds", spent(run))
    return table


def spent(run: Run) -> str:
    """Seconds in all and of each stage, and the peak memory where the system tells it."""
    parts = ", ".join(f"{name} {value:.2f}" for name, value in run.seconds.items())
    memory = "" if run.peak_memory_mb is None else f", peak memory {run.peak_memory_mb:.0f} MB"
    return f"{sum(run.seconds.values()):.2f} ({parts}){memory}"


def _engines(counts: dict[str, int]) -> str:
    return ", ".join(f"{engine} {count}" for engine, count in counts.items()) or "none"
