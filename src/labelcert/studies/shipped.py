"""Study files: those of users, and those that come with the package."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from labelcert._errors import InputError
from labelcert.data.text_files import decoded
from labelcert.studies.faults import Fault
from labelcert.studies.spec import StudySpec
from labelcert.studies.spec_checks import check, check_graphs
from labelcert.studies.spec_errors import validate
from labelcert.studies.spec_yaml import Document, read_yaml
from labelcert.studies.store_file import MAGIC

FOLDER = Path(__file__).resolve().parent / "library"
SUFFIXES = (".yaml", ".yml")
_LARGEST = 1_000_000
"""Bytes of a study file."""


@dataclass(frozen=True)
class Study:
    """A study that was read and checked.

    folder: what paths in it are relative to; document: the file as it was read.
    """

    spec: StudySpec
    folder: Path
    document: Document

    @property
    def text(self) -> str:
        """The file as it is."""
        return self.document.text


def shipped() -> dict[str, Path]:
    """The studies that come with the package, by name."""
    return {path.stem: path for path in sorted(FOLDER.glob("*.yaml"))}


def load_study(file: str, *, draw: bool = True) -> Study:
    """Read a study: a file, or the name of a shipped one.

    draw: also check that its synthetic graphs can be drawn, by drawing each once.
    Raises InputError, one sentence with the line, where there is no such file or it is wrong.
    """
    path = _find(file)
    document = read_yaml(_text(path), path.name)
    try:
        spec = validate(document)
        check(spec, path.resolve().parent)
        if draw:
            check_graphs(spec)
    except Fault as fault:
        raise fault.of(document) from None
    return Study(spec, path.resolve().parent, document)


def _find(file: str) -> Path:
    known = shipped()
    path = Path(file)
    if file in known and not path.is_file():
        return known[file]
    if path.exists():
        return path
    if path.suffix.lower() in SUFFIXES or len(path.parts) > 1:
        raise InputError(f"study file {file!r} does not exist: check the path.")
    close = get_close_matches(file.lower(), known, n=1)
    hint = f"did you mean {close[0]!r}? " if close else ""
    raise InputError(
        f"study {file!r} is neither a file nor shipped: {hint}pass a .yaml file, or one of "
        f"{', '.join(known)}."
    )


def _text(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            content = stream.read(_LARGEST + 1)
        if content.startswith(MAGIC):
            raise InputError(
                f"{str(path)!r} is a store of results, no study file: look into it with labelcert "
                "study status or labelcert report."
            )
        if len(content) > _LARGEST:
            raise InputError(f"study file {str(path)!r} is larger than 1 MB: this is no study.")
        return decoded(content, f"study file {str(path)!r}")
    except OSError as error:
        raise InputError(
            f"study file {str(path)!r} cannot be read ({error.strerror or error}): check the path."
        ) from None
