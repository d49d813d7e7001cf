"""A kernel block of 40 labeled and 1,000 test nodes on a graph of 200,000 nodes.

    python benchmarks/large_graph.py [--nodes 200000]

CSBM with the default degrees and 118 features, GCN of depth 1: time of the graph and of the block,
and the peak memory of the process.
"""

from __future__ import annotations

import argparse
import resource
import time

import labelcert as lc


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--nodes", type=int, default=200_000)
    nodes = parser.parse_args().nodes
    begin = time.perf_counter()
    graph = lc.datasets.csbm(nodes, seed=0)
    made = time.perf_counter()
    split = lc.datasets.split(graph.labels, per_class=10, seed=0, test=1000)
    kernel = lc.kernels.GCN()
    gram, cross = kernel(graph, split.labeled), kernel(graph, split.test, split.labeled)
    done = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"graph: {graph.num_nodes} nodes, {graph.num_edges} edges, {made - begin:.1f} s")
    print(f"blocks {gram.shape} and {cross.shape}: {done - made:.1f} s")
    print(f"peak memory: {peak:.2f} GB")


if __name__ == "__main__":
    main()
