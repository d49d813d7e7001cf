"""What `labelcert tune` prints: all trials as a table, and the command that certifies the best."""

from __future__ import annotations

import inspect
import shlex
from typing import TYPE_CHECKING, Any

from labelcert.cli.certify import certify
from labelcert.cli.kernel_options import flag_of, word_of
from labelcert.cli.request import Request
from labelcert.features import FeatureMap

if TYPE_CHECKING:
    from rich.table import Table

    from labelcert.kernels import Kernel
    from labelcert.studies.tuning import Trial, Tuning


def show_tuning(console: Any, request: Request, tuning: Tuning, notes: tuple[str, ...]) -> None:
    """Print all trials, and the line that certifies the best."""
    from rich.text import Text

    from labelcert.cli.printing import print_whole, text

    best = tuning.best
    if notes:
        console.print(Text.assemble(("read", "bold"), "  ", text("; ".join(notes))))
        console.print()
    print_whole(console, _table(tuning))
    console.print(text(_score_told(tuning)))
    if tuning.stopped:
        console.print(Text(f"Not all candidates were tried: {tuning.stopped}.", style="yellow"))
    for warning in tuning.warnings:
        console.print(Text(f"Warning: {warning}", style="yellow"))
    console.print()
    command = text(certify_command(request, best))
    console.print(Text.assemble(("best", "bold"), "  ", command), soft_wrap=True)


def certify_command(request: Request, best: Trial) -> str:
    """The line that certifies a choice on the data and the split that it was made on."""
    data: dict[str, Any] = {
        "edges": request.edges,
        "label": request.label,
        "id": request.id,
        "drop": request.drop,
        "keep": request.keep,
        "drop_class": request.drop_classes,
        "new": request.new,
        "standardize": request.standardize,
        "binary": request.binary,
        "largest_component": request.largest_component,
        "split": request.split,
        "train": request.train,
    }
    defaults = inspect.signature(certify).parameters
    for name in ("per_class", "validation", "seed"):
        value = getattr(request, name)
        data[name] = None if value == defaults[name].default else value
    words = ["labelcert", "certify", request.dataset]
    for name, value in data.items():
        option = f"--{name.replace('_', '-')}"
        if value is True:
            words.append(option)
        elif value is not None and value is not False:
            for one in value if isinstance(value, tuple) else (value,):
                words += [option, str(one)]
    if isinstance(best.kernel, FeatureMap):
        words += ["--features", best.kernel.name]
    else:
        words += ["--model", best.kernel.name, *_kernel_words(best.kernel)]
    for name, value in best.learner.items():
        words += [f"--{name}", str(value)]
    return shlex.join(words)


def _kernel_words(kernel: Kernel) -> list[str]:
    """The settings of a kernel as options of certify; a None only where it is no default."""
    from labelcert.kernels import registry

    own = inspect.signature(certify).parameters
    defaults = {p.name: p.default for p in registry.find(kernel.name).parameters()}
    words: list[str] = []
    for name, value in registry.arguments_of(kernel).items():
        if value is not None or defaults[name] is not None:
            words += [flag_of(name, own), word_of(value)]
    return words


def _table(tuning: Tuning) -> Table:
    from labelcert.cli.printing import percent, plain_table, text

    varied = _varied(tuning.trials)
    certified = f"certified at {tuning.budget}"
    table = plain_table()
    ridge = any(trial.flips is not None for trial in tuning.trials)
    flips = ("median flips",) if ridge else ()
    for name in (*varied, "score", "accuracy", certified, *flips, "decided"):
        table.add_column(name, justify="right", overflow="fold")
    for trial in tuning.trials[:20]:
        settings = _settings(trial)
        table.add_row(
            *(text(settings.get(name, "")) for name in varied),
            f"{trial.score:.3f}",
            percent(float(trial.accuracy.mean())),
            percent(float(trial.certified.mean())),
            *(() if trial.flips is None else (f"{trial.flips.mean():.1f}",)),
            percent(trial.exact),
        )
    return table


def _score_told(tuning: Tuning) -> str:
    """What the score is, which ranks the candidates."""
    certified, weight = f"certified accuracy at {tuning.budget}", tuning.weight
    if weight == 0:
        return "score: accuracy alone (--weight 0)"
    if weight == 1:
        return f"score: {certified} alone (--weight 1)"
    return f"score: {1 - weight:g} of accuracy and {weight:g} of {certified} (--weight {weight:g})"


def _varied(trials: tuple[Trial, ...]) -> list[str]:
    """Names of the settings in which candidates that have them differ, the learner's always."""
    found: dict[str, set[str]] = {}
    for trial in trials:
        for name, value in _settings(trial).items():
            found.setdefault(name, set()).add(str(value))
    return [name for name, values in found.items() if name in ("C", "ridge") or len(values) > 1]


def _settings(trial: Trial) -> dict[str, Any]:
    """Those of a candidate; a matrix goes by its file, not by its digest."""
    from labelcert.kernels import Precomputed

    if isinstance(trial.kernel, Precomputed):
        return {"model": trial.kernel.name, **trial.kernel.arguments, **trial.learner}
    return trial.settings
