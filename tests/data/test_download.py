import hashlib
import http.server
import logging
import threading
from pathlib import Path

import pytest

from labelcert._errors import InputError
from labelcert.data.download import data_folder, fetch
from labelcert.data.registry import RemoteFile

CONTENT = b"forty-two nodes" * 1000
DIGEST = hashlib.sha256(CONTENT).hexdigest()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/missing":
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        self.wfile.write(CONTENT[:100] if self.path == "/cut" else CONTENT)

    def log_message(self, format, *args):
        pass


@pytest.fixture(scope="module")
def server():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{running.server_address[1]}"
        running.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.mark.parametrize("digest", [DIGEST, None])
def test_a_missing_file_is_downloaded_once(server, tmp_path, digest, capfd):
    folder = tmp_path / "new" / "folder"
    path = fetch(RemoteFile("graph.bin", f"{server}/graph", digest), folder)
    assert path.read_bytes() == CONTENT
    assert [entry.name for entry in folder.iterdir()] == ["graph.bin"]
    path.touch()
    stamp = path.stat().st_mtime_ns
    again = RemoteFile("graph.bin", "http://127.0.0.1:1/unreachable", digest)
    assert fetch(again, folder) == path
    assert path.stat().st_mtime_ns == stamp
    captured = capfd.readouterr()
    assert captured.out + captured.err == ""


@pytest.mark.parametrize("where", ["missing", "cut"])
def test_a_failed_download_leaves_nothing_behind(server, tmp_path, where):
    with pytest.raises(InputError, match=r"put graph.bin into .* or set LABELCERT_DATA_DIR"):
        fetch(RemoteFile("graph.bin", f"{server}/{where}"), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_no_network_is_one_sentence(tmp_path):
    file = RemoteFile("graph.bin", "http://127.0.0.1:1/graph", DIGEST)
    with pytest.raises(InputError) as caught:
        fetch(file, tmp_path)
    message = str(caught.value)
    assert "\n" not in message
    for part in ("graph.bin", file.url, str(tmp_path), "LABELCERT_DATA_DIR"):
        assert part in message


def test_a_download_with_another_digest_is_discarded(server, tmp_path):
    with pytest.raises(InputError, match="unexpected SHA-256 and was discarded"):
        fetch(RemoteFile("graph.bin", f"{server}/graph", "0" * 64), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_file_is_named_and_kept(tmp_path):
    path = tmp_path / "graph.bin"
    path.write_bytes(b"damaged")
    with pytest.raises(InputError, match=r"graph.bin' is damaged .* delete it to download"):
        fetch(RemoteFile("graph.bin", "http://127.0.0.1:1/graph", DIGEST), tmp_path)
    assert path.read_bytes() == b"damaged"


def test_a_folder_in_place_of_the_file_is_named(tmp_path):
    (tmp_path / "graph.bin").mkdir()
    with pytest.raises(InputError, match="cannot be read"):
        fetch(RemoteFile("graph.bin", "http://127.0.0.1:1/graph", DIGEST), tmp_path)


def test_the_level_of_the_logger_is_restored(server, tmp_path):
    import pooch

    pooch.get_logger().setLevel(logging.DEBUG)
    try:
        fetch(RemoteFile("graph.bin", f"{server}/graph"), tmp_path)
        assert pooch.get_logger().level == logging.DEBUG
    finally:
        pooch.get_logger().setLevel(logging.INFO)


def test_the_progress_bar_needs_a_terminal(server, tmp_path, monkeypatch, capsys):
    import sys

    file = RemoteFile("graph.bin", f"{server}/graph")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    fetch(file, tmp_path / "silent", progress=False)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    fetch(file, tmp_path / "loud", progress=True)
    assert "100%" in capsys.readouterr().err


def test_the_data_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("LABELCERT_DATA_DIR", str(tmp_path))
    assert data_folder() == tmp_path
    assert data_folder(tmp_path / "sub") == tmp_path / "sub"
    assert data_folder("~/x") == Path.home() / "x"
    monkeypatch.setenv("LABELCERT_DATA_DIR", "")
    assert data_folder().name == "labelcert"
    monkeypatch.delenv("LABELCERT_DATA_DIR")
    assert data_folder().name == "labelcert"
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="not a folder"):
        data_folder(tmp_path / "file")
