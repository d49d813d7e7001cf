"""Features come from rows and a seed alone, and what is kept on disk is what was computed."""

import numpy as np
import pytest

import labelcert as lc
from labelcert.features.cached import ENVIRONMENT_VARIABLE, Cached

MAPS = [
    lc.features.Pixels(),
    lc.features.RandomReLU(width=50),
    lc.features.Patches(centroids=8, size=3, pool=2),
    lc.features.Spectral(lc.features.Pixels(), components=9, neighbors=4, vectors=6),
]


def images(n=60, side=10, seed=0):
    return np.random.default_rng(seed).integers(256, size=(n, side * side)).astype(np.uint8)


@pytest.mark.parametrize("map_", MAPS, ids=lambda map_: map_.name)
def test_a_seed_and_rows_decide_all(map_):
    rows, new = images(), images(seed=1)
    one, two = map_.fit(rows), map_.fit(rows.copy())
    assert one(new).tobytes() == two(new).tobytes()
    assert one(new).dtype == np.float32
    assert len(one(new[:0])) == 0
    with pytest.raises(lc.InputError, match="columns"):
        one(new[:, :-1])


@pytest.mark.parametrize("cls", [lc.features.RandomReLU, lc.features.Patches])
def test_another_seed_is_another_map(cls):
    small = {"width": 20} if cls is lc.features.RandomReLU else {"centroids": 5, "size": 3}
    one, two = (cls(**small, seed=seed).fit(images())(images()) for seed in (0, 1))
    assert (one != two).any()


def test_pixels_are_rows_as_given():
    rows = images()
    np.testing.assert_array_equal(lc.features.Pixels().fit(rows)(rows), rows)
    exact = np.array([[0.1, 2.0**40 + 1]])
    assert (lc.features.Pixels().fit(exact)(exact) == exact).all()
    assert lc.features.Pixels().fit(exact)(exact).dtype == np.float64


def test_random_relu_features_tend_to_the_arc_cosine_kernel():
    rng = np.random.default_rng(3)
    rows = rng.normal(size=(6, 5)) * rng.uniform(1e-3, 1e3, size=(6, 1))
    rows[5] = 0.0
    found = lc.features.RandomReLU(width=200_000).fit(rows)(rows).astype(float)
    unit = rows[:5] / np.linalg.norm(rows[:5], axis=1, keepdims=True)
    cosine = np.clip(unit @ unit.T, -1, 1)
    angle = np.arccos(cosine)
    kernel = (np.sin(angle) + (np.pi - angle) * cosine) / np.pi  # Cho and Saul 2009, order 1
    np.testing.assert_allclose(found[:5] @ found[:5].T, kernel, atol=0.02)
    assert (found[5] == 0).all()


def triangle_features(rows, fitted):
    """Patch by patch, image by image, in plain loops."""
    e = fitted.encode
    places = e.side - e.size + 1
    edges = np.linspace(0, places, e.pool + 1).round().astype(int)
    found = []
    for row in rows.astype(float):
        image, total = row.reshape(e.side, e.side), np.zeros((e.pool, e.pool, len(e.centers)))
        for i in range(places):
            for j in range(places):
                patch = image[i : i + e.size, j : j + e.size].ravel()
                patch = patch - patch.mean()
                patch = patch / np.sqrt((patch**2).mean() + e.offset)
                white = (patch - e.mean) @ e.whitening
                distance = np.linalg.norm(white - e.centers, axis=1)
                at = np.searchsorted(edges, (i, j), side="right") - 1
                total[at[0], at[1]] += np.maximum(0, distance.mean() - distance)
        level = (total.ravel() - fitted.center) * fitted.scale
        found.append([*(level / np.linalg.norm(level)), fitted.constant])
    return np.array(found)


def test_patch_features_are_those_of_plain_loops():
    rows = images(30)
    fitted = lc.features.Patches(centroids=6, size=3, pool=2).fit(rows)
    np.testing.assert_allclose(fitted(rows[:7]), triangle_features(rows[:7], fitted), atol=2e-5)
    lengths = np.linalg.norm(fitted(rows)[:, :-1], axis=1)
    np.testing.assert_allclose(lengths, 1.0, atol=1e-5)


def test_flat_images_have_finite_features():
    rows = images(40)
    rows[:5] = 0
    rows[5:10] = 255
    found = lc.features.Patches(centroids=4, size=3, pool=2).fit(rows)(rows)
    assert np.isfinite(found).all()


