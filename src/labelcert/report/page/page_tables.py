"""The findings as tables of HTML; every text of the data is escaped here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from labelcert.report.findings import Effect, Findings
from labelcert.report.findings.averages import Estimate
from labelcert.report.findings.gaps import Gap, widest
from labelcert.report.findings.rankings import ALL, UNRANKED, Place
from labelcert.report.results import QUANTITIES
from labelcert.report.study_results import Missing

_LESS = "the first {0} of {1}"
_MOST_ROWS = 100
_SHORT = 20


def plateau_table(findings: Findings) -> str:
    """Plateaus of the collective ratio, the longest first."""
    points = 100 * findings.tolerance
    rule = (
        f"A plateau is a run of at least {findings.shortest} budgets over which the collective "
        f"certified ratio stays within {points:g} percentage points: larger ones buy the attacker "
        "nothing until it ends. Stretches at 100 % and at 0 do not count."
    )
    if not findings.plateaus:
        known = any(place.quantity.kind == "collective" for place in findings.places)
        none = "There is none." if known else "No collective certificates were computed."
        return f"<p>{rule} {none}</p>"
    ordered = sorted(findings.plateaus, key=lambda p: p.first - p.last)
    rows = [
        (
            p.dataset,
            p.model,
            f"{p.first} to {p.last}",
            _shares(p.first, p.last, p.num_labeled),
            told(p.level),
        )
        for p in ordered
    ]
    columns = ("Data set", "Model", "Budgets", "Of the labels", "Collective ratio")
    return f"<p>{rule}</p>" + table("Plateaus of the collective ratio", columns, rows)


def effect_table(findings: Findings) -> str:
    """What each design choice changes, one row for each pair of values."""
    if not findings.effects:
        return "<p>No two certificates differ in one design choice only.</p>"
    outcomes = list(dict.fromkeys(e.outcome for e in findings.effects))
    found = {(e.told, e.outcome): e for e in findings.effects}
    rows: list[tuple[str, ...]] = []
    for step in dict.fromkeys(e.told for e in findings.effects):
        cells = [found.get((step, outcome)) for outcome in outcomes]
        most = max((e for e in cells if e is not None), key=lambda e: (len(e.datasets), e.pairs))
        changes = ["–" if e is None else _change_told(e, most) for e in cells]
        counts = str(most.difference.number), str(most.pairs)
        rows.append((step, *changes, _datasets_told(most.datasets, findings), *counts))
    columns = (
        "Choice", *(o[:1].upper() + o[1:] for o in outcomes), "Data sets", "Seeds", "Pairs",
    )  # fmt: skip
    note = (
        "<p>Mean difference in percentage points over pairs of certificates that are equal in "
        "everything else. Pairs of one seed share a split, so they are averaged first, and the "
        "standard error is one over seeds. Ratios are averaged over the budgets from 1 on, as far "
        "as both of a pair have them.</p>"
    )
    if any(e.along for e in findings.effects):
        note += (
            "<p>Where a value does not change alone in every data set that has both, what may "
            "change with it is named in parentheses, as C does where it was chosen for each model: "
            "such a difference may be due to either.</p>"
        )
    return note + table("Effects of design choices", columns, rows)


def _change_told(effect: Effect, most: Effect) -> str:
    """The change, with its data sets where another outcome of the step has more."""
    fewer = len(effect.datasets) < len(most.datasets)
    return change(effect.difference) + (f" ({', '.join(effect.datasets)})" if fewer else "")


def _datasets_told(names: Sequence[str], findings: Findings) -> str:
    """Names of data sets, or that these are all of a study that has several."""
    every = {place.dataset for place in findings.places} - {ALL}
    return f"all {len(every)}" if len(every) > 1 and every == set(names) else ", ".join(names)


def gap_table(findings: Findings) -> str:
    """Collective against sample-wise: on average and where they are widest apart."""
    if not findings.gaps:
        return ""
    average = {(g.dataset, g.model): g.gap for g in findings.gaps if g.budget is None}
    rows = [
        (g.dataset, g.model, change(average[g.dataset, g.model]), change(g.gap), _at(g))
        for g in widest(findings.gaps)
    ]
    columns = ("Data set", "Model", "On average", "Widest", "At budget")
    note = (
        "<p>By how many percentage points the collective certified ratio lies above the "
        "sample-wise one: what an attacker loses who has to break all predictions with one set of "
        f"labels.{_averaged(findings)}</p>"
    )
    return note + table("Collective minus sample-wise certified ratio", columns, rows)


def _at(gap: Gap) -> str:
    return str(gap.budget) if gap.gap.mean > 0 else "–"


def overall_table(findings: Findings) -> str:
    """The ranking over all data sets; empty where there is one only."""
    places: dict[str, list[Place | None]] = {}
    for k, quantity in enumerate(QUANTITIES):
        for place in findings.places:
            if place.dataset == ALL and place.quantity == quantity:
                places.setdefault(place.model, [None] * len(QUANTITIES))[k] = place
    if not places:
        return ""
    asked = [k for k in range(len(QUANTITIES)) if any(found[k] for found in places.values())]
    rows = [
        (
            model,
            *("–" if (p := found[k]) is None else _placed(p) for k in asked),
            str(max(p.datasets for p in found if p is not None)),
        )
        for model, found in places.items()
    ]
    told = [QUANTITIES[k].told for k in asked]
    columns = ("Model", *(name[:1].upper() + name[1:] for name in told), "Data sets")
    caption = "Rank and value over all data sets, each at the budget where its models differ most"
    budgets = "; ".join(f"{name}: {budget}" for name, budget in findings.telling.items())
    note = f"Budgets: {escape(budgets)}."
    if any(p is not None and p.rank == UNRANKED for found in places.values() for p in found):
        note += (
            " Models without a rank lack some of the data sets: their averages are over others, "
            "and not to be compared."
        )
    return f"<p>{note}</p>" + table(caption, columns, rows)


def _averaged(findings: Findings) -> str:
    """Where averages end, if some models have larger budgets."""
    most: dict[str, int] = {}
    for place in findings.places:
        if place.budget is not None:
            most[place.dataset] = max(place.budget, most.get(place.dataset, 0))
    ends = {p.dataset: p.last for p in findings.places if p.budget is None and p.last is not None}
    shorter = [f"{name} 1 to {end}" for name, end in ends.items() if end < most[name]]
    if not shorter:
        return ""
    told = escape(", ".join(shorter))
    return f" Averages go over the budgets that all certificates of a data set have: {told}."


def _placed(place: Place) -> str:
    """Rank and value; the value alone of a model without a rank."""
    before = "" if place.rank == UNRANKED else f"{place.rank}. "
    return before + told(place.proven)


def missing_section(missing: Sequence[Missing]) -> str:
    """What the report could not include, and why; empty where nothing is missing."""
    if not missing:
        return ""
    failed = [m for m in missing if m.why]
    waiting = len(missing) - len(failed)
    parts = ['<section id="missing" aria-labelledby="missing-title">']
    parts.append('<h2 id="missing-title">What is missing</h2>')
    if waiting:
        parts.append(f"<p>{waiting} certificates of the study are not computed yet.</p>")
    if failed:
        counted: dict[tuple[str, str, str], int] = {}
        for m in failed:
            key = (m.dataset, m.model, m.why)
            counted[key] = counted.get(key, 0) + 1
        rows = [(d, m, str(count), why) for (d, m, why), count in counted.items()]
        columns = ("Data set", "Model", "Certificates", "Why")
        parts.append(table("Certificates that failed", columns, rows))
    return "".join([*parts, "</section>"])


def facts_list(facts: Iterable[tuple[str, str]]) -> str:
    """A description list."""
    entries = "".join(f"<dt>{escape(k)}</dt><dd>{escape(v)}</dd>" for k, v in facts)
    return f'<dl class="facts">{entries}</dl>'


def table(caption: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table with a caption, heads of columns, and the first cell of each row as its head."""
    shown = rows[:_MOST_ROWS]
    note = "" if len(shown) == len(rows) else f" ({_LESS.format(len(shown), len(rows))})"
    head = "".join(f'<th scope="col">{escape(c)}</th>' for c in columns)
    body = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>'
        + "".join(_cell(cell) for cell in row[1:])
        + "</tr>"
        for row in shown
    )
    title = escape(caption + note)
    return (
        f'<div class="scroll" role="region" aria-label="{title}" tabindex="0"><table>'
        f"<caption><span>{title}</span></caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        "</div>"
    )


def _cell(text: str) -> str:
    """A cell; short text stays on one line."""
    short = ' class="short"' if len(text) <= _SHORT else ""
    return f"<td{short}>{escape(text)}</td>"


def told(value: Estimate) -> str:
    """A share with its standard error, "41.3 % ± 1.2"."""
    error = "" if value.error is None else f" ± {100 * value.error:.1f}"
    return f"{100 * value.mean:.1f} %{error}"


def change(value: Estimate) -> str:
    """A difference in percentage points with its standard error, "+4.0 ± 1.2"."""
    error = "" if value.error is None else f" ± {100 * value.error:.1f}"
    points = round(100 * value.mean, 1) + 0.0  # no negative zero
    return f"{points:+.1f}{error}".replace("-", "−")


def _shares(first: int, last: int, labels: int | None) -> str:
    """A range of flips as shares of the labels, which costs are not."""
    if labels is None:
        return "–"
    return f"{100 * first / labels:.2g} % to {100 * last / labels:.2g} %"
