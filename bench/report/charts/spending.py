"""CPU time against memory: a point for each way of a task that has both apart from the rest of a trial."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from bench.findings.cases import Case
from bench.findings.names import marked_name, short_names
from bench.report.charts.quality import points
from bench.writing import figures, spots
from bench.writing.chart import MOST_LABELS, MOST_POINTS, NARROW, WIDE, Spec, chart
from bench.writing.clean import label

# Pixels that axes and legend take at most: where they take less, labels have more room than they were placed for.
BESIDE, ALONE, UNDER = 270, 90, 110
SIZE = 70  # square pixels of a point: some lie on each other
LEAST = 1e-3  # CPU seconds and MiB, below which a logarithmic axis would show nothing but noise


def cpu_and_memory(cases: Sequence[Case], width: int) -> Spec | None:
    """Return CPU seconds for a million rows against peak memory, medians, both logarithmic.

    Args:
        cases: The cases, of one task; those without both are left out.
        width: `WIDE`, `MIDDLE` or `NARROW`.

    Returns:
        None where no case has both.
    """
    values = [value for case, name in zip(cases, short_names(cases), strict=True) if (value := _value(case, name))]
    values = values[:MOST_POINTS]
    if not values:
        return None
    height = 400 if width == NARROW else 440
    inner = (width - (BESIDE if width == WIDE else ALONE), height - UNDER)
    x_domain, across = spots.log_scale([value["cpu"] for value in values], inner[0])
    y_domain, up = spots.log_scale([value["memory"] for value in values], inner[1])
    places = [(x, inner[1] - y) for x, y in zip(across, up, strict=True)]
    named = values[:MOST_LABELS]
    found = spots.place_all([value["label"] for value in named], places[: len(named)], *inner)
    labelled = [(value, spot) for value, spot in zip(named, found, strict=True) if spot]
    layers = [spots.leader(value, spot, "cpu", "memory") for value, spot in labelled if spot.far]
    layers += [points(values, width, SIZE), *(spots.text(value, spot) for value, spot in labelled)]
    titles = {"cpu": "CPU seconds for a million rows", "memory": "peak memory of driver and ranks, MiB"}
    axes = {
        channel: {
            "field": field,
            "type": "quantitative",
            "scale": {"type": "log", "domain": list(domain), "nice": False},
            "axis": {"title": titles[field], "tickCount": 5, "labelOverlap": "greedy", "format": "~g"},
        }
        for channel, field, domain in (("x", "cpu", x_domain), ("y", "memory", y_domain))
    }
    told = f"{titles['cpu']} against {titles['memory']} for {len(values)} cases; lower and further left is better"
    return chart(width, height, told, layers, encoding=axes)


def _value(case: Case, name: str) -> Spec | None:
    spent = [found for record in case.counted if (found := case.kind.spent(record))]
    if not spent:
        return None
    cpu, memory = (statistics.median(column) for column in zip(*spent, strict=True))
    told = f"{marked_name(case)}: {figures.seconds(cpu)} of CPU time for a million rows, {figures.size(memory)}"
    return {
        "cpu": max(LEAST, cpu),
        "memory": max(LEAST, memory / 2**20),
        "family": label(case.family),
        "label": label(name),
        "told": told,
    }
