"""Draws the charts of an HTML report, each under a mark of its own."""

from __future__ import annotations

from collections.abc import Callable

from markupsafe import Markup

from bench.report.charts import MIDDLE, NARROW, WIDE, Spec
from bench.writing.draw import svg

WIDTHS = {"wide": WIDE, "middle": MIDDLE, "narrow": NARROW}  # by the classes of the style sheet


class ChartDrawer:
    """Draws charts, each under a mark of its own."""

    def __init__(self) -> None:
        """Begin with the first mark."""
        self._number = 0

    def one(self, spec: Spec | None) -> Markup | None:
        """Draw a chart; None where there is none.

        Args:
            spec: Its specification.
        """
        if spec is None:
            return None
        self._number += 1
        return svg(spec, f"chart{self._number}")

    def each(self, make: Callable[[int], Spec | None]) -> Markup | None:
        """Draw a chart for a desk, a tablet and a telephone; the style sheet shows one of them.

        Args:
            make: Returns the specification for a width.
        """
        drawn = [(name, self.one(make(width))) for name, width in WIDTHS.items()]
        if any(chart is None for _, chart in drawn):
            return None
        return Markup("").join(Markup('<div class="{}">{}</div>').format(name, chart) for name, chart in drawn)
