"""The charts of the report, each as a Vega-Lite specification; `bench.writing.draw` turns them into SVG."""

from bench.report.charts.phases import where_time_goes
from bench.report.charts.quality import time_and_quality
from bench.report.charts.resources import bars
from bench.report.charts.scaling import speed_up, time_by_rows
from bench.writing.chart import MIDDLE, MOST_BARS, MOST_LINES, MOST_POINTS, NARROW, WIDE, Spec

__all__ = [
    "MIDDLE",
    "MOST_BARS",
    "MOST_LINES",
    "MOST_POINTS",
    "NARROW",
    "WIDE",
    "Spec",
    "bars",
    "speed_up",
    "time_and_quality",
    "time_by_rows",
    "where_time_goes",
]
