"""Nights become one series for each case, of what can be compared, with its steps and their commits."""

from dataclasses import replace

import pytest

from bench.trend.night import Figure
from bench.trend.series import series_of
from tests.trend.nights import commit, night, nights, stepped


def test_a_step_lies_between_two_commits() -> None:
    """A step names the last night before it and the first after it, and how much longer it takes since."""
    (series,) = series_of(nights(stepped(before=30, after=3)))
    (change,) = series.changes
    assert (change.before.commit, change.after.commit) == (commit(29), commit(30))
    assert change.step.ratio == pytest.approx(1.12, abs=0.01)
    assert change.alarm
    assert [(level.first, level.last) for level in series.levels] == [(0, 29), (30, 32)]


def test_a_step_of_last_month_is_shown_and_no_alarm() -> None:
    """Only a slower segment that began in the last seven nights is an alarm."""
    (series,) = series_of(nights(stepped(before=30, after=8)))
    assert len(series.changes) == 1
    assert not series.alarms


@pytest.mark.parametrize(("later", "alarms"), [(4, 1), (5, 0)])
def test_the_alarm_of_a_case_that_is_measured_no_more_ends(later: int, alarms: int) -> None:
    """The last seven nights are the history's: a case that left it alarms no longer than one that stays."""
    gone = nights(stepped(before=30, after=3))
    others = [night(day, 1.0, case="another") for day in range(33 + later)]
    found = {series.case: series for series in series_of(sorted([*gone, *others], key=lambda one: one.at))}
    assert len(found["xgboost, train"].alarms) == alarms


def test_jobs_that_share_a_history_do_not_use_up_its_nights() -> None:
    """Many jobs may each add a night on one day: it is one of the seven all the same."""
    busy = [night(day, 1.0, case=f"case {job}") for day in range(33) for job in range(8)]
    found = series_of(sorted([*nights(stepped(before=30, after=3)), *busy], key=lambda one: one.at))
    assert found[0].alarms


@pytest.mark.parametrize(
    "other",
    [
        {"reference": "5" * 40},
        {"cases": {"xgboost, train": Figure(0.0, 10, "other data")}},
        {"reference": None},
    ],
)
def test_nights_that_cannot_be_compared_are_left_out_and_counted(other: dict) -> None:
    """Another reference or dataset, and seconds instead of ratios, begin a new series; the last night decides."""
    old = [replace(one, **other) for one in nights([1.0] * 5)]
    (series,) = series_of([*old, *(night(day, 1.0) for day in range(5, 9))])
    assert (len(series.points), series.left_out) == (4, 5)


def test_another_machine_matters_for_seconds_only() -> None:
    """A ratio within one session cancels the machine, and plain seconds do not."""
    for reference, compared in (("4" * 40, 6), (None, 3)):
        old = nights([1.0] * 3, machine="old", reference=reference)
        new = [night(day, 1.0, machine="new", reference=reference) for day in range(3, 6)]
        (series,) = series_of([*old, *new])
        assert len(series.points) == compared


def test_a_night_without_a_case_is_a_gap() -> None:
    """A case's series is of the nights that have it, and cases with an alarm come first."""
    quiet = [night(day, 1.0, case="a quiet case") for day in range(0, 33, 2)]
    found = series_of(sorted([*nights(stepped()), *quiet], key=lambda one: one.at))
    assert [(series.case, len(series.points)) for series in found] == [("xgboost, train", 33), ("a quiet case", 17)]
