"""The worst set of changes whose gains add up: sorts, and knapsacks where prices differ."""
