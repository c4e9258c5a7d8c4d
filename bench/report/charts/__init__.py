"""The charts of the report, each as a Vega-Lite specification; `bench.writing.draw` turns them into SVG."""

from bench.report.charts.exchange import efficiency, parts_of_a_step
from bench.report.charts.phases import where_time_goes
from bench.report.charts.quality import time_and_quality
from bench.report.charts.resources import bars
from bench.report.charts.scaling import speed_up
from bench.report.charts.sizes import grade_by_rows, memory_by_rows, time_by_rows
from bench.report.charts.spending import cpu_and_memory
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
    "cpu_and_memory",
    "efficiency",
    "grade_by_rows",
    "memory_by_rows",
    "parts_of_a_step",
    "speed_up",
    "time_and_quality",
    "time_by_rows",
    "where_time_goes",
]
