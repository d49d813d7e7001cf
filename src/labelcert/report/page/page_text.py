"""Text for a page: what may stand in HTML and in a script, and the page's security policy."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

_SPECIAL = re.compile("[<>&\u2028\u2029]")
_SLOT = re.compile(r"\{\{(\w+)\}\}")


def json_for_script(value: Any) -> str:
    """JSON that may stand in a <script> whatever is in it: no "</script>", no "<!--"."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    # All five only occur inside strings, where an escape means the same.
    return _SPECIAL.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def policy(scripts: Iterable[str], styles: Iterable[str]) -> str:
    """The content security policy that lets these scripts and styles run, and nothing else.

    Nothing may be loaded from anywhere, and no code made at run time. An image may be part of the
    page itself, which the empty icon is.
    """
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {' '.join(map(_digest, scripts))}",
            f"style-src {' '.join(map(_digest, styles))}",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def filled(template: str, parts: Mapping[str, str]) -> str:
    """A template with every {{slot}} replaced, in one pass: what is put in is not looked at."""
    return _SLOT.sub(lambda found: parts[found[1]], template)


def _digest(content: str) -> str:
    digest = hashlib.sha256(content.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
