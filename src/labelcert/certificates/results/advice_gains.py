"""An advice whose labels certify nothing more at its budget, in words, with what may help.

Source: our own. Where several labels have to be verified before a prediction is out of the
attacker's reach, each of them alone gains nothing; at a smaller budget fewer are needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from labelcert.certificates.results.advice import Advice


def without_gain(advice: Advice) -> str:
    """One paragraph where no step certifies a prediction more at the budget; "" elsewhere."""
    steps, m = advice.steps, advice.before.num_test
    if not steps or m == 0 or steps[-1].ratio_after > steps[0].ratio_before:
        return ""
    one = len(steps) == 1
    what = "This label" if one else f"None of these {len(steps)} labels"
    verb = "certifies no" if one else "certifies a"
    count = round(m * steps[0].ratio_before)
    told = f"{what} {verb} prediction more at budget {advice.budget} ({count} of {m} survive it)"
    rise = steps[0].mean_radius_before, steps[-1].mean_radius_after
    if rise[1] > rise[0]:
        told += f", though the mean radius goes from {rise[0]:.2f} to {rise[1]:.2f}"
    if count == m:
        return f"{told}: ask for a larger budget."
    learner = "a larger ridge" if "ridge" in advice.before.learner else "a smaller C"
    return f"{told}. What may help: {_smaller(advice)}more labels (k), or {learner}."


def _smaller(advice: Advice) -> str:
    """The smaller budget at which these labels gain most, else where most lack one flip."""
    budgets = np.asarray(advice.before.budgets)
    below = np.flatnonzero((budgets > 0) & (budgets < advice.budget))
    if not len(below):
        return ""
    m = advice.before.num_test
    counts = np.rint(m * advice.ratio_curves[:, below]).astype(int)
    gains = counts[-1] - counts[0]
    if gains.max() > 0:
        at = int(gains.argmax())
        budget = int(budgets[below[at]])
        return (
            f"a smaller budget, such as {budget}, at which they raise it from {counts[0, at]} to "
            f"{counts[-1, at]} of {m}; "
        )
    known = advice.after.radius[advice.after.exact]
    near = [int((known == b - 1).sum()) for b in budgets[below].tolist()]
    if max(near) == 0:
        return "a smaller budget; "
    at = int(np.argmax(near))
    budget = int(budgets[below[at]])
    return f"a smaller budget, such as {budget}, which {near[at]} of {m} miss by one; "
