"""Models on features of rows, as a study's entry and a unit's content name them.

An entry names `features` in place of a network, and may name `parts` and `votes`: one ridge
regression or SVM on features, or a partition ensemble of them. Seeds of features and parts are that
of the split, so a unit's content holds none of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from labelcert._errors import InputError
from labelcert.ensembles.vote_names import VOTES
from labelcert.features import FeatureMap
from labelcert.features.options import create, options_of, settings_without_seeds
from labelcert.intake.numbers import whole

KIND = "features"
"""Under "kind" in the content of a unit, which those of networks do not have."""

LARGEST = 10**7
"""Number of parts, as of `PartitionEnsemble`."""


@dataclass(frozen=True)
class RowModel:
    """Features by name, their parameters that were set, and parts and votes of an ensemble.

    parts, votes: None for one model of all labels.
    """

    features: str
    values: Mapping[str, Any]
    parts: int | None
    votes: str | None

    @property
    def name(self) -> str:
        """Of the features."""
        return self.features

    @property
    def white(self) -> bool:
        """Whether it is an ensemble that is looked into."""
        return self.parts is not None and self.votes == "white_box"

    def map(self, seed: int) -> FeatureMap:
        """The feature map."""
        return create(self.features, seed, self.values)

    def content(self) -> dict[str, Any]:
        """What a unit's content says: every setting that changes the certificate."""
        parameters = settings_without_seeds(self.map(0))
        if self.parts is not None:
            parameters |= {"parts": self.parts, "votes": self.votes}
        return {"name": self.map(0).name, "kind": KIND, "parameters": parameters}


def row_model(name: str, values: Mapping[str, Any]) -> RowModel:
    """A model from an entry's values; raises InputError, which begins with the wrong one's name."""
    own = dict(values)
    parts, votes = own.pop("parts", None), own.pop("votes", None)
    if parts is not None:
        parts, votes = whole(parts, "parts", 1, LARGEST), votes or "white_box"
        if votes not in VOTES:
            raise InputError(f"votes must be {' or '.join(VOTES)}, not {votes!r}.")
    elif votes is not None:
        raise InputError("votes goes with parts: name how many.")
    model = RowModel(name, own, parts, votes)
    model.map(0)
    return model


def model_of(content: Mapping[str, Any]) -> RowModel:
    """The model that a unit's content names under "model"."""
    parameters = content["parameters"]
    own = {name: parameters[name] for name in options_of(content["name"])}
    return RowModel(content["name"], own, parameters.get("parts"), parameters.get("votes"))


def is_of_rows(content: Mapping[str, Any]) -> bool:
    """Whether the model of a unit's content is one of features."""
    return content.get("kind") == KIND
