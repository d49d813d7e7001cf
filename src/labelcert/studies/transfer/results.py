"""Shares of what trained networks did, by width and by margin, with error bars over seeds."""

from __future__ import annotations

import importlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from labelcert.certificates import Certificate
from labelcert.kernels.arrays import FloatArray
from labelcert.studies.transfer.attacks import WITNESS, Attack
from labelcert.studies.transfer.records import Record

if TYPE_CHECKING:
    import pandas as pd  # pyright: ignore[reportMissingTypeStubs]

MARGINS = (0.0, 0.1, 0.3, 1.0)
"""Where margins are cut: at 1 the hinge begins, and a label has its target in ridge regression."""


@dataclass(frozen=True, eq=False, repr=False)
class Transfer:
    """What trained networks of finite width did, beside a certificate of the infinite one.

    Attributes:
        certificate: of the kernel machine.
        attacks: the label vectors, in the order of the plan; those of larger widths are its first.
        leads: (1 + attacks, m) of the kernel machine for its clean prediction, the first row on
            clean labels; positive where it still predicts the same.
        records: one for each width and seed.
        centred: whether networks were centred.
        stopped: "" or why the measurement ended early.

    All shares are of test points whose clean prediction the network shares with the certificate,
    and a prediction changes when the network trained on an attack predicts another class than the
    same network trained on clean labels. Nothing here is proven.
    """

    certificate: Certificate
    attacks: tuple[Attack, ...]
    leads: FloatArray
    records: tuple[Record, ...]
    centred: bool
    stopped: str = ""

    def to_frame(self) -> pd.DataFrame:
        """One row a width, seed, attack and test point that counts: as a witness or as certified.

        Columns: width, seed, kind, attack (its number), test, flips, lead (of the kernel machine
        under the attack), certified (the flips lie within the radius; else it is the witness of
        this test point), changed.
        """
        import pandas as pd

        rows: list[dict[str, Any]] = []
        for record in self.records:
            for a in range(1, len(record.predicted)):
                rows += self._pairs(record, a)
        columns = ["width", "seed", "kind", "attack", "test", "flips", "lead", "certified"]
        frame = pd.DataFrame(rows, columns=[*columns, "changed"])
        return frame.astype({"certified": bool, "changed": bool})  # where there is no row, too

    def summary(self) -> pd.DataFrame:
        """One row a width: shares (0 to 1), each with its standard error over seeds.

        Columns: width, seeds, attacks, agreement of clean predictions, where they are proven (a tie
        predicts nothing, and where there are ties alone this is NaN); witnesses (pairs, all seeds)
        and broken, the share of them that break the network too; pairs certified (all seeds) and
        changed, the share of them that changes; gradient, the median of what training left.
        A standard error is NaN for one seed.
        """
        import pandas as pd

        frame, rows = self.to_frame(), []
        chosen = np.searchsorted(self.certificate.classes, self.certificate.prediction)
        decided = self.certificate.radius >= 0
        for width in sorted({record.width for record in self.records}):
            records = [record for record in self.records if record.width == width]
            here = frame[frame["width"] == width]
            witnesses, certified = here[~here["certified"]], here[here["certified"]]
            agrees = [(r.predicted[0] == chosen)[decided] for r in records if decided.any()]
            rows.append(
                {
                    "width": width,
                    "seeds": len(records),
                    "attacks": len(records[0].predicted) - 1,
                    **_mean("agreement", [float(share.mean()) for share in agrees]),
                    "witnesses": len(witnesses),
                    **_mean("broken", _by_seed(witnesses)),
                    "pairs": len(certified),
                    **_mean("changed", _by_seed(certified)),
                    "gradient": float(np.median(np.concatenate([r.rest for r in records]))),
                }
            )
        return pd.DataFrame(rows)

    def by_margin(self, edges: Sequence[float] = MARGINS) -> pd.DataFrame:
        """One row a width, kind of pair and range of margins, with shares as in `summary`.

        Columns: width, certified, least (the margin's lower edge: of the size of the lead under the
        attack), pairs, changed and its standard error over seeds.
        """
        import pandas as pd

        frame = self.to_frame()
        if frame.empty:
            return pd.DataFrame()
        bins = np.searchsorted(np.asarray(edges), frame["lead"].abs(), side="right") - 1
        frame = frame.assign(least=np.asarray(edges)[np.clip(bins, 0, None)])
        rows = [
            {
                "width": key[0], "certified": key[1], "least": key[2], "pairs": len(group),
                **_mean("changed", _by_seed(group)),
            }
            for key, group in frame.groupby(["width", "certified", "least"])
        ]  # fmt: skip
        return pd.DataFrame(rows)

    def plot(self, path: str | os.PathLike[str] | None = None, *, title: str | None = None) -> Any:
        """Draw `summary` and `by_margin`: shares by width, with a standard error to either side.

        path: also write the chart there (.png, .svg, .pdf, .html or .json); title: printed above.
        Returns the Altair chart. Raises InputError: another suffix, no network trained, ties alone,
        or a file that cannot be written.
        """
        return _found("charts.transfer_chart", "plot_transfer")(self, path, title=title)

    def report(
        self,
        path: str | os.PathLike[str],
        *,
        title: str = "Certificate",
        y_true: Any = None,
        test_ids: Any = None,
        labeled_ids: Any = None,
    ) -> None:
        """Write the page of the certificate, as `Certificate.report`, with a section on this."""
        write = _found("page.transfer_section", "write_transfer_page")
        write(self, path, title=title, y_true=y_true, test_ids=test_ids, labeled_ids=labeled_ids)

    def __repr__(self) -> str:
        widths = sorted({record.width for record in self.records})
        return f"Transfer({len(self.attacks)} attacks, widths {widths}, {len(self.records)} runs)"

    def _pairs(self, record: Record, a: int) -> list[dict[str, Any]]:
        attack, cert = self.attacks[a - 1], self.certificate
        chosen = np.searchsorted(cert.classes, cert.prediction)
        agrees = record.predicted[0] == chosen
        flips = len(attack.indices)
        certified = cert.radius >= flips
        own = np.zeros(len(agrees), dtype=bool)
        if attack.kind == WITNESS:
            own[attack.target] = True
        changed = record.predicted[a] != record.predicted[0]
        return [
            {
                "width": record.width, "seed": record.seed, "kind": attack.kind, "attack": a,
                "test": int(t), "flips": flips, "lead": float(self.leads[a, t]),
                "certified": bool(certified[t]), "changed": bool(changed[t]),
            }
            for t in np.flatnonzero(agrees & (certified | own))
        ]  # fmt: skip


def _found(module: str, name: str) -> Any:
    """What shows, which comes after the studies: looked up when it is asked for."""
    return getattr(importlib.import_module(f"labelcert.report.{module}"), name)


def _by_seed(frame: pd.DataFrame) -> list[float]:
    return [float(share) for share in frame.groupby("seed")["changed"].mean()]


def _mean(name: str, shares: list[float]) -> dict[str, float]:
    n = len(shares)
    error = float(np.std(shares, ddof=1) / np.sqrt(n)) if n > 1 else float("nan")
    return {name: float(np.mean(shares)) if n else float("nan"), f"{name}_error": error}
