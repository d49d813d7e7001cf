"""CITATION.cff is valid as far as its readers need it, and of this version."""

from __future__ import annotations

import tomllib
from pathlib import Path

import yaml

from labelcert import __version__

ROOT = Path(__file__).resolve().parents[1]


def test_the_citation_is_of_this_version_and_licence():
    told = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert told["cff-version"] == "1.2.0"
    assert {"message", "title", "authors"} <= told.keys()
    assert told["version"] == __version__
    assert told["license"] == project["license"]
    assert told["authors"] == project["authors"]
    assert all(author["family-names"] for author in told["references"][0]["authors"])
