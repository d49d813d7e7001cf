"""Build sdist and wheel, install the wheel alone into a fresh environment, and use it there.

    python .ci/distribution.py FOLDER [OPTION OF build …]

The wheel is built from the sdist, so that both are complete or neither is. Nothing is downloaded to
install it: what it depends on is that of the Python that runs this. FOLDER has to be empty or new.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "labelcert"
IN_SDIST = ("README.md", "LICENSE", "CITATION.cff", "pyproject.toml", "docs/tutorial.md", "tests")


def built(folder: Path, options: list[str]) -> tuple[Path, Path]:
    """The sdist and the wheel, made by `build`."""
    command = [sys.executable, "-m", "build", "--outdir", str(folder), *options, str(ROOT)]
    subprocess.run(command, check=True)
    (sdist,), (wheel,) = folder.glob("*.tar.gz"), folder.glob("*.whl")
    return sdist, wheel


def check_contents(sdist: Path, wheel: Path) -> None:
    """Every file of the package is in the wheel, and what a packager needs in the sdist."""
    ours = {
        path.relative_to(PACKAGE.parent).as_posix()
        for path in PACKAGE.rglob("*")
        if path.is_file() and path.suffix not in (".pyc", ".nbi", ".nbc")
    }
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert not ours - names, f"not in the wheel: {sorted(ours - names)}"
    others = {name for name in names - ours if ".dist-info/" not in name}
    assert not others, f"in the wheel, but not of the package: {sorted(others)}"
    with tarfile.open(sdist) as archive:
        held = {name.split("/", 1)[1] for name in archive.getnames() if "/" in name}
    for wanted in IN_SDIST:
        assert any(n == wanted or n.startswith(f"{wanted}/") for n in held), f"no {wanted} in sdist"


def installed(wheel: Path, folder: Path) -> Path:
    """The folder of commands of a fresh environment with the wheel, whose own files come first."""
    venv.create(folder, with_pip=True)
    commands = folder / ("Scripts" if os.name == "nt" else "bin")
    pip = [str(commands / "python"), "-m", "pip", "install", "--quiet", "--no-index", "--no-deps"]
    subprocess.run([*pip, str(wheel)], check=True)
    (own,) = {*folder.glob("lib/python*/site-packages"), *folder.glob("Lib/site-packages")}
    (own / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return commands


def main() -> None:
    """Build, check, install, use."""
    folder = Path(sys.argv[1]).resolve()
    sdist, wheel = built(folder / "dist", sys.argv[2:])
    check_contents(sdist, wheel)
    commands = installed(wheel, folder / "installed")
    plain = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}

    def printed(*command: str) -> str:
        done = subprocess.run(
            [str(commands / command[0]), *command[1:]],
            cwd=folder, env=plain, check=True, capture_output=True, encoding="utf-8",
        )  # fmt: skip
        return done.stdout

    where = Path(printed("python", "-c", "import labelcert; print(labelcert.__file__)").strip())
    assert where.is_relative_to(folder), f"labelcert comes from {where}"
    assert printed("labelcert", "--version").split()[1] == wheel.name.split("-")[1]
    assert "karate-tour" in printed("labelcert", "study", "list")
    told = printed("labelcert", "certify", "karate", "--report", "karate.html")
    assert "12 of 14   85.7%" in told, told
    assert "12 of 14 predictions survive" in (folder / "karate.html").read_text(encoding="utf-8")
    print(f"{sdist.name}, {wheel.name}: built, complete, installed and used")


if __name__ == "__main__":
    main()
