"""Greedy choice and local search with retraining, for one machine or many."""
