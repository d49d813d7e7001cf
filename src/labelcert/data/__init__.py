"""Graphs, named data sets, synthetic graphs, the user's own files, and splits.

The room every other room may import from; it imports none of them.
"""

from labelcert.data import datasets
from labelcert.data.graph import Graph
from labelcert.data.matrices import undirected
from labelcert.data.splits import Split, split

__all__ = ["Graph", "Split", "datasets", "split", "undirected"]
