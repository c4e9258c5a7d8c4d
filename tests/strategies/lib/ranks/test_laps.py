"""Laps of ranks on hosts whose clocks differ are possible figures, so that no trial is invalid for its clocks."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from bench.trial.measures import check_ranks
from bench.trial.timeline import EventClock, read_events, timeline
from strategies.lib.ranks import reports
from strategies.lib.ranks.laps import Laps
from strategies.lib.ranks.reports import LAUNCH, RankReport, agree


class Noted:
    """The part of a trial that `agree` uses, on the worker's real clock."""

    def __init__(self, clock: EventClock) -> None:
        self.ranks, self.note, self.measure = clock.ranks, clock.note, clock.measure


def report(clock_s: float) -> RankReport:
    """Return the report of a rank whose host's clock is ahead of the driver's by so many seconds."""
    laps = Laps(time.time() - clock_s)
    laps.end("train")
    return RankReport(laps.seconds, "same", 10, {})


@pytest.mark.parametrize(("clocks", "differ"), [((0.0, 0.0), False), ((-5.0, 0.0), True), ((0.0, 3600.0), True)])
def test_a_clock_that_is_behind_or_ahead(tmp_path: Path, clocks: tuple[float, float], differ: bool) -> None:
    """A launch is never negative, nor longer than there was time for, and the record says that clocks differ."""
    clock = EventClock(tmp_path / "events")
    agree(Noted(clock), list(map(report, clocks)))
    passed_s = time.monotonic() - reports._LOADED_AT
    found = timeline(read_events(tmp_path / "events"), "train", 0.0, time.monotonic())
    check_ranks(found.inner, passed_s)
    assert len(found.inner[LAUNCH]) == 2
    assert found.notes.get("clocks_differ", False) == differ


def test_a_part_of_a_lap_becomes_one_of_its_own() -> None:
    """Laps stay disjoint: what is moved is no longer in the lap that it was a part of, and never more than that lap."""
    laps = Laps(time.time())
    laps.seconds.update(train=3.0, load=1.0)
    laps.move(2.0, "train", "allreduce")
    assert (laps.seconds["train"], laps.seconds["allreduce"]) == (1.0, 2.0)
    laps.move(2.0, "train", "allreduce")
    assert (laps.seconds["train"], laps.seconds["allreduce"]) == (0.0, 3.0)
