"""Draws: a Vega-Lite specification becomes an SVG element that may stand in a page.

Vega draws here, when the report is made, and not in the reader's browser: the page needs no library's script, is small,
prints as it is, and its marks carry descriptions that screen readers read. Colours are CSS variables, so that the
page's own style makes them light or dark.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET  # what is parsed is what Vega wrote

from bench.writing.chart import DRAWN, MEASURED, Spec

SVG = "{http://www.w3.org/2000/svg}"
ELEMENTS = {"svg", "g", "path", "line", "rect", "text", "tspan", "circle", "defs", "clipPath"}
ATTRIBUTES = {
    *("id", "class", "width", "height", "viewBox", "role", "transform", "d", "x", "y", "x1", "x2", "y1", "y2", "r"),
    *(
        "cx",
        "cy",
        "rx",
        "ry",
        "dx",
        "dy",
        "fill",
        "fill-opacity",
        "stroke",
        "stroke-width",
        "stroke-dasharray",
        "stroke-miterlimit",
    ),
    *("stroke-opacity", "opacity", "text-anchor", "font-size", "font-weight", "clip-path", "display"),
    *("aria-label", "aria-hidden", "aria-roledescription"),
}
LEFT_OUT = {"font-family", "pointer-events", "version"}  # the page's style sheet says the same once
_REFERENCE = re.compile(r"url\(#([\w-]+)\)")


def svg(spec: Spec, mark: str) -> str:
    """Return a chart as an ``<svg>`` element for an HTML page.

    Args:
        spec: A specification out of `bench.report.charts`.
        mark: A word that no other chart of the page has, so that ids stay unique.

    Raises:
        ValueError: Vega wrote something that has no business in a chart.
    """
    import vl_convert

    root = ET.fromstring(vl_convert.vegalite_to_svg(spec))  # noqa: S314 - Vega's own output
    _clean(root, mark)
    root.set("role", "graphics-document")
    root.set("aria-label", spec["description"])
    root.set("aria-roledescription", "chart")
    return ET.tostring(root, encoding="unicode", short_empty_elements=True)


def _clean(element: ET.Element, mark: str) -> None:
    """Keep what charts are made of, refuse the rest, and take away what draws nothing."""
    element.tag = element.tag.removeprefix(SVG)
    if element.tag not in ELEMENTS:
        raise ValueError(f"a chart has no element {element.tag}")
    for name, value in list(element.attrib.items()):
        if name in LEFT_OUT or (name == "opacity" and value == "1"):
            del element.attrib[name]
        elif name not in ATTRIBUTES:
            raise ValueError(f"a chart has no attribute {name}")
        elif name == "font-size":
            element.set(name, f"{float(value.removesuffix('px')) * DRAWN / MEASURED:.3g}px")
        elif name == "id":
            element.set(name, f"{mark}-{value}")
        elif name == "clip-path":
            element.set(name, _REFERENCE.sub(rf"url(#{mark}-\1)", value))
    for child in list(element):
        _clean(child, mark)
        if _draws_nothing(child):
            element.remove(child)


def _draws_nothing(element: ET.Element) -> bool:
    if element.tag == "path":
        return element.get("display") == "none" or element.get("d", "") in ("", "M0,0h0v0h0Z")
    if element.tag == "text":
        return not element.text and not len(element)
    return element.tag in ("g", "defs") and not len(element)
