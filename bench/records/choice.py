"""Chooses the record of each trial that counts, since a trial may have been run several times; pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bench.families import family_of
from bench.records.directory import Record
from bench.records.disturbance import disturbed

SPOILABLE = ("ok", "timeout")  # how a trial ends of which others may have spoilt the time


def trial_key(trial: dict[str, Any]) -> tuple[Any, ...]:
    """Return the facts that identify a trial within its run."""
    batch_size = trial.get("batch_size")  # not there in records of another family's package
    return trial["strategy"], trial["task"], trial["workers"], trial["cores"], batch_size, trial["repeat"]


def chosen_records(records: Iterable[Record]) -> list[Record]:
    """Return the record of each trial that counts.

    A trial is run again where it did not end well (`bench run --resume`), and where others disturbed it. The last
    undisturbed ``ok`` record counts; where there is none, the last ``ok`` one; else the last. A wrong answer counts
    before any earlier record, since no machine excuses it: only a trial that was resumed, and is then ``ok``, takes its
    place.

    Args:
        records: The records of one run or several.
    """
    chosen: dict[tuple[Any, ...], Record] = {}
    for record in records:
        key = (record["run"], *trial_key(record["trial"]))
        if key not in chosen or record["status"] == "invalid" or _worth(record) >= _worth(chosen[key]):
            chosen[key] = record
    return list(chosen.values())


def is_spoilt(record: Record) -> bool:
    """Return whether others may have spoilt a trial: they disturbed it, and it ended well or ran out of time.

    Args:
        record: The trial's record.
    """
    return record["status"] in SPOILABLE and disturbed(record)


def is_settled(record: Record, *, disturbed: bool) -> bool:
    """Return whether a trial need not be run again, because it ended well.

    Args:
        record: The record that counts.
        disturbed: Whether one that others disturbed is to be run again.
    """
    return _worth(record) > (1 if disturbed and family_of(record["trial"]["family"]).works else 0)


def _worth(record: Record) -> int:
    return 0 if record["status"] != "ok" else 1 if disturbed(record) else 2
