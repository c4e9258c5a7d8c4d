"""Removes files for trainers that lay where all hosts see them, after the trial, however it ended."""

from __future__ import annotations

from bench.errors import BenchError
from bench.records.directory import Record
from bench.request import PlannedTrial
from bench.rows.places import feature_place
from bench.rows.shared import remove


def clear(planned: PlannedTrial, record: Record) -> Record:
    """Remove the files of a trial, and return its record, with a note where some are there still.

    Args:
        planned: The trial.
        record: Its record.
    """
    trial = planned.trial
    for place in (trial.shared, trial.write_to and feature_place(trial.write_to)):
        if place is None:
            continue
        try:
            remove(place)
        except (BenchError, OSError) as error:
            return {**record, "notes": {**record["notes"], "shared_files_left": f"{place.path}: {error}"}}
    return record
