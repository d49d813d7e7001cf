"""Masks of an .npz file as the split, in the shell."""

from __future__ import annotations

import numpy as np

LABELS = np.array([0, 1, 0, 1, 0, 1])
TRAIN, VAL, TEST = (np.isin(np.arange(6), of) for of in ((0, 1), (2,), (3, 4)))


def test_in_the_shell(invoke, tmp_path):
    rng = np.random.default_rng(0)
    np.savez(
        tmp_path / "a.npz", labels=LABELS, features=rng.standard_normal((6, 3)), train_mask=TRAIN,
        val_mask=VAL, test_mask=TEST,
    )  # fmt: skip
    done = invoke("certify", "a.npz", "--split", "masks", "--max-flips", "1", "--ridge", "1")
    assert done.exit_code == 0
    assert "by the masks of the file; 2 of test are certified" in " ".join(done.stdout.split())
    refused = invoke("certify", "a.npz", "--split", "part")
    assert (refused.exit_code, "--split masks" in refused.stderr) == (2, True)
