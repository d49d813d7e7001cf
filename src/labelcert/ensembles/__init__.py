"""Ensembles of models that each see one part of the labels, in `partition_ensemble`.

Nothing is imported here: studies ask for the names of votes, and need no scikit-learn for that.
"""
