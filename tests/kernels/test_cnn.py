"""The convolutional kernel: finite networks, its recursion written out, and shapes of images."""

from __future__ import annotations

import numpy as np
import pytest

import labelcert as lc
from labelcert._errors import InputError
from labelcert.kernels import CNN

rng = np.random.default_rng(0)
IMAGES = rng.standard_normal((4, 2 * 25))
IMAGES[1, :12] = 0  # a dark corner: pixels whose whole patch is 0
IMAGES[2] = 2 * IMAGES[0]


def written_out(kernel: CNN, a: np.ndarray, b: np.ndarray) -> float:
    """The recursion over all pairs of pixels, one at a time."""
    side, reach = a.shape[1], kernel.filter // 2
    pixels = [(y, x) for y in range(side) for x in range(side)]

    def patches(K):
        found = {}
        for p in pixels:
            for q in pixels:
                total = 0.0
                for dy in range(-reach, reach + 1):
                    for dx in range(-reach, reach + 1):
                        total += K.get(((p[0] + dy, p[1] + dx), (q[0] + dy, q[1] + dx)), 0.0)
                found[p, q] = total / kernel.filter**2
        return found

    def start(c, d):
        return patches(
            {(p, q): c[:, p[0], p[1]] @ d[:, q[0], q[1]] for p in pixels for q in pixels}
        )

    def pair(s, u, v):
        if kernel.activation == "linear":
            return s, 1.0
        size = np.sqrt(u * v)
        angle = np.arccos(np.clip(s / size, -1, 1)) if size > 0 else np.pi / 2
        return size * (np.sin(angle) + (np.pi - angle) * np.cos(angle)) / np.pi, 1 - angle / np.pi

    sigma, theta, left, right = start(a, b), start(a, b), start(a, a), start(b, b)
    for layer in range(kernel.depth):
        both = {k: pair(sigma[k], left[k[0], k[0]], right[k[1], k[1]]) for k in sigma}
        out = {k: both[k][0] + theta[k] * both[k][1] for k in sigma}
        if layer == kernel.depth - 1:
            break
        sigma = patches({k: both[k][0] for k in both})
        spread = patches({k: theta[k] * both[k][1] for k in both})
        theta = {k: sigma[k] + spread[k] for k in sigma}
        left = patches({(p, q): left[p, p] if p == q else 0.0 for p, q in left})
        right = patches({(p, q): right[p, p] if p == q else 0.0 for p, q in right})
    if kernel.pooling == "average":
        return float(np.mean(list(out.values())))
    return float(np.mean([out[p, p] for p in pixels]))


CASES = [
    CNN(channels=2), CNN(channels=2, pooling="average"), CNN(2, channels=2, pooling="average"),
    CNN(3, channels=2), CNN(2, "linear", channels=2), CNN(2, filter=5, channels=2),
    CNN(filter=1, channels=2, pooling="average"),
]  # fmt: skip


@pytest.mark.parametrize("kernel", CASES, ids=repr)
def test_blocks_are_the_recursion_written_out(kernel):
    images = IMAGES.reshape(4, 2, 5, 5)
    expected = np.array([[written_out(kernel, a, b) for b in images] for a in images])
    found = kernel(IMAGES)
    np.testing.assert_allclose(found, expected, rtol=1e-8)
    assert np.array_equal(found, found.T)
    np.testing.assert_allclose(kernel(IMAGES, [3, 1], [0]), expected[[3, 1]][:, :1], rtol=1e-8)
    np.testing.assert_allclose(kernel(IMAGES[:1], IMAGES[1:]), expected[:1, 1:], rtol=1e-8)
    assert np.linalg.eigvalsh(found)[0] > -1e-10 * found.max()


@pytest.mark.torch
@pytest.mark.parametrize("kernel", CASES[:4], ids=repr)
def test_it_is_the_limit_of_finite_networks(kernel):
    from torch_networks import conv_net

    found = np.mean(
        [
            lc.kernels.EmpiricalNTK(
                conv_net(kernel, 2, 5, 128, seed), scale=1.0, input_shape=(2, 5, 5)
            )(IMAGES)
            for seed in range(12)
        ],
        axis=0,
    )
    expected = kernel(IMAGES)
    assert np.linalg.norm(found - expected) < 0.06 * np.linalg.norm(expected)


def test_digits_can_be_certified():
    from sklearn.datasets import load_digits

    X, y = load_digits(n_class=2, return_X_y=True)
    X = X[:60] / 16
    train, test = np.arange(20), np.arange(20, 60)
    for kernel in (CNN(), CNN(pooling="average")):
        cert = lc.certify(
            kernel(X, train), kernel(X, test, train), y[train], ridge=0.001, max_flips=5
        )
        assert (cert.prediction == y[test]).mean() > 0.9
        assert cert.radius.max() > 0


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: CNN(filter=2), "filter must be an odd number"),
        (lambda: CNN(depth=0), "depth must be"),
        (lambda: CNN(channels=3)(IMAGES), "no square image"),
        (lambda: CNN(channels=2)(IMAGES * 1e200), "overflows"),
    ],
)
def test_what_cannot_be_is_refused(make, told):
    with pytest.raises(InputError, match=told):
        make()
