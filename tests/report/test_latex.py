"""The LaTeX table of a study: what stands in it, and that text cannot break it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from labelcert._errors import InputError
from labelcert.report.latex import escaped, latex_table


def frame(**changes) -> pd.DataFrame:
    """Two models on one data set, two seeds, budgets 0 to 3; ratios by model, seed and budget."""
    rows = [
        {
            "study": "s", "dataset": "D_1", "model": model, "seed": seed, "C": C, "ridge": np.nan,
            "num_labeled": 20, "budget": b, "certified_ratio": ratio - 0.1 * b,
            "certified_ratio_upper": ratio - 0.1 * b, "collective_ratio": np.nan,
            "collective_ratio_upper": np.nan, "certified_accuracy": 0.5,
            "certified_accuracy_upper": 0.5,
        }
        for model, C, ratios in (("GCN", 0.1, (0.9, 0.7)), ("50 % & α", 1.0, (0.6, 0.6)))
        for seed, ratio in enumerate(ratios)
        for b in range(4)
    ]  # fmt: skip
    return pd.DataFrame(rows).assign(**changes)


def lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.endswith(r"\\")]


def test_means_and_standard_errors_with_the_best_in_bold():
    text = latex_table(frame())
    assert lines(text) == [
        r" & \multicolumn{2}{c}{D\_1} \\",
        r"model & 1 & 2 \\",
        r"GCN & \textbf{70.0} $\pm$ 10.0 & \textbf{60.0} $\pm$ 10.0 \\",
        r"50 \% \& $\alpha$ & 50.0 $\pm$ 0.0 & 40.0 $\pm$ 0.0 \\",
    ]
    assert r"\begin{tabular}{lrr}" in text
    assert "standard error over 2 seeds" in text


def test_nothing_is_best_where_all_models_are_alike():
    text = latex_table(frame(), quantity="certified_accuracy")
    assert "textbf" not in text
    alone = latex_table(frame()[frame()["model"] == "GCN"], [1])
    assert r"\textbf{70.0}" in alone


def test_the_caption_has_the_title_and_the_number_of_labels():
    text = latex_table(frame(), titles={"s": "Cora & more", "t": "other"})
    assert r"\caption{Cora \& more: share" in text
    assert "flipped labels, of 20; mean" in text
    given = pd.concat([frame(), frame(dataset="E", num_labeled=70)])
    assert r"\caption{s: share" in latex_table(given)
    assert "flipped labels, of 20 to 70; mean" in latex_table(given)


def test_what_is_open_missing_or_of_fewer_seeds_is_marked():
    given = frame()
    given.loc[(given["model"] == "GCN") & (given["seed"] == 0), "certified_ratio_upper"] += 0.05
    given = given[(given["model"] == "GCN") | (given["seed"] == 0)]
    assert lines(latex_table(given, [3]))[2:] == [
        r"GCN & \textbf{50.0} $\pm$ 10.0$^*$ \\",
        r"50 \% \& $\alpha$ & 30.0 [1] \\",
    ]
    other = given.assign(dataset="E")[given["model"] == "GCN"]
    table = lines(latex_table(pd.concat([given, other]), [0]))
    assert table[3].endswith(r"& -- \\")


def test_a_model_with_several_learners_has_a_row_for_each():
    both = pd.concat([frame(), frame(C=5.0)])
    names = [line.partition(" &")[0] for line in lines(latex_table(both, [1]))[2:]]
    assert names == ["GCN, C=0.1", r"50 \% \& $\alpha$, C=1", "GCN, C=5", r"50 \% \& $\alpha$, C=5"]


def test_wrong_wishes_are_refused():
    for wrong, sentence in (
        (lambda: latex_table(frame(), [9]), "budget 9 is not in the study: it has 0 to 3"),
        (lambda: latex_table(frame(), quantity="radius"), "quantity 'radius' is unknown"),
        (lambda: latex_table(frame(), quantity="collective_ratio"), "no collective counts"),
        (lambda: latex_table(frame()[:0]), "store holds 0 studies with results"),
        (lambda: latex_table(pd.concat([frame(), frame(study="t")])), "pass --study NAME"),
    ):
        with pytest.raises(InputError, match=sentence):
            wrong()


def test_no_text_can_leave_its_cell():
    assert escaped("a & b \\\\ \n% {x}_1^2 ~$#") == (
        r"a \& b \textbackslash{}\textbackslash{} \% \{x\}\_1\textasciicircum{}2 "
        r"\textasciitilde{}\$\#"
    )
