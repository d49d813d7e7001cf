"""Pieces of `benchmarks/soak.py`."""
