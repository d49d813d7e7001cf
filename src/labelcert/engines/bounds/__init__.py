"""What holds for every label vector of a region: hulls, relaxations, functionals."""
