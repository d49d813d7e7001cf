"""A threat model as plain data that JSON holds, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from labelcert._errors import InputError
from labelcert.certificates import ThreatModel
from labelcert.intake.items import items_of, plain


def threat_document(threat: ThreatModel) -> dict[str, Any]:
    """Its fields as numbers, text and lists; raises InputError for what is no such thing."""
    document: dict[str, Any] = {}
    for field in fields(threat):
        value: Any = getattr(threat, field.name)
        if field.name == "votes" and value is not None:
            document[field.name] = [
                [[plain(who), plain(vote)] for who, vote in votes.items()] for votes in value
            ]
        elif field.name == "group_budgets" and isinstance(value, Mapping):
            document[field.name] = {"pairs": [[plain(k), plain(v)] for k, v in value.items()]}
        elif field.name == "directions" and value is not None:
            document[field.name] = [[plain(end) for end in pair] for pair in value]
        elif value is None or isinstance(value, (str, int)):
            document[field.name] = value
        elif getattr(value, "shape", None) == ():
            document[field.name] = plain(value)
        else:
            document[field.name] = items_of(value, field.name, "a list")
    return document


def threat_of(document: Mapping[str, Any]) -> ThreatModel:
    """The threat model of a document; raises InputError for one with unknown fields."""
    known = {field.name for field in fields(ThreatModel)}
    values = dict(document)
    if not set(values) <= known or "budget" not in values:
        raise InputError("the threat model in this file is not understood: save it again.")
    budgets: Any = values.get("group_budgets")
    if isinstance(budgets, Mapping):
        values["group_budgets"] = dict(budgets["pairs"])
    if values.get("votes") is not None:
        values["votes"] = [dict(votes) for votes in values["votes"]]
    if values.get("directions") is not None:
        values["directions"] = [tuple(pair) for pair in values["directions"]]
    return ThreatModel(**values)
