"""The graph that a certificate is made for: features, adjacency and class labels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from labelcert._errors import InputError
from labelcert.data.matrices import as_adjacency, as_features, shape
from labelcert.data.no_label import is_labeled, unlabeled_at, with_placeholders
from labelcert.data.node_ids import as_node_ids, id_text
from labelcert.intake.frames import aligned_nodes, in_order_of_features, refuse_shuffled_mask
from labelcert.intake.items import plain
from labelcert.intake.missing import is_missing
from labelcert.intake.names import suggestion
from labelcert.intake.positions import as_positions


@dataclass(frozen=True, eq=False, repr=False)
class Graph:
    """An attributed, undirected graph with class labels (or a plain table: no edges).

    Input is checked and converted once, here; every method returns a new graph. Dense features
    and labels are read-only views, so that a graph cannot change after it was checked. Of pandas
    objects the names count: features, adjacency and labels with the same names in another order
    are put in that of the features.

    Attributes:
        features: (n, d) float64, dense ``ndarray`` or ``csr_array``; finite. On input: anything
            that looks like a matrix.
        adjacency: (n, n) float64 ``csr_array``, symmetric, non-negative, nothing stored on the
            diagonal (self-loops of the input are dropped). On input: any matrix, or None for a
            table without a graph, which gives an empty matrix.
        labels: (n,) int64 or NumPy unicode (uint64 where an integer needs it). On input: integers,
            booleans, whole floats or strings; None, NaN or empty text where a node has no label.
            Such nodes stay in the graph, and splits neither label nor test them; their place in
            ``labels`` holds −2⁶³ or empty text, and :attr:`is_labeled` tells them from the others.
        name: name for reports.
        class_names: what each label was called before it was renumbered (see
            :meth:`two_largest_classes`), or None where labels are as they came.
        node_ids: (n,) text, what the user's table calls the nodes, or None where they have numbers
            only. On input: different values, taken as text. cut_ids: those of nodes that
            :meth:`subgraph` and its like have left out.
        notes: what a reader of files or objects read, took for something, and left out; sentences.

    Raises:
        InputError: a shape, type or value that cannot be used; the message says which and how to
            mend it.
    """

    features: NDArray[np.float64] | csr_array
    adjacency: csr_array
    labels: NDArray[Any]
    name: str = "graph"
    class_names: Mapping[int, int | str] | None = field(default=None, kw_only=True)
    node_ids: NDArray[Any] | None = field(default=None, kw_only=True)
    cut_ids: frozenset[str] = field(default=frozenset(), kw_only=True)
    notes: tuple[str, ...] = field(default=(), kw_only=True)

    def __post_init__(self) -> None:
        adjacency, given, labels = aligned_nodes(self.adjacency, self.features, self.labels)
        features = as_features(given)
        num_nodes = shape(features)[0]
        if not isinstance(self.name, str):
            raise InputError(f"name is of type {type(self.name).__name__}: pass a string")
        object.__setattr__(self, "features", _read_only(features))
        object.__setattr__(self, "labels", _read_only(with_placeholders(labels, num_nodes)))
        object.__setattr__(self, "adjacency", as_adjacency(adjacency, num_nodes))
        object.__setattr__(self, "notes", tuple(str(note) for note in self.notes))
        ids = in_order_of_features(self.node_ids, "node_ids", given)
        object.__setattr__(self, "node_ids", _read_only(as_node_ids(ids, num_nodes)))

    @property
    def num_nodes(self) -> int:
        """Number of nodes n."""
        return shape(self.features)[0]

    @property
    def num_features(self) -> int:
        """Number of feature columns d."""
        return shape(self.features)[1]

    @property
    def num_edges(self) -> int:
        """Number of undirected edges."""
        return int(self.adjacency.nnz) // 2

    @property
    def has_edges(self) -> bool:
        """Whether there is a graph at all."""
        return self.num_edges > 0

    @property
    def classes(self) -> NDArray[Any]:
        """(K,) distinct labels of the nodes that have one, sorted."""
        return np.unique(self.labels[self.is_labeled])

    @property
    def is_labeled(self) -> NDArray[np.bool_]:
        """(n,) whether a node has a label."""
        return is_labeled(self.labels)

    def subgraph(self, index: Any) -> Graph:
        """Return the graph induced by some nodes, in the order given.

        Args:
            index: (k,) distinct node indices in [0, n), or an (n,) boolean mask; at least one node.

        Raises:
            InputError: indices out of range, repeated, not integers, or none at all.
        """
        nodes = self._node_index(index)
        features: Any = self.features[nodes]
        adjacency: Any = self.adjacency[nodes][:, nodes]
        return Graph(
            features,
            adjacency,
            self.labels[nodes],
            self.name,
            class_names=self.class_names,
            node_ids=None if self.node_ids is None else self.node_ids[nodes],
            cut_ids=self._without(nodes),
            notes=self.notes,
        )

    def without_classes(self, classes: Any) -> Graph:
        """Return the graph without the nodes of some classes; order kept, also of isolated nodes.

        Nodes without a label stay.

        Args:
            classes: (k,) labels, or their spelling as text, of classes to leave out; one may be
                given alone.

        Raises:
            InputError: no such class, or no class would be left.
        """
        known = {str(name): name for name in self.classes.tolist()}
        named = [_spelling(name) for name in _listed(classes)]
        for name in named:
            if name not in known:
                raise InputError(
                    f"class {name!r} cannot be left out, for graph {self.name!r} has none called "
                    f"so: {suggestion(name, list(known))}"
                )
        if set(named) == known.keys():
            raise InputError(f"all classes of graph {self.name!r} would be left out: leave some in")
        return self.subgraph(~np.isin(self.labels, [known[name] for name in named]))

    def without_isolated(self) -> Graph:
        """Return the graph without the nodes that have no edge; order kept.

        Raises:
            InputError: there is no edge, so no node would be left.
        """
        if not self.has_edges:
            raise InputError(f"graph {self.name!r} has no edges: every node would be dropped")
        return self.subgraph(np.diff(self.adjacency.indptr) > 0)

    def largest_component(self) -> Graph:
        """Return the largest connected component; order kept, the first one where sizes tie.

        Raises:
            InputError: there is no edge.
        """
        from scipy.sparse.csgraph import connected_components

        if not self.has_edges:
            raise InputError(
                f"graph {self.name!r} has no edges: largest_component needs a connected graph"
            )
        _, component = connected_components(self.adjacency, directed=False)
        # Components are numbered by their first node, and argmax takes the first of equal sizes.
        return self.subgraph(component == np.argmax(np.bincount(component)))

    def two_largest_classes(self) -> Graph:
        """Return the binary problem of the two most frequent classes.

        The most frequent class becomes label 1, the second label 0; classes of equal size count
        in sorted order. Nodes without a label stay. Nodes left without an edge are then dropped
        (unless there was no edge to begin with). Node order is kept, the name gets the suffix
        ``b``, and ``class_names`` maps 0 and 1 to the original labels. Preparation of Sabanayagam
        et al., ICLR 2025.

        Raises:
            InputError: fewer than two classes, or fewer than two left with an edge.
        """
        classes, counts = np.unique(self.labels[self.is_labeled], return_counts=True)
        if classes.size < 2:
            raise InputError(
                f"graph {self.name!r} has one class only: a binary problem needs two classes"
            )
        first, second = classes[np.argsort(-counts, kind="stable")[:2]]
        kept = (self.labels == first) | (self.labels == second) | ~self.is_labeled
        part = self.subgraph(kept)
        result = Graph(
            part.features,
            part.adjacency,
            unlabeled_at((part.labels == first).astype(np.int64), ~part.is_labeled),
            self.name + "b",
            class_names={0: self._original(second), 1: self._original(first)},
            node_ids=part.node_ids,
            cut_ids=part.cut_ids,
            notes=part.notes,
        )
        if not self.has_edges:
            return result
        if result.has_edges:
            result = result.without_isolated()
        if not result.has_edges or result.classes.size < 2:
            raise InputError(
                f"graph {self.name!r} keeps no edges for one of its two largest classes: choose "
                "the classes yourself with subgraph(...)"
            )
        return result

    def _without(self, nodes: NDArray[np.int64]) -> frozenset[str]:
        """The ids that are cut once only some nodes are kept."""
        if self.node_ids is None:
            return self.cut_ids
        return self.cut_ids | set(np.delete(self.node_ids, nodes).tolist())

    def _original(self, label: Any) -> int | str:
        """Python scalar of a label, under the name it had at first."""
        value = label.item()
        return self.class_names.get(value, value) if self.class_names else value

    def _node_index(self, index: Any) -> NDArray[np.int64]:
        refuse_shuffled_mask(index, "index")
        nodes = as_positions(index, "index", self.num_nodes, "node", distinct=True)
        if nodes.size == 0:
            raise InputError("index selects no node: pass at least one.")
        return nodes

    def __repr__(self) -> str:
        unlabeled = int((~self.is_labeled).sum())
        rest = f", {unlabeled} without a label" if unlabeled else ""
        return (
            f"Graph({self.name!r}: {self.num_nodes} nodes, {self.num_edges} edges, "
            f"{self.num_features} features, {self.classes.size} classes{rest})"
        )


def _listed(classes: Any) -> list[Any]:
    """Classes, of which one may stand alone."""
    one = isinstance(classes, (str, bytes)) or not isinstance(classes, Iterable)
    return [classes] if one or getattr(classes, "shape", None) == () else list(classes)


def _spelling(label: Any) -> str:
    value = plain(label)
    if is_missing(value):
        raise InputError("classes has a missing value: name the classes to leave out")
    return id_text(value, "classes")


def _read_only(array: Any) -> Any:
    """Read-only view of a dense array (the caller's own array stays writable)."""
    if not isinstance(array, np.ndarray):
        return array
    view = array.view()
    view.setflags(write=False)
    return view
