from __future__ import annotations

import pytest

import labelcert as lc
from labelcert.kernels import registry


def test_version(invoke):
    result = invoke("--version")
    assert (result.exit_code, result.stdout) == (0, f"labelcert {lc.__version__}\n")


@pytest.mark.parametrize("args", [(), ("--help",), ("-h",)])
def test_help_names_the_commands_and_a_first_step(invoke, args):
    result = invoke(*args)
    assert result.exit_code == 0
    for word in ("certify", "datasets", "models", "labelcert certify karate"):
        assert word in result.stdout


def test_help_of_certify_teaches(invoke):
    result = invoke("certify", "--help")
    assert result.exit_code == 0
    text = " ".join(result.stdout.split())
    assert "The radius of a test node is the largest number of flips" in text
    assert "labelcert certify cora_ml --binary" in text
    assert max(len(line) for line in result.stdout.splitlines()) <= 80


def test_every_option_of_every_model_is_in_the_help_and_in_the_list(invoke):
    helped = invoke("certify", "--help").stdout
    listed = invoke("models").stdout
    for name, kernel in registry.names().items():
        assert f"{name}  {kernel.summary}" in listed
        for parameter in kernel.parameters():
            option = "--" + parameter.name.replace("_", "-")
            assert option in helped
            assert option in listed


def test_datasets_lists_every_name_and_where_its_files_are(invoke, tmp_path, monkeypatch):
    monkeypatch.setenv("LABELCERT_DATA_DIR", str(tmp_path))
    (tmp_path / "cora.npz").write_bytes(b"")
    result = invoke("datasets")
    rows = {line.split()[0]: line for line in result.stdout.splitlines()[2:] if line.strip()}
    for info in lc.datasets.describe():
        assert str(info.nodes) in rows[info.name]
    assert "built in" in rows["karate"]
    assert "on disk" in rows["cora"]
    assert "to download" in rows["citeseer"]
    assert "to be put there" in rows["spam"]
    assert result.exit_code == 0