@pytest.mark.parametrize(
    ("rows", "words"),
    [(np.zeros((4, 99)), "no square images"), (np.zeros((4, 9)), "no square images"),
     (np.zeros((4, 100)), "different patches")],
)  # fmt: skip
def test_what_is_no_set_of_images_is_refused(rows, words):
    with pytest.raises(lc.InputError, match=words):
        lc.features.Patches(centroids=5, size=6, pool=3).fit(rows)


@pytest.mark.parametrize(
    ("cls", "wrong"),
    [(lc.features.RandomReLU, {"width": 0}), (lc.features.RandomReLU, {"seed": -1}),
     (lc.features.Patches, {"centroids": 1}), (lc.features.Patches, {"size": 1}),
     (lc.features.Patches, {"constant": float("nan")}), (lc.features.Patches, {"pool": 2.5})],
)  # fmt: skip
def test_numbers_out_of_range_are_refused(cls, wrong):
    with pytest.raises(lc.InputError, match=next(iter(wrong))):
        cls(**wrong)


def test_names_are_found_and_the_closest_is_told():
    assert set(lc.features.names()) == {"pixels", "random_relu", "patches", "spectral"}
    assert lc.features.find("Random-ReLU", 3).settings()["seed"] == 3
    with pytest.raises(lc.InputError, match="patches"):
        lc.features.find("patch")


class Counting:
    """A map that counts how often it computes, and learns something else each time."""

    name = "counting"

    def __init__(self):
        self.fits = self.calls = 0

    def settings(self):
        return {}

    def fit(self, rows):
        self.fits += 1
        return CountingFit(self, np.float32(self.fits))

    def restore(self, rows, state):
        return CountingFit(self, state["learned"][()])


class CountingFit:
    def __init__(self, map_, learned):
        self.map, self.learned = map_, learned

    def state(self):
        return {"learned": np.array(self.learned)}

    def __call__(self, new):
        self.map.calls += 1
        return self.learned * np.repeat(new.astype(np.float32), 300, axis=1)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, str(tmp_path / "kept"))
    return tmp_path / "kept"


def test_large_features_are_computed_once(folder):
    rows, new = images(200), images(3)
    counting = Counting()
    first = Cached(counting).fit(rows)(rows)
    again = Cached(counting).fit(rows.copy())(rows)
    assert first.tobytes() == again.tobytes()
    assert (counting.fits, counting.calls) == (1, 1)
    Cached(counting).fit(rows)(new[:2])  # small: not kept
    Cached(counting).fit(new)(rows)  # fitted to other rows: another result
    assert (counting.fits, counting.calls) == (2, 3)
    assert len(list(folder.glob("*.npy"))) == 2


def test_what_is_computed_later_goes_together_with_what_is_kept(folder):
    """A fit of its own for each would mix the features of two models."""
    rows, new = images(200), images(5, seed=1)
    counting = Counting()
    first = Cached(counting).fit(rows)(rows)
    later = Cached(counting).fit(rows)(new)
    assert counting.fits == 1
    np.testing.assert_array_equal(later, np.repeat(new.astype(np.float32), 300, axis=1))
    next(folder.glob("*.npz")).unlink()
    other = Cached(counting).fit(rows)
    assert counting.fits == 1
    np.testing.assert_array_equal(other(rows), 2 * first)  # not the file of the other fit


@pytest.mark.parametrize("map_", MAPS, ids=lambda map_: map_.name)
def test_what_was_learned_can_be_restored(map_, folder):
    rows, new = images(80), images(90, seed=1)
    fitted = map_.fit(rows)
    again = map_.restore(rows, fitted.state())
    np.testing.assert_array_equal(fitted(new), again(new))
    np.testing.assert_array_equal(fitted(rows), again(rows))
    kept = Cached(map_).fit(rows)
    np.testing.assert_array_equal(kept(new), Cached(map_).fit(rows)(new))


