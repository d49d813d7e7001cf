"""What a run certified, in words: the lines that stand above its tables and on its page."""

from __future__ import annotations

from labelcert.report.document import Run
from labelcert.report.results import told


def run_facts(run: Run) -> list[tuple[str, str]]:
    """Pairs of a name and what there is to say: data set, reading, classes, model, labels."""
    data, split = run.dataset, run.split
    size = f"{data['nodes']} nodes, {data['edges']} edges, {data['features']} features"
    per_class = f"{split['per_class']} + {split['validation']} a class, seed {split['seed']}"
    notes = data.get("notes") or []
    return [
        ("data set", f"{data['name']}: {size}"),
        *([("read", "; ".join(notes))] if notes else []),
        ("classes", _classes(run)),
        ("model", _model(run)),
        ("labels", f"{len(run.labeled)} labeled nodes ({per_class})"),
    ]


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
    return f"{run.model['name']} ({options}), {learner} with {name} = {value:g}"
