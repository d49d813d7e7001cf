"""Options that the commands on a store share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

StoreFile = Annotated[
    Path, typer.Argument(help="A store that 'study run' has made.", show_default=False)
]
Quiet = Annotated[
    bool, typer.Option("--quiet", "-q", help="Print nothing but errors, and no progress bar.")
]
StudyName = Annotated[
    str | None, typer.Option("--study", help="Only this study of the store.", metavar="NAME")
]