@pytest.mark.parametrize("kind", ["*.npy", "*.npz"])
def test_a_damaged_file_is_computed_anew(folder, kind):
    rows, counting = images(200), Counting()
    rows[0, 0] = 255
    whole = Cached(counting).fit(rows)(rows)
    path = next(folder.glob(kind))
    good = path.read_bytes()
    for content in (b"", good[: len(good) // 2], b"\x80\x04K\x01.", good[:60]):
        path.write_bytes(content)
        found = Cached(counting).fit(rows)(rows)
        assert (found == whole * (found[0, 0] / whole[0, 0])).all()
    assert counting.calls == 5
    assert counting.fits == (1 if kind == "*.npy" else 5)


def test_a_folder_that_cannot_be_written_keeps_nothing(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, str(tmp_path / "file"))
    rows, counting = images(200), Counting()
    assert len(Cached(counting).fit(rows)(rows)) == 200


def walk_by_hand(points, neighbors, vectors, time):
    """Eigenvectors of the walk itself, a dense matrix that is not symmetric."""
    n = len(points)
    distance = ((points[:, None] - points[None]) ** 2).sum(axis=2)
    np.fill_diagonal(distance, np.inf)
    joined = np.zeros((n, n))
    for i in range(n):
        joined[i, np.argsort(distance[i])[:neighbors]] = 1
    joined = np.maximum(joined, joined.T)
    values, found = np.linalg.eig(joined / joined.sum(axis=1, keepdims=True))
    order = np.argsort(-values.real)[1:vectors]
    return found.real[:, order], values.real[order] ** time


def test_spectral_features_are_eigenvectors_of_the_walk():
    rng = np.random.default_rng(0)
    rows = np.concatenate([rng.normal(size=(30, 3)), rng.normal(size=(30, 3)) + 1.0])
    map_ = lc.features.Spectral(lc.features.Pixels(), neighbors=5, vectors=7, time=3, constant=0.5)
    fitted = map_.fit(rows)
    found = fitted(rows)
    vectors, factors = walk_by_hand(rows, 5, 7, 3)
    degree_free = vectors / np.linalg.norm(vectors, axis=0)
    inner = (found[:, :-1] @ found[:, :-1].T).astype(float)
    # Signs and lengths of single eigenvectors are free: fit the lengths, compare directions.
    scale = np.abs(fitted.own).max(axis=0) / (np.abs(degree_free * factors).max(axis=0))
    by_hand = degree_free * factors * scale
    by_hand /= np.linalg.norm(by_hand, axis=1, keepdims=True)
    np.testing.assert_allclose(inner, by_hand @ by_hand.T, atol=1e-4)
    assert (found[:, -1] == np.float32(0.5)).all()


def test_what_no_step_joins_lies_apart():
    rng = np.random.default_rng(0)
    rows = np.concatenate([rng.normal(size=(30, 3)), rng.normal(size=(30, 3)) + 90.0])
    found = lc.features.Spectral(lc.features.Pixels(), neighbors=5, vectors=4, time=50).fit(rows)(
        rows
    )
    inner = found[:, :-1] @ found[:, :-1].T
    assert inner[:30, :30].min() > 0.5
    assert inner[30:, 30:].min() > 0.5
    assert inner[:30, 30:].max() < 0


def test_a_new_row_is_the_mean_of_its_neighbours_and_changes_nobody():
    rng = np.random.default_rng(1)
    rows, new = rng.normal(size=(50, 3)), rng.normal(size=(4, 3))
    fitted = lc.features.Spectral(lc.features.Pixels(), neighbors=3, vectors=5).fit(rows)
    alone = fitted(new)
    together = fitted(np.concatenate([rows[7:9], new]))
    np.testing.assert_allclose(together[2:], alone, atol=1e-6)
    np.testing.assert_array_equal(together[:2], fitted(rows)[7:9])
    distance = ((new[:, None] - rows[None]) ** 2).sum(axis=2)
    mean = np.stack([fitted.new[np.argsort(row)[:3]].mean(axis=0) for row in distance])
    mean /= np.linalg.norm(mean, axis=1, keepdims=True)
    np.testing.assert_allclose(alone[:, :-1], mean, atol=1e-5)


def test_equal_rows_have_equal_spectral_features_and_few_rows_are_refused():
    rows = np.repeat(np.random.default_rng(2).normal(size=(20, 3)), 2, axis=0)
    map_ = lc.features.Spectral(lc.features.Pixels(), neighbors=3, vectors=5)
    found = map_.fit(rows)(rows)
    assert (found[::2] == found[1::2]).all()
    with pytest.raises(lc.InputError, match="too few"):
        map_.fit(rows[:5])
