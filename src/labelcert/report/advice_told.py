"""Advice on labels in words: what to verify, what that proves, and which labels look wrong."""

from __future__ import annotations

from labelcert.certificates import Advice, Suspicion
from labelcert.report.document import Run

MOST_NAMED = 10
"""Suspicious labels that are told one by one."""

NOT_HELD = (
    "not held against the other labels: that needs more time, or features and a linear learner"
)


def advice_headline(advice: Advice, run: Run) -> str:
    """One sentence: which labels to verify first, and how many predictions that certifies."""
    if not advice.steps:
        return "There is no label whose verification would certify more."
    if advice.told:
        return advice.told
    first, last = advice.steps[0], advice.steps[-1]
    m = advice.before.num_test
    names = [run.called(int(run.labeled[step.index])) for step in advice.steps]
    unit = "wrong labels" if advice.before.unit == "flips" else "(the cost of wrong labels)"
    return (
        f"Verify the label{'s' if len(names) > 1 else ''} of {_listed(names)}: of {m} predictions "
        f"{round(m * first.ratio_before)} are proven to survive any {advice.budget} {unit} now, "
        f"and {round(m * last.ratio_after)} with these verified."
    )


def advice_facts(advice: Advice, run: Run) -> list[tuple[str, str]]:
    """Pairs of a name and a sentence: every step, then every label that looks wrong."""
    steps = [
        (
            f"Verify {number}",
            f"{run.called(int(run.labeled[step.index]))}, labeled {step.label}: certified at "
            f"budget {advice.budget} {100 * step.ratio_before:.1f} % to "
            f"{100 * step.ratio_after:.1f} %, mean radius {step.mean_radius_before:.2f} to "
            f"{step.mean_radius_after:.2f}",
        )
        for number, step in enumerate(advice.steps, 1)
    ]
    return [*steps, *suspicion_facts(advice.suspicious, run)]


def suspicion_facts(found: Suspicion | None, run: Run) -> list[tuple[str, str]]:
    """The labels that disagree with a model of the others, most first, and how that is known."""
    if found is None:
        return [("Suspicious labels", NOT_HELD)]
    at = [i for i in found.order.tolist() if found.status[i] == "disagrees"]
    told = [
        (
            "Suspicious label" if number else "Most suspicious label",
            f"{run.called(int(run.labeled[i]))} is labeled {found.labels[i]}; the others say "
            f"{found.prediction[i]}, {lead_of(found, i)}",
        )
        for number, i in enumerate(at[:MOST_NAMED])
    ]
    return [*told, ("Labels held against the others", suspicion_summary(found))]


def suspicion_summary(found: Suspicion) -> str:
    """How many labels disagree, how many are open, and how that is known."""
    n, disagree = len(found.labels), found.status.count("disagrees")
    left = found.status.count("open")
    more = f", {left} not decided" if left else ""
    ways = [f"{found.how.count(way)} by {way}" for way in dict.fromkeys(found.how)]
    stopped = f" ({found.stopped})" if found.stopped else ""
    return f"{disagree} of {n} disagree{more}; {', '.join(ways)}{stopped}"


def lead_of(found: Suspicion, i: int) -> str:
    """By how much the others disagree with label i: a margin, or what is proven of it."""
    low, high = float(found.disagreement[i]), float(found.disagreement_upper[i])
    if high - low <= 0.005 * max(abs(low), 1e-3):
        return f"by {low:.3g}"
    return f"by {low:.3g} to {high:.3g}"


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
