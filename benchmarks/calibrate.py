"""Makes ``bench/advise/calibration.json``, the width of forecasts: `uv run python -m benchmarks.calibrate`.

The shape, how quantiles grow with the reach, comes from 4,000 simulated strategies (`tests.advise.worlds`), since few
real curves reach far. The size comes from real curves: all quantiles of a level are multiplied by one number, with
which the intervals hold what they promise on the curves that were measured, each tool counted alike:

- ``curves/published.jsonl``: training times of others (szilard/GBM-perf and szilard/benchm-ml), asked for ten times the
  rows, from two sizes, or from three, of which the third checks the forecast;
- ``curves/cpu_seconds.jsonl``: CPU seconds of five strategies of ours at seven sizes, asked for 2, 4 and 8 times.

The quality of a forecast grade comes from the published curves of grades alone.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.advise.calibration import LEVELS, Calibration, scale, weighted_quantile
from bench.advise.fit import SizePoint
from bench.advise.forecast import forecaster
from bench.advise.quality import forecast_grade
from bench.problems import PROBLEMS
from tests.advise import worlds

CURVES = Path(__file__).parent / "curves"
OUT = Path(__file__).parents[1] / "bench" / "advise" / "calibration.json"
REACHES = (1.0, 2.0, 4.0, 8.0, 16.0, 64.0)
SIMULATED = 4000


@dataclass(frozen=True)
class Miss:
    """By how much one forecast missed.

    Attributes:
        tool: The tool whose curve it is; curves of one tool count as one.
        error: The logarithm of forecast over truth.
        reach: Rows asked for over the largest measured.
        scale: What an interval is a multiple of.
        sizes: Number of sizes it was made from.
        graphics: Whether it ran on a GPU.
    """

    tool: str
    error: float
    reach: float
    scale: float
    sizes: int
    graphics: bool


def miss(tool: str, seconds: dict[float, float], rows: float, truth: float, graphics: bool = False) -> Miss:
    """Return by how much a forecast missed.

    Args:
        tool: The tool.
        seconds: The seconds at each size that was measured.
        rows: The size asked for.
        truth: Its seconds.
        graphics: Whether it ran on a GPU.
    """
    flat = Calibration("", 0, (1.0, 64.0), dict.fromkeys(LEVELS, (1.0, 1.0)), {})
    found = forecaster([SizePoint(worlds.scale(size), value, {}) for size, value in seconds.items()], table=flat)
    forecast = found.at(rows)
    error = float(np.log(forecast.estimate / truth))
    return Miss(tool, error, forecast.reach, scale(forecast.own_error), len(seconds), graphics)


def published_curves() -> list[dict]:
    """Return the published curves."""
    return [json.loads(line) for line in (CURVES / "published.jsonl").read_text().splitlines()]


def published() -> Iterator[Miss]:
    """Yield every forecast of ten times the rows that a published curve can check."""
    for curve in published_curves():
        seconds = {float(rows): value for rows, value in curve["seconds"].items()}
        graphics = curve["machine"].startswith(("GPU", "lambda", "g5", "g6"))
        for rows, truth in seconds.items():
            below = [rows / 1000, rows / 100, rows / 10]
            for sizes in (below[1:], below):
                if seconds.keys() >= {*sizes}:
                    yield miss(curve["tool"], {size: seconds[size] for size in sizes}, rows, truth, graphics)


def own() -> Iterator[Miss]:
    """Yield every forecast of 2, 4 or 8 times the rows that our own ladders can check."""
    ladders: dict[str, dict[float, list[float]]] = defaultdict(lambda: defaultdict(list))
    for line in map(json.loads, (CURVES / "cpu_seconds.jsonl").read_text().splitlines()):
        ladders[line["strategy"]][float(line["rows"])].append(line["cpu_s"])
    for name, ladder in ladders.items():
        seconds = {rows: float(np.median(values)) for rows, values in sorted(ladder.items())}
        sizes = [*seconds]
        for first in (0, 1):
            measured = {size: seconds[size] for size in sizes[first : first + 4]}
            for rows in sizes[first + 4 :]:
                yield miss(name, measured, rows, seconds[rows])


def shape(level: float, number: int = SIMULATED) -> list[float]:
    """Return the quantile at each reach in the simulated world."""
    random = np.random.default_rng(19)
    scores = []
    for _ in range(number):
        each = worlds.lone(random)
        seconds = {point.at.rows: point.value for point in each.points(worlds.LADDER[:5], repeats=2)}
        top = worlds.LADDER[4]
        misses = [miss("", seconds, top * reach, each.time(top * reach)) for reach in REACHES]
        scores.append([abs(found.error) / found.scale for found in misses])
    return np.quantile(scores, level, axis=0).tolist()


def factor(misses: list[Miss], quantiles: list[float], level: float) -> float:
    """Return by how much intervals must be wider, or narrower, than simulated to hold what they promise."""
    alike = Counter(found.tool for found in misses)
    at = np.interp(np.log([found.reach for found in misses]), np.log(REACHES), quantiles)
    scores = [abs(found.error) / (found.scale * width) for found, width in zip(misses, at, strict=True)]
    return weighted_quantile(scores, level, [1 / alike[found.tool] for found in misses])


def grade_scores() -> list[float]:
    """Return by how much forecast grades missed, as multiples of what an interval is a multiple of."""
    flat = Calibration("", 0, (1.0,), {}, dict.fromkeys(LEVELS, 1.0))
    metric = PROBLEMS["binary"].metrics[0]
    found = []
    for curve in published_curves():
        grades = {float(rows): value for rows, value in curve.get("grades", {}).items()}
        for rows, truth in grades.items():
            below = [rows / 1000, rows / 100, rows / 10]
            if grades.keys() >= {*below}:
                forecast = forecast_grade({size: grades[size] for size in below}, rows, metric, flat)
                found.append(abs(forecast.estimate - truth) / (forecast.high80 - forecast.estimate))
    return found


def main() -> None:
    """Write the file, and print what went into it."""
    misses = [*published(), *own()]
    quantiles = {}
    for level in LEVELS:
        simulated = shape(level)
        wider = factor(misses, simulated, level)
        quantiles[str(level)] = [round(value * wider, 3) for value in simulated]
        print(f"{level:.0%}: simulated {np.round(simulated, 2)}, times {wider:.2f} on {len(misses)} real forecasts")
    scores = grade_scores()
    quality = {str(level): round(weighted_quantile(scores, level, np.ones(len(scores))), 3) for level in LEVELS}
    print(f"grades: {quality} on {len(scores)}")
    found = {
        "curves": len({found.tool for found in misses}),
        "forecasts": len(misses),
        "reaches": list(REACHES),
        "quantiles": quantiles,
        "quality": quality,
    }
    version = hashlib.sha256(json.dumps(found, sort_keys=True).encode()).hexdigest()[:8]
    OUT.write_text(json.dumps({"version": version, **found}, indent=1) + "\n")


if __name__ == "__main__":
    main()
