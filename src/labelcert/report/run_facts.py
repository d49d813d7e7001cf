"""What a run certified, in words: the lines that stand above its tables and on its page."""

from __future__ import annotations

from labelcert.certificates import Certificate
from labelcert.report.document import Run
from labelcert.report.results import told


def run_facts(run: Run) -> list[tuple[str, str]]:
    """Pairs of a name and what there is to say: data set, reading, classes, model, labels."""
    data = run.dataset
    notes = data.get("notes") or []
    size = f"{data['nodes']} nodes, {data['edges']} edges, {data['features']} features"
    if not data["edges"]:
        size = f"{data['nodes']} {run.word}s, {data['features']} features"
    return [
        *([("data set", f"{data['name']}: {size}")] if data["features"] is not None else []),
        *([("read", "; ".join(notes))] if notes else []),
        ("classes", _classes(run)),
        ("model", _model(run)),
        ("labels", f"{len(run.labeled)} labeled {run.word}s{_drawn(run)}"),
        *([("kernel", shift_told(run.certificate))] if run.certificate.gram_shift > 0 else []),
    ]


def _drawn(run: Run) -> str:
    """How the labeled nodes were chosen, in parentheses, where that is known."""
    split = run.split
    if split.get("given"):
        return ""
    if split.get("standard"):
        return " (all for training, as published)"
    if split.get("how"):
        return f" ({split['how']})"
    if split["per_class"] is None:  # files of before "how" was written
        return f" (all rows with a label; {len(run.test)} new rows are certified)"
    return f" ({split['per_class']} + {split['validation']} a class, seed {split['seed']})"


def shift_told(certificate: Certificate) -> str:
    """What was added to the diagonal of the kernel, and what that leaves open on clean labels."""
    open_ones = certificate.status.count("open")
    doubt = f"; {open_ones} predictions are too close to call with and without it"
    return (
        f"{certificate.gram_shift:.1e} added to its diagonal, to make it positive semidefinite"
        f"{doubt if open_ones else ''}"
    )


def _classes(run: Run) -> str:
    names = run.dataset["class_names"] or {}
    return ", ".join(
        f"{label} (was {names[str(label)]})" if str(label) in names else str(label)
        for label in run.dataset["classes"]
    )


def _model(run: Run) -> str:
    parameters = run.model["parameters"].items()
    options = ", ".join(f"{name.replace('_', '-')} {told(value)}" for name, value in parameters)
    name, value = next(iter(run.certificate.learner.items()))
    learner = "SVM" if name == "C" else "kernel regression"
    if not parameters:
        return f"{run.model['name']}, {learner} with {name} = {value:g}"
    return f"{run.model['name']} ({options}), {learner} with {name} = {value:g}"
