"""Hatches: lines of paper across a colour, so that parts of a chart differ where a print has no colours."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET  # it only builds elements here

SIZE = 6  # pixels until a hatch repeats itself
UP, DOWN = "M0,6L6,0M-1,1L1,-1M5,7L7,5", "M0,0L6,6M5,-1L7,1M-1,5L1,7"
LINES = {"up": UP, "down": DOWN, "cross": UP + DOWN, "upright": "M3,0V6", "level": "M0,3H6", "dots": "M1.5,3H4.5"}
WIDTHS = {"dots": "3", "upright": "2", "level": "2"}  # of lines; others have 1.2
_FILL = re.compile(r"url\(#hatch-(\w+)-([\w-]+)\)")


def define(root: ET.Element, mark: str) -> None:
    """Draw the hatches that a chart fills its parts with, out of `bench.writing.palette.hatched`, and put them into it.

    Args:
        root: The chart; its fills get the ids of the hatches.
        mark: A word that no other chart of the page has.
    """
    found: dict[str, tuple[str, str]] = {}
    for element in root.iter():
        fill = _FILL.fullmatch(element.get("fill", ""))
        if fill:
            name = f"{mark}-{fill[1]}-{fill[2]}"
            found[name] = fill[1], fill[2]
            element.set("fill", f"url(#{name})")
    if not found:
        return
    room = ET.Element("defs")
    for name, (hatch, colour) in found.items():
        sides = {"width": str(SIZE), "height": str(SIZE)}
        pattern = ET.SubElement(room, "pattern", {"id": name, "patternUnits": "userSpaceOnUse", **sides})
        ET.SubElement(pattern, "rect", {**sides, "fill": f"var(--{colour})"})
        style = {"fill": "none", "stroke": "var(--paper)", "stroke-width": WIDTHS.get(hatch, "1.2")}
        ET.SubElement(pattern, "path", {"d": LINES[hatch], **style})
    root.insert(0, room)
