"""What a certificate says, in one sentence for people who read no other."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from labelcert.certificates import Advice, Certificate

_MOST_NAMED = 3


def headline(
    certificate: Certificate,
    called: Callable[[int], str] = str,
    *,
    limited: bool = True,
    advice: Advice | None = None,
) -> str:
    """One sentence: how many predictions survive the least that can be wrong, and the weakest.

    called: what test point 0 … m − 1 is called. limited: whether the attacker may not change every
    label to every class, or whether that is not known; the sentence then says so. advice: on which
    labels to verify, made for this certificate; the sentence then says what that reaches.
    """
    c = certificate
    if c.num_test == 0:
        return "There are no predictions."
    r = _telling_budget(c)
    low, high = int((c.radius >= r).sum()), int((c.radius_upper >= r).sum())
    several = "predictions survive" if c.num_test > 1 else "prediction survives"
    if low == high:
        count = f"{low} of {c.num_test} {several}"
    else:
        count = f"At least {low} and at most {high} of {c.num_test} {several}"
    return f"{count} {_what(c, r, limited)}{_weakest(c, called)}{_verified(advice, r)}."


def _telling_budget(c: Certificate) -> int:
    """0 besides bad groups, else one flip; of costs the first at which something is not proven."""
    if c.bad_groups:
        return 0
    if c.unit == "flips":
        return min(1, c.max_flips)
    return max(min(1, c.max_flips), min(int(c.radius.min()) + 1, c.max_flips))


def _what(c: Certificate, r: int, limited: bool) -> str:
    if c.bad_groups:
        return bad_told(c.bad_groups, c.bad_what)
    if r == 0:
        return "as they are; wrong labels were not tried"
    wrong = "any one wrong label" if c.unit == "flips" else f"any wrong labels that cost up to {r}"
    return f"{wrong} that the attacker may make" if limited else wrong


def _verified(advice: Advice | None, r: int) -> str:
    """What verifying the advised labels reaches, in proven counts at the budget of the advice."""
    if advice is None or not advice.steps:
        return ""
    before, after = (int((c.radius >= advice.budget).sum()) for c in (advice.before, advice.after))
    given = len(advice.steps)
    if after <= before:
        return f"; to verify {'one label' if given == 1 else f'{given} labels'} would add none"
    enough = 1 + [step.ratio_after >= advice.steps[-1].ratio_after for step in advice.steps].index(
        True
    )
    these = "this label" if enough == 1 else f"these {enough} labels"
    if enough < given:
        these = "the first label below" if enough == 1 else f"the first {enough} labels below"
    if advice.budget == r:
        return f"; verify {these} to reach {after}"
    at = f"any {advice.budget} wrong labels"
    if advice.before.unit != "flips":
        at = f"wrong labels that cost up to {advice.budget}"
    return f"; verify {these}, and {after} in place of {before} survive {at}"


def weakest(certificate: Certificate) -> int:
    """The prediction that fewest labels are known to break, of equal ones the narrowest margin."""
    return int(_by_weakness(certificate)[0])


def _by_weakness(c: Certificate) -> np.ndarray:
    return np.lexsort((c.margin, c.radius, c.radius_upper))


def _weakest(c: Certificate, called: Callable[[int], str]) -> str:
    """Those of the lowest radius, the narrowest margins first; "" where all reach the last one."""
    if bool((c.radius == c.max_flips).all()):
        return ""
    order = _by_weakness(c)
    first = order[0]
    same = (c.radius == c.radius[first]) & (c.radius_upper == c.radius_upper[first])
    if bool(same.all()) and c.num_test > 1:
        return "; all are equally weak"
    at = [t for t in order.tolist() if same[t]]
    names = [called(t) for t in at[:_MOST_NAMED]]
    more = len(at) - len(names)
    told = ", ".join(names[:-1]) + (" and " if len(names) > 1 else "") + names[-1]
    if more:
        told = f"{', '.join(names)} and {more} more"
    return f"; the weakest {'is' if len(at) == 1 else 'are'} {told}"


def bad_told(number: int, what: str) -> str:
    """Any bad groups, or annotators, in words."""
    return f"any one bad {what}" if number == 1 else f"any {number} bad {what}s"
