"""Whether a contender fits into memory at a size that nobody measured; pure.

This comes before any time: in db-benchmark's logs 21 of 100 engines that ran at 1e8 rows died at 1e9. The need is
fitted over the top eightfold of sizes, since small ones show copies that do not grow on. A Java heap is taken as it is:
it grows as it likes, and errs on the safe side.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench.advise import fit
from bench.advise.calibration import Calibration
from bench.advise.contenders import Contender
from bench.advise.decide import FARTHEST
from bench.advise.fit import SizePoint, TermsOf, held_out_error, in_range, no_terms
from bench.advise.forecast import Forecast, Forecaster, forecaster
from bench.advise.hosts import TOLD, Host, Rooms
from bench.advise.refusal import Refusal
from bench.writing import figures

RANGE = 8.0
SHARE = 0.8  # of the machine's memory that a trial may use


@dataclass(frozen=True)
class MemoryVerdict:
    """What memory says, of the host on which a contender comes nearest to what there is.

    Attributes:
        need: The peak that is expected, in bytes, at the farthest within reach; None where it is unknown.
        refusal: Why the contender does not run there, or nobody knows; None where it fits.
        law: How the need grows; None where it is unknown.
        host: That host.
    """

    need: Forecast | None
    refusal: Refusal | None
    law: Forecaster | None = None
    host: Host = "driver"


def deciding(verdicts: Sequence[MemoryVerdict], rooms: Rooms) -> MemoryVerdict:
    """Return the verdict on the host that decides: one that is refused, or comes nearest to what there is.

    Args:
        verdicts: Of all hosts; at least one.
        rooms: Bytes that a trial may use.
    """

    def tightness(verdict: MemoryVerdict) -> tuple[bool, float]:
        room = rooms.of(verdict.host)
        return verdict.refusal is not None, verdict.need.high95 / room if verdict.need and room else math.inf

    return max(verdicts, key=tightness)


def judge(
    contender: Contender,
    asked: float,
    rooms: Rooms,
    terms: TermsOf = no_terms,
    table: Calibration | None = None,
) -> MemoryVerdict:
    """Return whether the upper end of the need's wide interval fits on each host, of the one that decides.

    Args:
        contender: The contender.
        asked: The rows asked for.
        rooms: Bytes that a trial may use.
        terms: The terms of the need, as those of a time.
        table: The calibration; the package's own if not given.
    """
    return deciding([_judge(contender, host, asked, rooms, terms, table) for host in contender.hosts], rooms)


def _judge(
    contender: Contender, host: Host, asked: float, rooms: Rooms, terms: TermsOf, table: Calibration | None
) -> MemoryVerdict:
    known, room = known_peaks(contender, host), rooms.of(host)
    where = f" on {TOLD[host]}" if len(contender.hosts) > 1 else ""
    if room is None or not known:
        what = f"the memory of {TOLD[host] if where else 'the machine'}" if known else f"its peak memory{where}"
        refusal = Refusal("memory", f"{what} is unknown", "measure it where bench can read both")
        return MemoryVerdict(None, refusal, host=host)
    found = memory_forecaster(known, terms, table)
    judged = min(asked, FARTHEST * found.largest)  # farther nothing is known, which is then said of the time
    need = found.at(judged)
    if need.high95 <= room:
        return MemoryVerdict(need, None, found, host)
    fits = most_rows(found, judged, room)
    amounts = f"{figures.size(need.estimate)} (up to {figures.size(need.high95)}) of {figures.size(room)}"
    reason = (
        f"with {contender.table_rows(judged)} rows it needs {amounts} that may be used{where}, "
        f"and may not fit from {contender.table_rows(fits)} rows on"
    )
    more = "take more memory, or more of it by --memory-share"
    refusal = Refusal("memory", reason, more, may_fit=need.estimate <= room)
    return MemoryVerdict(need, refusal, found, host)


def known_peaks(contender: Contender, host: Host) -> list[SizePoint]:
    """Return the peak of a contender on a host at each size where it is known.

    Args:
        contender: The contender.
        host: The host.
    """
    return [point for rung in contender.rungs if (point := rung.memory_on(host))]


def fits_at(contender: Contender, rows: float, rooms: Rooms) -> bool:
    """Return whether the peak memory that is expected of a trial fits on each host; so does one that is unknown.

    Args:
        contender: The contender.
        rows: The size.
        rooms: Bytes that a trial may use.
    """
    for host in contender.hosts:
        known, room = known_peaks(contender, host), rooms.of(host)
        if known and room is not None and memory_forecaster(known).at(rows).estimate > room:
            return False
    return True


def memory_forecaster(
    known: Sequence[SizePoint], terms: TermsOf = no_terms, table: Calibration | None = None
) -> Forecaster:
    """Return the forecaster of a peak memory, over the range of a time where its own holds too few sizes to check it.

    Args:
        known: The peak at each size.
        terms: As for `judge`.
        table: As for `judge`.
    """
    few = held_out_error(in_range(known, RANGE), terms) is None
    return forecaster(known, terms, times=fit.RANGE if few else RANGE, table=table)


def most_rows(found: Forecaster, asked: float, room: float) -> float:
    """Return up to how many rows the upper end fits, between those measured and those asked for.

    Args:
        found: The forecaster of a peak memory.
        asked: The rows that are asked for.
        room: Bytes that may be used.
    """
    sizes = np.geomspace(found.largest, max(asked, found.largest), 200)
    fitting = [rows for rows in sizes if found.at(float(rows)).high95 <= room]
    return float(max(fitting, default=found.largest))
