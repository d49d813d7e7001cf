"""Trees over regions of relabelings: bounded, narrowed, split, retrained."""
