"""Forecasts a strategy on numbers of workers that it was not measured with; pure.

It takes three numbers of workers at least: from one and two, a share of the work that does not divide is not seen, and
simulated forecasts for eight then miss by 31 to 61 %. The law is fitted over sizes and workers at once, and its own
error is the larger of two: at the largest sizes from the smaller ones, and at the most workers from fewer. On one
machine the workers share its cores; on a cluster each has cores of its own.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from bench.advise import calibration
from bench.advise.calibration import Calibration
from bench.advise.contenders import Contender
from bench.advise.decide import FARTHEST
from bench.advise.fit import RANGE, SizePoint, TermsOf, fit, held_out_error, in_range, missed, most_terms
from bench.advise.forecast import Forecaster
from bench.advise.hosts import TOLD, Rooms
from bench.advise.memory import MemoryVerdict, deciding, known_peaks
from bench.advise.outlook import LEAST_SIZES, Outlook, grade_of
from bench.advise.refusal import MOST_ERROR, Refusal, of_error, of_limits, of_reach, usable
from bench.advise.sources import entrant_name
from bench.advise.stated import StatedTerms
from bench.problems import Metric
from bench.scaling import REST, Scale, Terms
from bench.writing import figures

LEAST_COUNTS = 3
MOST_TIMES = 4.0  # times the most workers measured


def on_more_workers(
    measured: Sequence[Contender],
    workers: int,
    asked: float,
    rooms: Rooms,
    stated: StatedTerms,
    metric: Metric,
    table: Calibration | None = None,
    *,
    gpus: bool,
) -> Outlook:
    """Return what the measurements of a strategy with some numbers of workers allow to say of another one.

    Args:
        measured: The strategy with each number of workers that was measured; at least one.
        workers: The number of workers asked for.
        asked: The rows asked for, of those that the task works on.
        rooms: Bytes of memory that a trial may use.
        stated: The terms that the strategy states.
        metric: The first grade.
        table: The calibration of times; the package's own if not given.
        gpus: Whether the machine has any.
    """
    most = max(measured, key=lambda each: each.workers)
    here = Contender(entrant_name(most.strategy, workers), most.strategy, workers, most.rungs)
    points = {each.workers: usable(each, gpus) for each in measured}
    counted = sorted(count for count, found in points.items() if len(found) >= 2)
    there = replace(_there(most, workers), rows=asked)
    if refusal := of_limits(here, there, stated.limits) or _of_counts(counted, workers):
        return Outlook(here, refusal)
    together = in_range([point for count in counted for point in points[count]])
    terms = spread(stated.time)
    if (needed := most_terms(together, terms)) > len(together):
        reason = f"a phase has {needed} terms, and {len(together)} measurements count"
        return Outlook(here, Refusal("few", reason, "measure more sizes with each number of workers"))
    memory = _judge(here, measured, workers, asked, rooms, stated)
    if memory.refusal:
        return Outlook(here, memory.refusal, need=memory.law, host=memory.host)
    asked_of = partial(_forecaster, there=_there(most, workers), terms=terms, table=table)
    law = asked_of(together)
    assert law  # noqa: S101 - there are points
    time = law.at(asked)
    largest = max(point.at.rows for point in together)
    smaller = [point for point in together if point.at.rows < largest]
    enough = len({point.at.rows for point in smaller}) >= LEAST_SIZES
    less = asked_of(smaller) if enough else None
    refusal = _of_counts_error(together, terms, counted) or of_error(here, time.own_error)
    if time.reach > FARTHEST:
        refusal = of_reach(here, time.reach, asked, figures.seconds(law.at(asked / FARTHEST).estimate))
    return Outlook(
        here,
        refusal,
        memory.need,
        law,
        time,
        grade_of(most, asked, metric),
        less.at(asked) if less else None,
        memory.law,
        memory.host,
    )


def _judge(
    here: Contender, measured: Sequence[Contender], workers: int, asked: float, rooms: Rooms, stated: StatedTerms
) -> MemoryVerdict:
    """Return whether the memory of so many workers fits on each host, of the host that decides."""
    found = []
    for host in here.hosts:
        where = f" on {TOLD[host]}" if len(here.hosts) > 1 else ""
        known = [point for each in measured for point in known_peaks(each, host)]
        law, room = _forecaster(known, _there(here, workers), spread(stated.memory)), rooms.of(host)
        if room is None or law is None:
            refusal = Refusal("memory", f"memory{where} is unknown", "measure it where bench can read it")
            found.append(MemoryVerdict(None, refusal, host=host))
            continue
        peak = law.at(asked)
        refused = None
        if peak.high95 > room:
            amounts = f"{figures.size(peak.estimate)} (up to {figures.size(peak.high95)}) of {figures.size(room)}"
            who = "it needs" if where else "all workers need"
            reason = f"with {here.table_rows(asked)} rows {who} {amounts} that may be used{where}"
            refused = Refusal("memory", reason, "take more memory", may_fit=peak.estimate <= room)
        found.append(MemoryVerdict(peak, refused, law, host))
    return deciding(found, rooms)


def _of_counts_error(points: Sequence[SizePoint], terms: TermsOf, counted: Sequence[int]) -> Refusal | None:
    """Return that the most workers were forecast badly from fewer: messages cost much, and nobody knows what kind."""
    error = _counts_error(in_range(points, RANGE), terms)
    if error is None or error <= MOST_ERROR:
        return None
    missed = figures.share(math.expm1(error))
    reason = (
        f"its forecast missed {counted[-1]} workers by {missed}, as made from fewer: messages take much of the time"
    )
    return Refusal("held-out", reason, f"measure it with {counted[-1] + 1} workers, too")


def _of_counts(counted: Sequence[int], workers: int) -> Refusal | None:
    if len(counted) < LEAST_COUNTS:
        reason = f"{len(counted)} numbers of workers count, of {LEAST_COUNTS} that a further one takes"
        return Refusal("few", reason, "measure it with --workers 1,2,4, at two sizes or more")
    if workers < counted[0]:
        return Refusal("reach", f"{counted[0]} workers are the fewest measured", f"measure it with {workers} workers")
    if workers > MOST_TIMES * counted[-1]:
        reason = (
            f"{workers} workers are {workers / counted[-1]:.3g} times those measured, and {MOST_TIMES:g} are the most"
        )
        return Refusal("reach", reason, f"measure it with {math.ceil(workers / MOST_TIMES)} workers")
    return None


def spread(terms: TermsOf) -> TermsOf:
    """Return the terms with those of unnamed phases that a number of workers takes (Ernest, with undivided work).

    Args:
        terms: What a strategy states of its phases.
    """

    def found(at: Scale) -> Terms:
        named = terms(at)
        rest = {
            "fixed": 1.0,
            "values of a worker": at.values,
            "values of all": at.values * at.workers,
            "levels": math.log2(at.workers),
            "workers": float(at.workers),
        }
        return named if REST in named else {**named, REST: rest}

    return found


def _there(measured: Contender, workers: int) -> Scale:
    """Return the scale of so many workers: they share the cores of one machine; on a cluster each brings its own."""
    at = measured.largest.at
    if measured.on_executors:
        return replace(at, workers=workers, cores=workers * at.threads_per_worker)
    return replace(at, workers=workers, threads_per_worker=max(1, at.cores // workers))


def _forecaster(
    points: Sequence[SizePoint], there: Scale, terms: TermsOf, table: Calibration | None = None
) -> Forecaster | None:
    """Return the forecaster for a scale with other workers; None without points."""
    if not points:
        return None
    fitted = in_range(points, RANGE)
    top = max(point.at.rows for point in fitted)
    most = max(point.at.workers for point in fitted)
    errors = [held_out_error(fitted, terms), _counts_error(fitted, terms)]
    known = [error for error in errors if error is not None]
    own = max(known) if len(known) == len(errors) else None
    stretch = max(1.0, there.workers / most)
    return Forecaster(fit(fitted, terms), replace(there, rows=top), own, table or calibration.load(), stretch)


def _counts_error(points: Sequence[SizePoint], terms: TermsOf) -> float | None:
    """Return the error at the most workers, as forecast from fewer, in logarithms; None without fewer."""
    most = max(point.at.workers for point in points)
    fewer = [point for point in points if point.at.workers < most]
    return missed(fit(fewer, terms), [point for point in points if point.at.workers == most]) if fewer else None
