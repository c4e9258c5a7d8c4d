"""Whether a contender fits into memory at a size that nobody measured; pure.

This comes before any time: in db-benchmark's logs 21 of 100 engines that ran at 1e8 rows died at 1e9. The need is
fitted over the top eightfold of sizes, since small ones show copies that do not grow on. A Java heap is taken as it is:
it grows as it likes, and errs on the safe side.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench.advise.calibration import Calibration
from bench.advise.contenders import Contender
from bench.advise.decide import FARTHEST
from bench.advise.fit import TermsOf, no_terms
from bench.advise.forecast import Forecast, Forecaster, forecaster
from bench.advise.refusal import Refusal
from bench.writing import figures

RANGE = 8.0
SHARE = 0.8  # of the machine's memory that a trial may use


@dataclass(frozen=True)
class MemoryVerdict:
    """What memory says.

    Attributes:
        need: The peak that is expected, in bytes, at the farthest within reach; None where it is unknown.
        refusal: Why the contender does not run there, or nobody knows; None where it fits.
    """

    need: Forecast | None
    refusal: Refusal | None


def judge(
    contender: Contender,
    asked: float,
    room: float | None,
    terms: TermsOf = no_terms,
    table: Calibration | None = None,
) -> MemoryVerdict:
    """Return whether the upper end of the need's wide interval fits.

    Args:
        contender: The contender.
        asked: The rows asked for.
        room: Bytes that a trial may use; None where the machine's memory is unknown.
        terms: The terms of the need, as those of a time.
        table: The calibration; the package's own if not given.
    """
    known = [point for rung in contender.rungs if (point := rung.memory)]
    if room is None or not known:
        what = "the machine's memory" if known else "its peak memory"
        return MemoryVerdict(None, Refusal("memory", f"{what} is unknown", "measure it where bench can read both"))
    found = forecaster(known, terms, times=RANGE, table=table)
    judged = min(asked, FARTHEST * found.largest)  # farther nothing is known, which is then said of the time
    need = found.at(judged)
    if need.high95 <= room:
        return MemoryVerdict(need, None)
    fits = _most_rows(found, judged, room)
    amounts = f"{figures.size(need.estimate)} (up to {figures.size(need.high95)}) of {figures.size(room)}"
    reason = (
        f"with {contender.table_rows(judged)} rows it needs {amounts} that may be used, "
        f"and may not fit from {contender.table_rows(fits)} rows on"
    )
    return MemoryVerdict(need, Refusal("memory", reason, "take more memory, or more of it by --memory-share"))


def _most_rows(found: Forecaster, asked: float, room: float) -> float:
    """Return up to how many rows the upper end fits, between those measured and those asked for."""
    sizes = np.geomspace(found.largest, max(asked, found.largest), 200)
    fitting = [rows for rows in sizes if found.at(float(rows)).high95 <= room]
    return float(max(fitting, default=found.largest))
