"""From the arguments of a call to a run of the engines, and from what it found to certificates."""
