"""A headless Chromium, driven by the DevTools protocol over a pipe.

The pipe needs nothing but the browser itself: no driver of the same version, no web socket library
and no free port, which is why neither Selenium nor Playwright is a dependency.
"""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FOUND = next((path for name in NAMES if (path := shutil.which(name))), None)
SECONDS = 30.0

# A browser is no Python package; CI installs one. The pipe to it needs POSIX file descriptors.
needs_chromium = pytest.mark.skipif(
    FOUND is None or os.name == "nt",
    reason="no Chromium found: apt-get install chromium",
)
_FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
    "--disable-extensions", "--disable-background-networking", "--disable-component-update",
    "--hide-scrollbars", "--force-color-profile=srgb", "--remote-debugging-pipe",
)  # fmt: skip

# The browser reads commands from file 3 and writes answers to file 4.
_ON_THREE_AND_FOUR = """
exec 8<&"$1" 9>&"$2" 3<&8 4>&9
shift 2
exec "$@"
"""


class Browser:
    """One browser; `page` opens a file in a new tab."""

    def __init__(self, send: int, receive: int) -> None:
        self._send, self._receive = send, receive
        self._buffer = b""
        self._number = 0
        self.events: list[dict[str, Any]] = []

    def call(self, method: str, session: str | None = None, **parameters: Any) -> dict[str, Any]:
        """Send a command and wait for its result; events that come meanwhile are kept."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if session is not None:
            message["sessionId"] = session
        os.write(self._send, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") != self._number:
                self.events.append(answer)
                continue
            if "error" in answer:
                raise AssertionError(f"{method}: {answer['error']}")
            return answer["result"]

    def _next(self) -> dict[str, Any]:
        deadline = time.monotonic() + SECONDS
        while b"\0" not in self._buffer:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self._receive], [], [], left)[0]:
                raise AssertionError("the browser does not answer")
            received = os.read(self._receive, 1 << 20)
            if not received:
                raise AssertionError("the browser has ended")
            self._buffer += received
        message, self._buffer = self._buffer.split(b"\0", 1)
        return json.loads(message)

    def page(self, file: Path, *, width: int = 1200, height: int = 900, **media: str) -> Page:
        """Open a file, and wait until it is drawn; media: features such as prefers_color_scheme."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = Page(self, session, target)
        for domain in ("Page", "Runtime", "Network", "Log"):
            page.call(f"{domain}.enable")
        page.resize(width, height)
        page.media(**media)
        page.call("Page.navigate", url=file.resolve().as_uri())
        page.wait("document.documentElement?.dataset.ready === 'yes'")
        page.wait("[...document.querySelectorAll('.chart')].every((c) => c.dataset.drawn)")
        return page


class Page:
    """A tab."""

    def __init__(self, browser: Browser, session: str, target: str) -> None:
        self._browser, self._session, self._target = browser, session, target

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """A command of the DevTools protocol."""
        return self._browser.call(method, self._session, **parameters)

    def js(self, expression: str) -> Any:
        """The value of an expression, awaited if it is a promise."""
        result = self.call(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        if "exceptionDetails" in result:
            raise AssertionError(result["exceptionDetails"])
        return result["result"].get("value")

    def wait(self, condition: str) -> None:
        """Wait until an expression is true."""
        deadline = time.monotonic() + SECONDS
        while not self.js(f"Boolean({condition})"):
            assert time.monotonic() < deadline, f"never true: {condition}; {self.complaints()}"
            time.sleep(0.05)

    def resize(self, width: int, height: int, phone: bool = False) -> None:
        """Set the size of the window in CSS pixels."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=2 if phone else 1, mobile=phone,
        )  # fmt: skip

    def media(self, medium: str = "", **features: str) -> None:
        """Set media features such as prefers_color_scheme="dark", or the medium "print"."""
        named = [{"name": k.replace("_", "-"), "value": v} for k, v in features.items()]
        self.call("Emulation.setEmulatedMedia", media=medium, features=named)

    def click(self, selector: str) -> None:
        """Click in the middle of the first element that a selector finds, once it stands still."""
        script = f"document.querySelector({json.dumps(selector)})"
        box, before, deadline = "", None, time.monotonic() + SECONDS
        while box != before:  # charts above it that are drawn again move it
            assert time.monotonic() < deadline, f"{selector} does not stand still"
            before = box
            self.js(f"{script}.scrollIntoView({{block: 'center', behavior: 'instant'}})")
            box = self.js(f"JSON.stringify({script}.getBoundingClientRect())")
            time.sleep(0.05)
        place = json.loads(box)
        x, y = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def move(self, x: float, y: float) -> None:
        """Move the pointer."""
        self.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)

    def press(self, key: str) -> None:
        """Press and release a key, by its name in JavaScript."""
        codes = {"ArrowRight": 39, "ArrowLeft": 37, "Tab": 9, "Enter": 13, " ": 32}
        letters = {"text": key} if len(key) == 1 else {}
        text = {"text": "\r"} if key == "Enter" else letters
        common = {"key": key, "windowsVirtualKeyCode": codes.get(key) or ord(key.upper())}
        self.call("Input.dispatchKeyEvent", type="keyDown", **common, **text)
        self.call("Input.dispatchKeyEvent", type="keyUp", **common)

    def screenshot(self, file: Path, whole: bool = True) -> None:
        """Write a PNG of the page."""
        shot = self.call("Page.captureScreenshot", captureBeyondViewport=whole)
        file.write_bytes(base64.b64decode(shot["data"]))

    def pdf(self, file: Path) -> None:
        """Print to a PDF."""
        printed = self.call("Page.printToPDF", printBackground=False, preferCSSPageSize=False)
        file.write_bytes(base64.b64decode(printed["data"]))

    def mine(self, method: str) -> Iterator[dict[str, Any]]:
        """Parameters of the events of a kind that this tab has sent."""
        self.js("1")  # whatever was sent before the answer is here now
        for event in self._browser.events:
            if event.get("method") == method and event.get("sessionId") == self._session:
                yield event["params"]

    def complaints(self) -> list[str]:
        """Everything in the console: errors, warnings, exceptions, what the policy refused."""
        thrown = [e["exceptionDetails"] for e in self.mine("Runtime.exceptionThrown")]
        found = [t.get("exception", {}).get("description", t["text"]) for t in thrown]
        found += [str(e["args"]) for e in self.mine("Runtime.consoleAPICalled")]
        return found + [e["entry"]["text"] for e in self.mine("Log.entryAdded")]

    def requests(self) -> list[str]:
        """Addresses of everything that was asked for."""
        return [e["request"]["url"] for e in self.mine("Network.requestWillBeSent")]

    def close(self) -> None:
        """Close the tab."""
        self._browser.call("Target.closeTarget", targetId=self._target)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser with a profile of its own, ended with the block."""
    assert FOUND is not None
    to_child, send = os.pipe()
    receive, from_child = os.pipe()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            ["bash", "-c", _ON_THREE_AND_FOUR, "bash", str(to_child), str(from_child), FOUND,
             *_FLAGS, f"--user-data-dir={profile}", "about:blank"],
            pass_fds=(to_child, from_child),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(to_child)
        os.close(from_child)
        try:
            yield Browser(send, receive)
        finally:
            os.close(send)
            process.terminate()
            process.wait(SECONDS)
            os.close(receive)


def count(page: Page, selector: str) -> int:
    """How many elements a selector finds."""
    return page.js(f"document.querySelectorAll({json.dumps(selector)}).length")


def text(page: Page, selector: str) -> str:
    """The text of the first element that a selector finds."""
    return page.js(f"document.querySelector({json.dumps(selector)}).textContent")
