"""The section of a page on trained networks of finite width: `transfer_section`."""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING, Any

from labelcert.report.charts.palette import PAGE
from labelcert.report.charts.study_charts import Look, finished, sized
from labelcert.report.charts.transfer_chart import PANELS, panel_chart, transfer_rows
from labelcert.report.page.certificate_page import write_certificate_page
from labelcert.report.page.page_tables import table
from labelcert.report.page.section import Chart, Section

if TYPE_CHECKING:
    from labelcert.studies.transfer.results import Transfer

_LOOK = Look(palette=PAGE, width="container", height=240, columns=1)
_LEAD = (
    "Measured, not proven: networks of finite width, {how}, trained on the clean labels, under the "
    "witnesses of this certificate, and under random and the strongest flips within its radii. "
    "Shares are of predictions that the network shares with the certificate on clean labels, with "
    "one standard error over starts. A certified pair is a prediction and flips within its radius; "
    "the margin is that of the infinitely wide network under the attack, where a label counts ±1."
)
_COLUMNS = (
    "Width", "Seeds", "Attacks", "Clean predictions agree", "Witnesses", "Break the network too",
    "Certified pairs", "Change",
)  # fmt: skip


def transfer_section(found: Transfer) -> Section:
    """Charts by width and by margin, and the shares by width as a table."""
    rows = transfer_rows(found)
    charts = [
        Chart(title, finished(sized(panel_chart(rows, panel, _LOOK), _LOOK), _LOOK, None))
        for panel, (title, _) in PANELS.items()
        if any(row["panel"] == panel for row in rows)
    ]
    how = "centred" if found.centred else "as built"
    text = f"<p>{_LEAD.format(how=how)}</p>"
    after = table("Trained networks by width", _COLUMNS, [_cells(row) for row in _by_width(found)])
    if found.stopped:
        after += f'<p class="quiet">Not all networks were trained: {found.stopped}.</p>'
    return Section("networks", "Trained networks", text, tuple(charts), after)


def _by_width(found: Transfer) -> list[dict[Any, Any]]:
    return found.summary().to_dict("records")


def _cells(row: dict[Any, Any]) -> tuple[str, ...]:
    counts = [f"{row[name]:,}" for name in ("width", "seeds", "attacks")]
    return (
        *counts, _share(row, "agreement"), f"{row['witnesses']:,}", _share(row, "broken"),
        f"{row['pairs']:,}", _share(row, "changed"),
    )  # fmt: skip


def _share(row: dict[Any, Any], name: str) -> str:
    share, error = row[name], row[f"{name}_error"]
    if math.isnan(share):
        return "–"
    return f"{100 * share:.1f} %" + ("" if math.isnan(error) else f" ± {100 * error:.1f}")


def write_transfer_page(
    found: Transfer,
    path: str | os.PathLike[str],
    *,
    title: str,
    y_true: Any = None,
    test_ids: Any = None,
    labeled_ids: Any = None,
) -> None:
    """See `Transfer.report`, which this is."""
    write_certificate_page(
        found.certificate,
        path,
        title=title,
        y_true=y_true,
        test_ids=test_ids,
        labeled_ids=labeled_ids,
        sections=[transfer_section(found)],
    )
