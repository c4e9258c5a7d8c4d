"""What a contender takes at a place, the machine at hand or another one; pure.

A time does not carry over to another machine by any benchmark of the machine: of published curves such a ratio missed
by 40 % in the median and by 114 % in one of ten cases, no better than none. The shape of a strategy's curve does carry
over, with the ratio of one small run of that very strategy there: 19 % and 60 %.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bench.advise.contenders import Contender, Rung, contenders
from bench.advise.forecast import Forecast
from bench.advise.refusal import LEAST_ROWS_OF_A_GPU, LEAST_S, Refusal
from bench.advise.sites import HANDED, Site, node_cores
from bench.advise.sources import unlikeness
from bench.records.directory import Run
from bench.writing import figures

OF_MACHINES = ("machine", "cores", "dataset")  # groups of facts in which a probe may differ
OF_CLUSTERS = ("master", "Spark master")  # and facts, where both are of clusters
ERROR80, ERROR95 = math.log(1.6), math.log(2.5)  # of the ratio of two machines, in logarithms, on published curves
SAME_ROWS = 0.01  # share by which two sizes may differ that count as one


@dataclass(frozen=True)
class SiteTime:
    """The time of a contender at a place.

    Attributes:
        forecast: Its seconds there.
        start_s: Seconds before the work: the start of its process, and its set-up.
        ratio: What a second here is there.
        ratio95: Half the width of the ratio's wide interval, in logarithms.
    """

    forecast: Forecast
    start_s: float
    ratio: float = 1.0
    ratio95: float = 0.0


def time_at(site: Site, contender: Contender, time: Forecast, runs: Sequence[Run]) -> SiteTime | Refusal:
    """Return a contender's time at a place, or why nobody knows it.

    Args:
        site: The place, of which something may be said.
        contender: What was measured of it here.
        time: Its forecast here.
        runs: What was measured here.
    """
    if not site.probe:
        return SiteTime(time, start_s(contender.largest))
    if refusal := _unlike(site, runs):
        return refusal
    if contender.workers != contender.largest.at.workers:
        reason = f"{contender.workers} workers are a forecast, which another kind of node makes no surer"
        return Refusal("machine", reason, f"measure {contender.workers} workers here, and there")
    found = {each.name: each for each in contenders(site.probe, contender.largest.case.task)}
    there = found.get(contender.name)
    again = HANDED.format(file="NEW.json")
    if there is None:
        return Refusal("machine", f"it was not run on {site.name}", again)
    if len(there.disturbed) == len(there.rungs):
        return Refusal("disturbed", f"others used {site.name} in each of its trials there", again)
    pair = _common(contender, there)
    gpus = any(run.run["environment"]["host"]["gpus"] for run in (runs[0], site.probe[0]))
    least = LEAST_ROWS_OF_A_GPU if gpus else 0
    if pair is None or pair[0].at.rows < least:
        wanted = [rung.at.rows for rung in contender.rungs if _counts(rung) and rung.at.rows >= least][:2]
        sizes = figures.names([contender.table_rows(rows) for rows in wanted]) if wanted else ""
        fill = f" of {figures.whole(least)} rows or more, which fill a GPU," if gpus else ""
        reason = f"it has no size{fill} that took {LEAST_S:g} s or more both here and on {site.name}"
        return Refusal("machine", reason, f"probe there with {sizes or 'larger sizes, after measuring them here'} rows")
    mine, its = pair
    assert mine.point  # noqa: S101 - `_common` sees to it
    assert its.point  # noqa: S101 - as above
    ratio = its.point.value / mine.point.value
    return SiteTime(_carried(time, ratio), start_s(its), ratio, ERROR95)


def start_s(rung: Rung) -> float:
    """Return the median seconds from the start of a process to the work.

    Args:
        rung: What was measured at one size.
    """
    records = rung.case.undisturbed_in("start", "setup") or rung.case.ok
    found = [sum(record["phases"].get(name, 0.0) for name in ("start", "setup")) for record in records]
    return statistics.median(found) if found else 0.0


def _common(contender: Contender, there: Contender) -> tuple[Rung, Rung] | None:
    """Return the largest size that was measured at both places, and took long enough to count."""
    pairs = [
        (mine, its)
        for mine in contender.rungs
        for its in there.rungs
        if abs(mine.at.rows - its.at.rows) <= SAME_ROWS * mine.at.rows and _counts(mine) and _counts(its)
    ]
    return max(pairs, key=lambda pair: pair[0].at.rows, default=None)


def _counts(rung: Rung) -> bool:
    return rung.point is not None and rung.point.value >= LEAST_S


def _carried(time: Forecast, ratio: float) -> Forecast:
    """Return a forecast at another place: two errors that know nothing of each other, that of the ratio and its own."""
    estimate = time.estimate * ratio
    narrow, wide = (
        math.exp(math.hypot(math.log(high / time.estimate), error))
        for high, error in ((time.high80, ERROR80), (time.high95, ERROR95))
    )
    ends = {"low80": estimate / narrow, "high80": estimate * narrow, "low95": estimate / wide}
    return replace(time, estimate=estimate, high95=estimate * wide, **ends)


def _unlike(site: Site, runs: Sequence[Run]) -> Refusal | None:
    clusters = OF_CLUSTERS if all(node_cores(run) for run in (runs[0], site.probe[0])) else ()
    fact = unlikeness([runs[0], *site.probe], None, but=(*OF_MACHINES, *clusters))
    if not fact:
        return None
    return Refusal("unlike", f"of {site.name}: {fact}", "probe there with the same stack, settings and table")
