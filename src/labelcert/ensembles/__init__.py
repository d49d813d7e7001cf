"""Ensembles of models that each see one part of the labels: `PartitionEnsemble`."""

from labelcert.ensembles.partition_ensemble import PartitionEnsemble

__all__ = ["PartitionEnsemble"]
