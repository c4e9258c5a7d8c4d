"""A row for each record, as CSV for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from bench import scrub
from bench.records.directory import Run
from bench.records.export import flat, flat_names, grade_names, paid_names
from bench.writing.clean import REASON_LIMIT, shown

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet computes a cell that begins so


def as_csv(runs: Sequence[Run]) -> str:
    """Return every record as CSV (RFC 4180); text that a spreadsheet would compute gets an apostrophe before it.

    Args:
        runs: The runs.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    records = [record for run in runs for record in run.records]
    grades = grade_names(records)
    names = [*flat_names(grades), *paid_names(records)]
    writer.writerow(names)
    for run in runs:
        for record in scrub.anything(run.records):
            row = flat(record, grades)
            writer.writerow([_cell(row[name]) for name in names])
    return out.getvalue()


def _cell(value: object) -> object:
    if not isinstance(value, str):
        return value
    text = shown(value, REASON_LIMIT)
    return f"'{text}" if text.startswith(FORMULA) else text
