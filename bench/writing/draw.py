"""Draws: a Vega-Lite specification becomes an SVG element that may stand in a page.

Vega draws here, when the page is made, and not in the reader's browser: the page needs no library's script, is small,
prints as it is, and its marks carry descriptions that screen readers read. Colours are CSS variables, so that the
page's own style makes them light or dark.
"""

from __future__ import annotations

import errno
import os
import re
import resource
from xml.etree import ElementTree as ET  # it parses only Vega's own output

from markupsafe import Markup

from bench.headroom import check_files, check_threads
from bench.writing import hatch
from bench.writing.chart import DRAWN, MEASURED, Spec

# V8 reserves 64 GiB before it runs anything, as vl-convert 1.9 has built it; what Python and pyarrow have is 2 GiB.
ADDRESS_SPACE_BYTES = 68 * 2**30
# V8's platform and Deno's Tokio have threads for each core and one more; 2 cores were measured to take 4 of them.
THREADS_FOR_A_CORE, MORE_THREADS = 2, 2
# Its channels: of vl-convert 1.9 a thread panics where there are 10, and with 12 it draws, on 2 cores.
FILES = 16
SVG = "{http://www.w3.org/2000/svg}"
ELEMENTS = {"svg", "g", "path", "line", "rect", "text", "tspan", "circle", "defs", "clipPath", "title"}
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
_NUMBER = r"(-?[\d.]+)"
_CIRCLE = re.compile(rf"M{_NUMBER},0A\1,\1,0,1,1,-\1,0A\1,\1,0,1,1,\1,0")
_PLACE = re.compile(rf"translate\({_NUMBER},{_NUMBER}\)")


def svg(spec: Spec, mark: str, *, titles: bool = False) -> Markup:
    """Return a chart as an ``<svg>`` element for an HTML page.

    Args:
        spec: The specification, out of `bench.writing.chart.chart`.
        mark: A word that no other chart of the page has, so that ids stay unique.
        titles: Whether browsers show the description of a mark when one points at it, for pages without a script. Such
            a chart is one image for a screen reader, with the chart's own description.

    Raises:
        OSError: The address space is limited to less than Vega's engine takes (``ENOMEM``), or threads are
            (``EAGAIN``), or open files are (``EMFILE``).
        ValueError: Vega wrote an element or attribute that no chart needs.
    """
    _check_address_space()
    check_threads(THREADS_FOR_A_CORE * len(os.sched_getaffinity(0)) + MORE_THREADS, "charts")
    check_files(FILES, "charts")
    import vl_convert

    root = ET.fromstring(vl_convert.vegalite_to_svg(spec))  # noqa: S314 - Vega's own output
    _clean(root, mark)
    hatch.define(root, mark)
    if titles:
        _show_on_pointing(root)
    root.set("role", "img" if titles else "graphics-document")
    root.set("aria-label", spec["description"])
    if not titles:
        root.set("aria-roledescription", "chart")
    text = ET.tostring(root, encoding="unicode", short_empty_elements=True)
    return Markup(text)  # noqa: S704 - only what `_clean` lets through


def _check_address_space() -> None:
    """See that there is address space for V8, which ends the process with a signal where there is not."""
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit != resource.RLIM_INFINITY and limit < ADDRESS_SPACE_BYTES:
        raise OSError(
            errno.ENOMEM, f"charts take {ADDRESS_SPACE_BYTES >> 30} GiB of address space, though little memory"
        )


def _clean(element: ET.Element, mark: str) -> None:
    """Keep the elements and attributes of charts, refuse others, and remove elements that draw nothing."""
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
    _simplify(element)
    for child in list(element):
        _clean(child, mark)
        if _draws_nothing(child):
            element.remove(child)


def _simplify(element: ET.Element) -> None:
    """Write a circle as one, which Vega writes as the path around it, four times as long."""
    path = _CIRCLE.fullmatch(element.get("d", ""))
    place = _PLACE.fullmatch(element.get("transform", ""))
    if element.tag == "path" and path and place:
        element.tag = "circle"
        for name in ("d", "transform"):
            del element.attrib[name]
        for name, value in (("cx", place[1]), ("cy", place[2]), ("r", path[1])):
            element.set(name, f"{float(value):.5g}")


def _show_on_pointing(root: ET.Element) -> None:
    """Put the description of each mark into a ``<title>``, and remove the roles, since the chart is one image."""
    for element in list(root.iter()):
        told = element.attrib.pop("aria-label", None)
        is_mark = element.attrib.pop("role", None) == "graphics-symbol"
        for name in ("aria-roledescription", "aria-hidden"):
            element.attrib.pop(name, None)
        if told and is_mark and element.tag != "g":
            ET.SubElement(element, "title").text = told


def _draws_nothing(element: ET.Element) -> bool:
    if element.tag == "path":
        return element.get("display") == "none" or element.get("d", "") in ("", "M0,0h0v0h0Z")
    if element.tag == "text":
        return not element.text and not len(element)
    return element.tag in ("g", "defs") and not len(element)
