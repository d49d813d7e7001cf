"""labelcert: prove that predictions survive poisoned training labels.

    import labelcert as lc

    graph = lc.datasets.load("karate")
    split = lc.datasets.split(graph.labels, per_class=2, seed=0)
    kernel = lc.kernels.GCN(depth=1)
    cert = lc.certify(
        kernel(graph, split.labeled), kernel(graph, split.test, split.labeled),
        graph.labels[split.labeled], C=0.1, max_flips=4,
    )
    cert.radius          # flips that each prediction provably survives

Everything is imported at first use, so that `import labelcert` stays fast.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from labelcert._errors import InputError
from labelcert._version import __version__

if TYPE_CHECKING:
    from labelcert import features, kernels, learners
    from labelcert.certificates import (
        Advice,
        AdviceStep,
        Alternative,
        Certificate,
        CollectiveCertificate,
        Suspicion,
        ThreatModel,
        Witness,
        advise,
        advise_linear,
        certify,
        certify_collective,
        certify_linear,
        influential_labels,
        suspicious_labels,
    )
    from labelcert.data import Graph, datasets
    from labelcert.ensembles.partition_ensemble import PartitionEnsemble
    from labelcert.models import LabelCertifier, certify_graph
    from labelcert.report import plot, plot_path, plot_tuning
    from labelcert.studies.feature_tuning import tune_features
    from labelcert.studies.gram_path import gram_path
    from labelcert.studies.ridge_path import RidgePath, ridge_path
    from labelcert.studies.transfer.measuring import transfer
    from labelcert.studies.transfer.results import Transfer
    from labelcert.studies.tuning import Tuning, tune

__all__ = [
    "Advice",
    "AdviceStep",
    "Alternative",
    "Certificate",
    "CollectiveCertificate",
    "Graph",
    "InputError",
    "LabelCertifier",
    "PartitionEnsemble",
    "RidgePath",
    "Suspicion",
    "ThreatModel",
    "Transfer",
    "Tuning",
    "Witness",
    "__version__",
    "advise",
    "advise_linear",
    "certify",
    "certify_collective",
    "certify_graph",
    "certify_linear",
    "datasets",
    "features",
    "gram_path",
    "influential_labels",
    "kernels",
    "learners",
    "plot",
    "plot_path",
    "plot_tuning",
    "ridge_path",
    "suspicious_labels",
    "transfer",
    "tune",
    "tune_features",
]

_WHERE = {
    "Advice": "labelcert.certificates",
    "AdviceStep": "labelcert.certificates",
    "Alternative": "labelcert.certificates",
    "Certificate": "labelcert.certificates",
    "CollectiveCertificate": "labelcert.certificates",
    "ThreatModel": "labelcert.certificates",
    "Witness": "labelcert.certificates",
    "Suspicion": "labelcert.certificates",
    "advise": "labelcert.certificates",
    "advise_linear": "labelcert.certificates",
    "suspicious_labels": "labelcert.certificates",
    "certify": "labelcert.certificates",
    "certify_collective": "labelcert.certificates",
    "certify_linear": "labelcert.certificates",
    "influential_labels": "labelcert.certificates",
    "Graph": "labelcert.data.graph",
    "LabelCertifier": "labelcert.models",
    "certify_graph": "labelcert.models",
    "PartitionEnsemble": "labelcert.ensembles.partition_ensemble",
    "plot": "labelcert.report",
    "plot_path": "labelcert.report",
    "plot_tuning": "labelcert.report",
    "RidgePath": "labelcert.studies.ridge_path",
    "ridge_path": "labelcert.studies.ridge_path",
    "gram_path": "labelcert.studies.gram_path",
    "tune_features": "labelcert.studies.feature_tuning",
    "Transfer": "labelcert.studies.transfer.results",
    "transfer": "labelcert.studies.transfer.measuring",
    "Tuning": "labelcert.studies.tuning",
    "tune": "labelcert.studies.tuning",
}
_MODULES = {
    "datasets": "labelcert.data.datasets",
    "features": "labelcert.features",
    "kernels": "labelcert.kernels",
    "learners": "labelcert.learners",
}


def __getattr__(name: str) -> object:
    if name in _MODULES:
        value: object = importlib.import_module(_MODULES[name])
    elif name in _WHERE:
        value = getattr(importlib.import_module(_WHERE[name]), name)
    else:
        raise AttributeError(f"module 'labelcert' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
