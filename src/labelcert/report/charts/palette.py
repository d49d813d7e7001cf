"""Colours of charts: on paper, and on the page in light and dark.

Curves have colour, shape and dash, so that none of them is needed to tell models apart. All colours
of curves stand out from their background by a contrast of 3 or more (WCAG 2.2, 1.4.11).
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

SHAPES = (
    "circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "triangle-right",
    "triangle-left",
)  # fmt: skip
"""Eight, and ten colours: so 40 models differ in one of the two, as legends show them."""
DASHES = ((1, 0), (6, 3), (2, 2), (8, 3, 2, 3))
"""The first colours have the first dash; where colours come again they have the next."""

SHADES = 17
"""Steps from the lowest radius to the highest."""


@dataclass(frozen=True)
class Palette:
    """Colours as CSS knows them.

    ink, soft, grid: text, lesser text and axes, grid lines. paper: the background. series: of
    curves. shades: of radii, `SHADES` from lowest to highest; inks: of text on each of them. tie:
    of a prediction that is a tie, and tie_ink of text on it.
    """

    ink: str
    soft: str
    grid: str
    paper: str
    tie: str
    tie_ink: str
    series: tuple[str, ...]
    shades: tuple[str, ...]
    inks: tuple[str, ...]

    def shade(self, radius: int, top: int) -> str:
        """The colour of a radius from 0 to top, or −1."""
        return self.tie if radius < 0 else self.shades[_number(radius, top)]

    def shade_ink(self, radius: int, top: int) -> str:
        """The colour of text on `shade`."""
        return self.tie_ink if radius < 0 else self.inks[_number(radius, top)]


def _number(radius: int, top: int) -> int:
    return round((SHADES - 1) * min(radius, top) / max(top, 1))


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours "#rrggbb", 1 to 21 (WCAG 2.2)."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _inks(shades: tuple[str, ...]) -> tuple[str, ...]:
    """Black or white, whichever is easier to read; one of them always has a contrast above 4.5."""
    return tuple(max(("#000000", "#ffffff"), key=lambda ink: contrast(ink, c)) for c in shades)


def _between(*anchors: str) -> tuple[str, ...]:
    """`SHADES` colours on straight lines between anchors, "#rrggbb", that are equally far apart."""
    points = [[int(anchor[i : i + 2], 16) for i in (1, 3, 5)] for anchor in anchors]
    shades: list[str] = []
    for step in range(SHADES):
        place = step * (len(points) - 1) / (SHADES - 1)
        k = min(int(place), len(points) - 2)
        pairs = zip(points[k], points[k + 1], strict=True)
        mixed = [round(a + (place - k) * (b - a)) for a, b in pairs]
        shades.append("#" + "".join(f"{value:02x}" for value in mixed))
    return tuple(shades)


_BLUE = _between("#fdeeb8", "#b9dfa8", "#5fbcab", "#2f86b4", "#234f9b", "#1b1d5c")
_YELLOW = _between("#3a2f4a", "#27427c", "#1d719c", "#35a596", "#9ad287", "#fdf1b0")

LIGHT = Palette(
    ink="#1f2933",
    soft="#52606d",
    grid="#e4e7eb",
    paper="#ffffff",
    tie="#b42318",
    tie_ink="#ffffff",
    series=(
        "#0063a6", "#c2410c", "#00805e", "#a3397f", "#7a5c00",
        "#5b52c7", "#0e7c96", "#8f1d2c", "#4d7c0f", "#57534e",
    ),
    shades=_BLUE,
    inks=_inks(_BLUE),
)  # fmt: skip

DARK = replace(
    LIGHT,
    ink="#e6e9ed",
    soft="#a3adb8",
    grid="#333b45",
    paper="#15191e",
    tie="#ff7b72",
    tie_ink="#000000",
    series=(
        "#6cb6ff", "#ff9a62", "#4fd6a8", "#f08bc4", "#e2bd4c",
        "#a9a2ff", "#5ad1e6", "#ff7b86", "#a8d55a", "#c3bdb5",
    ),
    shades=_YELLOW,
    inks=_inks(_YELLOW),
)  # fmt: skip


def css_variables(palette: Palette) -> str:
    """The palette as declarations of CSS variables, as the page's style sheet uses them."""
    lines: list[str] = []
    for f in fields(palette):
        value = getattr(palette, f.name)
        name = _variable(f.name)
        if isinstance(value, str):
            lines.append(f"{name}: {value};")
        else:
            lines += [f"{name}-{k}: {colour};" for k, colour in enumerate(value)]
    return " ".join(lines)


def _variable(field: str) -> str:
    return "--" + field.replace("_", "-")


def _as_variables(palette: Palette) -> Palette:
    variables: dict[str, Any] = {}
    for f in fields(palette):
        value, name = getattr(palette, f.name), _variable(f.name)
        several = tuple(f"var({name}-{k})" for k in range(len(value)))
        variables[f.name] = f"var({name})" if isinstance(value, str) else several
    return Palette(**variables)


PAGE = _as_variables(LIGHT)
"""Every colour as the CSS variable of `css_variables`, so that charts follow the page's theme."""
