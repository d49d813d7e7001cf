"""A study as a LaTeX table: models down, data sets and budgets across, mean ± standard error.

Needs the package booktabs. Means are over seeds; a share that its time limit left open counts with
its proven lower end, and is marked with a star, so that no entry claims more than was proven.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from labelcert._errors import InputError

if TYPE_CHECKING:
    import pandas as pd

QUANTITIES = {
    "certified_ratio": "share of test predictions proven robust",
    "certified_accuracy": "share of test predictions right and proven robust",
    "collective_ratio": "share of test predictions proven to survive one attack on all",
}

_SPECIAL = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
    "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "<": r"\textless{}", ">": r"\textgreater{}", "α": r"$\alpha$", "λ": r"$\lambda$",
    "σ": r"$\sigma$", "−": "$-$", "≥": r"$\geq$", "≤": r"$\leq$", "×": r"$\times$",
}  # fmt: skip


def latex_table(
    frame: pd.DataFrame,
    budgets: Sequence[int] = (),
    quantity: str = "certified_ratio",
    titles: Mapping[str, str] | None = None,
) -> str:
    """The table of one study, as `study_frame` gives it, with the table environment around it.

    budgets: columns for each data set; 1 and a tenth of the labels (rounded up) where there are
    none. titles: of studies by their names, for the caption. The best proven mean of a column is
    bold, unless all models have it. Raises InputError: several studies, an unknown
    quantity, or a budget that the study does not have.
    """
    if quantity not in QUANTITIES:
        raise InputError(f"quantity {quantity!r} is unknown: use one of {', '.join(QUANTITIES)}.")
    studies = list(dict.fromkeys(frame["study"]))
    if len(studies) != 1:
        raise InputError(
            f"store holds {len(studies)} studies with results: pass --study NAME for a LaTeX table."
        )
    if quantity == "collective_ratio" and frame[quantity].isna().all():
        raise InputError("study has no collective counts: choose another quantity.")
    budgets = list(dict.fromkeys(budgets)) or _telling(frame)
    known = set(frame["budget"].astype(int))
    for budget in budgets:
        if budget not in known:
            raise InputError(f"budget {budget} is not in the study: it has 0 to {max(known)}.")
    title = (titles or {}).get(studies[0]) or studies[0]
    return _written(frame, list(budgets), quantity, title)


def escaped(text: str) -> str:
    """Text as LaTeX prints it; other characters need a font that has them."""
    return "".join(_SPECIAL.get(c, c) for c in " ".join(str(text).split()))


def _telling(frame: pd.DataFrame) -> list[int]:
    tenth = int(np.ceil(frame["num_labeled"].min() / 10))
    return [b for b in dict.fromkeys((1, tenth)) if b <= frame["budget"].max()] or [0]


def _written(frame: pd.DataFrame, budgets: list[int], quantity: str, study: str) -> str:
    datasets = list(dict.fromkeys(frame["dataset"]))
    columns = [(dataset, budget) for dataset in datasets for budget in budgets]
    rows = _rows(frame)
    seeds = frame["seed"].nunique()
    cells = {
        (row, column): _cell(frame[_is(frame, row, column)], quantity)
        for row in rows
        for column in columns
    }
    best = {column: _best([cells[row, column] for row in rows]) for column in columns}
    lines = [
        "% \\usepackage{booktabs}",
        "\\begin{table}",
        "\\centering",
        f"\\caption{{{_caption(frame, quantity, study)}}}",
        f"\\begin{{tabular}}{{l{'r' * len(columns)}}}",
        "\\toprule",
        " & ".join(
            ["", *(f"\\multicolumn{{{len(budgets)}}}{{c}}{{{escaped(d)}}}" for d in datasets)]
        )
        + r" \\",
        " & ".join(["model", *(str(budget) for _, budget in columns)]) + r" \\",
        "\\midrule",
    ]
    for row in rows:
        shown = [_shown(cells[row, column], best[column], seeds) for column in columns]
        lines.append(" & ".join([escaped(_named(row, rows)), *shown]) + r" \\")
    return "\n".join([*lines, "\\bottomrule", "\\end{tabular}", "\\end{table}", ""])


_Cell = tuple[float, float, int, bool]
_Row = tuple[str, str]
"""Title of a model and its learner."""


def _learner(frame: pd.DataFrame) -> Any:
    return [
        f"λ={ridge:g}" if np.isnan(C) else f"C={C:g}"
        for C, ridge in zip(frame["C"].astype(float), frame["ridge"].astype(float), strict=True)
    ]


def _rows(frame: pd.DataFrame) -> list[_Row]:
    """Models; each with its learner only where a data set has it with several."""
    learners = _learner(frame)
    found: dict[tuple[str, str], set[str]] = {}
    for model, dataset, learner in zip(frame["model"], frame["dataset"], learners, strict=True):
        found.setdefault((model, dataset), set()).add(learner)
    several = {model for (model, _), each in found.items() if len(each) > 1}
    pairs = zip(frame["model"], learners, strict=True)
    return list(dict.fromkeys((m, learner if m in several else "") for m, learner in pairs))


def _is(frame: pd.DataFrame, row: _Row, column: tuple[str, int]) -> Any:
    chosen = (frame["model"] == row[0]) & (frame["dataset"] == column[0])
    chosen &= frame["budget"] == column[1]
    return chosen & np.array([row[1] in ("", found) for found in _learner(frame)])


def _cell(part: pd.DataFrame, quantity: str) -> _Cell | None:
    """Mean, standard error (NaN of one seed), seeds, and whether any is open."""
    values = part[quantity].to_numpy(dtype=float)
    if not len(values) or np.isnan(values).any():
        return None
    error = values.std(ddof=1) / np.sqrt(len(values)) if len(values) > 1 else np.nan
    upper = part[f"{quantity}_upper"].to_numpy(dtype=float)
    return float(values.mean()), float(error), len(values), bool((upper > values).any())


def _best(cells: Sequence[_Cell | None]) -> str | None:
    """The best mean of a column as it is printed; None where all models have the same."""
    means = [cell[0] for cell in cells if cell is not None]
    printed = {f"{100 * mean:.1f}" for mean in means}
    return f"{100 * max(means):.1f}" if len(printed) > 1 or len(means) == 1 else None


def _shown(cell: _Cell | None, best: str | None, seeds: int) -> str:
    if cell is None:
        return "--"
    mean, error, count, is_open = cell
    number = f"{100 * mean:.1f}"
    text = f"\\textbf{{{number}}}" if number == best else number
    text += "" if np.isnan(error) else f" $\\pm$ {100 * error:.1f}"
    return text + ("$^*$" if is_open else "") + (f" [{count}]" if count < seeds else "")


def _caption(frame: pd.DataFrame, quantity: str, study: str) -> str:
    seeds = frame["seed"].nunique()
    least, most = int(frame["num_labeled"].min()), int(frame["num_labeled"].max())
    labels = str(least) if least == most else f"{least} to {most}"
    return (
        f"{escaped(study)}: {QUANTITIES[quantity]} in \\%, at budgets of flipped labels, of "
        f"{labels}; mean and standard error over {seeds} seed{'' if seeds == 1 else 's'}. $^*$: "
        "open within the time limit, proven lower end; [n]: over n seeds only."
    )


def _named(row: _Row, rows: Sequence[_Row]) -> str:
    return f"{row[0]}, {row[1]}" if row[1] else row[0]
