"""Formulas as MathML, which browsers draw themselves: the site needs no script and no network.

docutils converts them from TeX, and what it does otherwise than TeX is mended here. A formula that
it does not understand is a warning, which stops the build under -W.
"""

from __future__ import annotations

import html
import re
import xml.etree.ElementTree as xml
from collections import Counter
from typing import Any

from docutils import nodes
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.util import logging

_SPACE = "http://www.w3.org/1998/Math/MathML"
_FRACTION_OF_DIGITS = re.compile(r"\\[td]?frac\s*\d\d")
_NAMED = re.compile(r"&(?!lt;|gt;|amp;|quot;)[A-Za-z]+;")
_ACCENTS = "~ˆ˙¯"
_SAME_ON_BOTH_SIDES = "|‖"
_FENCES = "{}⟨⟩" + _SAME_ON_BOTH_SIDES


def mathml(tex: str, *, block: bool) -> str:
    """The formula as MathML; raises MathError where it is not understood."""
    if _FRACTION_OF_DIGITS.search(tex):
        raise MathError(r"\frac takes 12 for one number: write \frac{1}{2}.")
    xml.register_namespace("", _SPACE)
    text = _NAMED.sub(lambda name: html.unescape(name[0]), tex2mathml(tex, as_block=block))
    root = xml.fromstring(text)
    opened: Counter[str] = Counter()
    for element in root.iter():
        name = element.tag.rpartition("}")[2]
        if name == "munderover" and element[2].text and element[2].text in _ACCENTS:
            _put_index_beside(element)
        elif name == "mo" and element.text and element.text in _FENCES:
            # Only what follows \left, \right or \big grows with what it encloses.
            if "minsize" not in element.attrib:
                element.set("stretchy", "false")
            if element.text in _SAME_ON_BOTH_SIDES:
                opened[element.text] += 1
                element.set("form", "prefix" if opened[element.text] % 2 else "postfix")
    return xml.tostring(root, encoding="unicode")


def _put_index_beside(element: xml.Element) -> None:
    """Write a letter with an accent and an index as such: the index is no limit below it."""
    letter, index, accent = element
    element[:] = [xml.Element(f"{{{_SPACE}}}mover", accent="true"), index]
    element[0].extend([letter, accent])
    element.tag = f"{{{_SPACE}}}msub"


def _written(node: nodes.Element, *, block: bool) -> str:
    tex = node.astext()
    try:
        return mathml(tex, block=block)
    except MathError as error:
        logging.getLogger(__name__).warning("%s: %s", tex, error, location=node)
        return ""


def _inline(translator: Any, node: nodes.math) -> None:
    translator.body.append(_written(node, block=False))
    raise nodes.SkipNode


def _block(translator: Any, node: nodes.math_block) -> None:
    translator.body.append(translator.starttag(node, "div", CLASS="math-block"))
    translator.body.append(_written(node, block=True))
    translator.body.append("</div>\n")
    raise nodes.SkipNode


def setup(app: Any) -> dict[str, Any]:
    """Register the renderer with Sphinx, for `html_math_renderer`."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
