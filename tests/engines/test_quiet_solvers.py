"""Solvers print nothing: not their banner, not in workers, not where standard output is closed."""

import os
import subprocess
import sys
import textwrap

import pytest

from optional import needs_gurobi

CERTIFY = """
import numpy as np
import labelcert as lc
rng = np.random.default_rng(0)
X, T = rng.standard_normal((8, 3)), rng.standard_normal((3, 3))
lc.certify(X @ X.T, T @ X.T, np.arange(8) % 2, C=1.0, max_flips=2, {options})
"""


def printed(code, before=""):
    """Standard output of some Python in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", before + textwrap.dedent(code)],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    "options",
    [
        'engine="branch_and_bound", collective=True, n_jobs=1',
        'engine="branch_and_bound", n_jobs=2',
        'engine="paper_milp", n_jobs=2, time_limit=5',
        pytest.param(
            'engine="paper_milp", solver="gurobi", n_jobs=1, time_limit=5', marks=needs_gurobi
        ),
    ],
)
def test_python_prints_nothing(options):
    assert printed(CERTIFY.format(options=options)) == ""


@pytest.mark.parametrize("engine", ["branch_and_bound", "paper_milp"])
def test_the_quiet_shell_prints_nothing(engine):
    code = f"""
    import sys
    from labelcert.cli.main import run
    sys.argv = ["labelcert", "certify", "karate", "--engine", "{engine}", "-q", "--jobs", "1",
                "--max-flips", "1", "--test", "2", "--time-limit", "10"]
    try:
        run()
    except SystemExit as end:
        assert not end.code
    """
    assert printed(code) == ""


def test_standard_output_may_be_closed():
    code = CERTIFY.format(options='engine="branch_and_bound", n_jobs=1')
    assert printed(code, "import os\nos.close(1)\n") == ""


def test_what_others_print_meanwhile_is_not_lost():
    code = """
    import threading
    from labelcert.engines.solvers.quiet_highs import quiet_highs
    import os
    writing = threading.Thread(target=lambda: [os.write(1, b"x") for _ in range(20000)])
    writing.start()
    solvers = [quiet_highs() for _ in range(50)]
    writing.join()
    """
    assert printed(code) == "x" * 20000


def test_the_banner_is_what_is_silenced():
    """Without this file's subject the newest HiGHS introduces itself; else it can go."""
    import highspy

    # Introductions came with 1.15; we take versions from before, which have nothing to silence.
    if tuple(map(int, highspy.Highs().version().split(".")[:2])) < (1, 15):
        pytest.skip("this HiGHS has no banner")
    assert "HiGHS" in printed("import highspy\nhighspy.Highs()")


# What a solver writes past Python is seen by giving it a pipe for its file descriptor.
@pytest.mark.skipif(os.name != "posix", reason="uses a pipe in place of a file descriptor")
def test_a_solver_is_quiet_from_its_first_word_on():
    code = """
    import highspy
    from labelcert.engines.solvers.quiet_highs import quiet_highs
    solver = quiet_highs()
    solver.addVar(0.0, 1.0)
    solver.passModel(highspy.HighsLp())
    solver.run()
    print(solver.getOptionValue("output_flag")[1])
    """
    assert printed(code).strip() == "False"
