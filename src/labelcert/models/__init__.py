"""Kernel, learner and certificate in one: a classifier of rows, and one call for a graph."""

from labelcert.models.certifying_graphs import certify_graph
from labelcert.models.label_certifier import LabelCertifier

__all__ = ["LabelCertifier", "certify_graph"]
