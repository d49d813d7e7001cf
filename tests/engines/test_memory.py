"""What does not fit into memory is told in a sentence, or done in fewer threads."""

import numpy as np
import pytest

import labelcert as lc
from labelcert import _memory
from labelcert.engines.work.memory import threads_that_fit


def system(root, available, limit=None, current=0, cache=0):
    files = {"proc/meminfo": f"MemTotal: 99 kB\nMemAvailable:   {available // 1024} kB\n"}
    if limit is not None:
        files |= {
            "sys/fs/cgroup/memory.max": f"{limit}\n",
            "sys/fs/cgroup/memory.current": f"{current}\n",
            "sys/fs/cgroup/memory.stat": f"anon 5\ninactive_file {cache}\n",
        }
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def test_the_smaller_of_machine_and_container_counts(tmp_path, monkeypatch):
    monkeypatch.setattr(_memory, "_ROOT", tmp_path)
    assert _memory.free_bytes() is None
    assert threads_that_fit(4, 1e18) == 4
    system(tmp_path, 8 * 2**30)
    assert _memory.free_bytes() == 8 * 2**30
    system(tmp_path, 8 * 2**30, "max")
    assert _memory.free_bytes() == 8 * 2**30
    system(tmp_path, 8 * 2**30, 4 * 2**30, 3 * 2**30, 2**30)
    assert _memory.free_bytes() == 2 * 2**30
    assert threads_that_fit(4, 0.9 * 2**30) == 2
    assert threads_that_fit(4, 3 * 2**30) == 0


def problem(n=120, m=6):
    rng = np.random.default_rng(0)
    x = rng.standard_normal((n + m, 4))
    kernel = 0.3 + np.exp(-0.3 * ((x[:, None] - x[None]) ** 2).sum(axis=2))
    return kernel[:n, :n], kernel[n:, :n], (x[:n, 0] > 0).astype(int)


def test_a_problem_that_does_not_fit_is_refused_with_the_figures(monkeypatch):
    gram, cross, labels = problem()
    monkeypatch.setattr("labelcert.certificates.run.memory_needed.free_bytes", lambda: 200_000)
    with pytest.raises(lc.InputError, match=r"^gram of 120 labels with 6 test points needs about "):
        lc.certify(gram, cross, labels, C=1.0, max_flips=1)
    with pytest.raises(lc.InputError, match="certify_linear"):
        lc.certify(gram, cross, labels, ridge=1.0, max_flips=1)
    monkeypatch.setattr("labelcert.certificates.run.memory_needed.free_bytes", lambda: 3_000_000)
    assert lc.certify(gram, cross, labels, ridge=1.0, max_flips=1).exact.all()


def test_without_room_for_states_a_search_proves_less_and_says_nothing_wrong(monkeypatch):
    gram, cross, labels = problem()
    whole = lc.certify(gram, cross, labels, C=1.0, max_flips=1)
    for engine in ("by_attack", "by_enumeration", "by_root"):
        monkeypatch.setattr(f"labelcert.engines.{engine}.threads_that_fit", lambda *_: 0)
    part = lc.certify(gram, cross, labels, C=1.0, max_flips=1, time_limit=2.0)
    assert whole.exact.all()
    assert "enumeration" in whole.proven_by
    assert (part.radius <= whole.radius).all()
    assert (part.radius_upper >= whole.radius_upper).all()
    assert not {"enumeration", "attack"} & {*part.proven_by, *part.broken_by}
