"""Up to how many rows something may be said of contenders, where nothing can be said of those asked for; pure."""

from __future__ import annotations

import math

from bench.advise.decide import FARTHEST
from bench.advise.hosts import Rooms
from bench.advise.memory import most_rows
from bench.advise.prospects import Field, Prospect

ENOUGH = 1.2  # times the largest size measured: nearer than that nothing is asked
MOST_ENDS = 4
ALMOST_NOTHING = 1e-9  # share by which a number that was searched for misses a round one


def ends(field: Field, rooms: Rooms, asked: float, share: float, measured: float) -> list[float]:
    """Return the rows of the table at which reach, memory or a ceiling of contenders ends, from many to few.

    Args:
        field: The contenders.
        rooms: Bytes that a trial may use.
        asked: The rows asked for, of those that the task works on.
        share: Rows that the task works on, of those of the table.
        measured: The most rows that anybody was measured with, of those that the task works on: fewer need no answer.
    """
    found = set()
    for each in field.prospects:
        end = _end(each, rooms.of(each.host))
        if end and asked > end > ENOUGH * each.contender.largest.at.rows:
            found.add(_rounded_down(end / share))
    return sorted((rows for rows in found if rows * share > measured), reverse=True)[:MOST_ENDS]


def _end(prospect: Prospect, room: float | None) -> float | None:
    """Return the rows that the task works on at which one contender ends; None where that is no matter of rows."""
    refusal, farthest = prospect.refusal, FARTHEST * prospect.contender.largest.at.rows
    if refusal and refusal.most is not None:
        return min(refusal.most, farthest)
    if prospect.need is None or room is None or not refusal or refusal.code not in ("reach", "memory"):
        return None
    return most_rows(prospect.need, farthest, room)


def _rounded_down(rows: float) -> float:
    """Return rows with two digits that count, no more than these."""
    unit = 10.0 ** (math.floor(math.log10(rows)) - 1)
    return math.floor(rows / unit * (1 + ALMOST_NOTHING)) * unit
