"""A study of a table of mails, as tests of attackers in study files write it."""

from __future__ import annotations

from pathlib import Path

from labelcert.studies import Study, load_study

STORE = Path("s.db")
STUDY = """\
name: mails
datasets:
  - {path: mails.csv, label: class}
split: {per_class: 3, test: 12}
seeds: [0, 1]
models: [{name: mlp, C: 0.1}]
budgets: {max_flips: 4}
certificates: [collective]
"""


def study_with(threat: str, text: str = STUDY) -> Study:
    """Write the study with a text behind it, and load it."""
    Path("study.yaml").write_text(text + threat)
    return load_study("study.yaml")
