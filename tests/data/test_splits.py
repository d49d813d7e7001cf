import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelcert._errors import InputError
from labelcert.data import split

LABELS = np.array([0, 1] * 30)


def test_two_classes_give_twenty_labeled_nodes():
    parts = split(LABELS, per_class=5, seed=0)
    assert parts.labeled.size == 20
    assert parts.test.size == 40
    assert np.bincount(LABELS[parts.train]).tolist() == [5, 5]
    assert np.bincount(LABELS[parts.validation]).tolist() == [5, 5]
    assert repr(parts) == "Split(train=10, validation=10, labeled=20, test=40)"


@given(
    st.lists(st.integers(0, 3), min_size=20, max_size=60).map(lambda tail: tail + [0, 1, 2, 3] * 6),
    st.integers(1, 3),
    st.integers(0, 3),
    st.integers(0, 10**6),
)
def test_parts_are_disjoint_sorted_and_complete(labels, per_class, validation, seed):
    parts = split(labels, per_class, seed, validation=validation)
    together = np.concatenate([parts.train, parts.validation, parts.test])
    assert np.sort(together).tolist() == list(range(len(labels)))
    for array in (parts.train, parts.validation, parts.test, parts.labeled):
        assert array.dtype == np.int64
        assert (np.diff(array) > 0).all()
    counts = np.bincount(np.array(labels)[parts.train], minlength=4)
    assert (counts == per_class).all()


def test_a_seed_gives_the_same_split_whatever_the_classes_are_called():
    names = {0: "z", 1: "a"}
    first = split(LABELS, seed=3)
    renamed = split([names[label] for label in LABELS], seed=3)
    swapped = split(1 - LABELS, seed=3)
    for other in (split(LABELS, seed=3), renamed, swapped):
        assert other.train.tolist() == first.train.tolist()
        assert other.test.tolist() == first.test.tolist()
    assert split(LABELS, seed=4).train.tolist() != first.train.tolist()


def test_test_nodes_are_sampled_from_the_rest():
    whole, part = split(LABELS, seed=1), split(LABELS, seed=1, test=7)
    assert part.test.size == 7
    assert set(part.test) <= set(whole.test)
    assert part.train.tolist() == whole.train.tolist()
    assert split(LABELS, test=1000).test.size == 40


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"per_class": 16}, "32 nodes of class 0, which has 30"),
        ({"per_class": 30, "validation": 1}, "31 nodes of class 0"),
        ({"per_class": 0}, "per_class is 0"),
        ({"per_class": 2.5}, "per_class is 2.5"),
        ({"per_class": True}, "per_class is True"),
        ({"validation": -1}, "validation is -1"),
        ({"test": 0}, "test is 0"),
        ({"seed": -1}, "seed is -1"),
        ({"seed": None}, "seed is None"),
    ],
)
def test_bad_numbers_are_named(options, message):
    with pytest.raises(InputError, match=message):
        split(LABELS, **options)


def test_the_short_class_is_named_as_it_is_called():
    with pytest.raises(InputError, match="class 'rare', which has 1"):
        split(["common"] * 9 + ["rare"], per_class=1)
