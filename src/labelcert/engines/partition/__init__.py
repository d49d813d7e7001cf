"""Partition ensembles in numbers: votes, what it costs to change them, and the least total."""
