"""A row for each record, as CSV for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from bench import scrub
from bench.records.directory import Run
from bench.records.export import column_names, flat, grade_names
from bench.writing.clean import REASON_LIMIT, shown

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet computes a cell that begins so


def as_csv(runs: Sequence[Run]) -> str:
    """Return every record as CSV (RFC 4180); text that a spreadsheet would compute gets an apostrophe before it.

    Args:
        runs: The runs.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    records = [record for run in runs for record in scrub.anything(run.records)]
    grades, names = grade_names(records), column_names(records)
    writer.writerow(map(_cell, names))
    for record in records:
        row = flat(record, grades)
        writer.writerow([_cell(row.get(name)) for name in names])
    return out.getvalue()


def _cell(value: object) -> object:
    if not isinstance(value, str):
        return value
    text = shown(value, REASON_LIMIT)
    return f"'{text}" if text.startswith(FORMULA) else text
