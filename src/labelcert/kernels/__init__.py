"""Neural tangent kernels of graph neural networks in closed form.

A kernel is a constant object; called with a graph and node numbers it returns a block of the
tangent kernel of the infinitely wide network, float64::

    kernel = GCN(depth=1, activation="relu", normalization="row")
    gram = kernel(graph, labeled)            # (n, n)
    cross = kernel(graph, test, labeled)     # (m, n)
    block = MLP()(new_rows, training_rows)   # (m, n): two feature matrices, no graph

One architecture a file, over one recursion (`recursion`); `registry` lists them by name. Kernels of
a finite number of features (`feature_kernel`) give these as well, for any number of nodes. Anything
else with a name, settings and such blocks is a `Kernel` as well, and `as_kernel` makes one of a
plain function; `LastLayer` and `EmpiricalNTK` are those of torch modules. The formulas are those
of [AN]
(Sabanayagam, Esser, Ghoshdastidar, "Analysis of Convolutions, Non-linearity and Depth in Graph
Neural Networks using Neural Tangent Kernel", TMLR 2023) and of arXiv 2412.00537. The ReLU kernels
differ from the published implementation of the latter on purpose: it clips covariances at the
smaller of two variances, which does not hold (`arccos`). Every kernel is tested against the average
tangent kernel of finite random networks.
"""

from labelcert.kernels.appnp import APPNP
from labelcert.kernels.cnn import CNN
from labelcert.kernels.empirical_ntk import EmpiricalNTK
from labelcert.kernels.functions import FunctionKernel, as_kernel
from labelcert.kernels.gcn import GCN
from labelcert.kernels.gin import GIN
from labelcert.kernels.graphsage import GraphSAGE
from labelcert.kernels.kernel import Kernel
from labelcert.kernels.last_layer import LastLayer
from labelcert.kernels.linear import Linear
from labelcert.kernels.mlp import MLP
from labelcert.kernels.ppnp import PPNP
from labelcert.kernels.precomputed import Precomputed
from labelcert.kernels.random_features import RandomFeatures
from labelcert.kernels.sgc import SGC

__all__ = [
    "APPNP", "CNN", "GCN", "GIN", "MLP", "PPNP", "SGC", "EmpiricalNTK", "FunctionKernel",
    "GraphSAGE", "Kernel", "LastLayer", "Linear", "Precomputed", "RandomFeatures", "as_kernel",
]  # fmt: skip
