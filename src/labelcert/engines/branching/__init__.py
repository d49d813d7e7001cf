"""Branch and bound on labels: regions are bounded, narrowed, split, or finished by retraining."""
