"""Says what trials cost, beside their records: prices are given when they are read, and are no part of what is kept."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bench.prices.tariff import Tariff
from bench.records.directory import Record, Run
from bench.spark import conf

COST = "cost"  # beside a record's own fields
HOUR_S = 3600.0


def priced(run: Run, tariff: Tariff | None) -> Run:
    """Return a run with the cost of each trial that was started.

    Args:
        run: The run.
        tariff: The price; None for the run as it is.
    """
    return run if tariff is None else replace(run, records=[_priced(record, tariff) for record in run.records])


def _priced(record: Record, tariff: Tariff) -> Record:
    return {**record, COST: cost(record, tariff)} if record["phases"] else record


def cost(record: Record, tariff: Tariff) -> dict[str, Any]:
    """Return what a trial cost: the ``currency``, an ``hour`` of it, each of its ``phases``, and their ``total``.

    On spot an hour is one of the trial as it was measured, with the work that interruptions may be expected to destroy.

    Args:
        record: The record of a trial that was started.
        tariff: The price.
    """
    trial = record["trial"]
    cluster = not conf.is_local(trial.get("master") or "local")
    hour = tariff.hour(trial["cores"], cluster=cluster)
    if wall_s := record["wall_s"]:
        hour *= tariff.expected_s(trial["cores"], wall_s, cluster=cluster) / wall_s
    return {
        "currency": tariff.currency,
        "hour": hour,
        "phases": {name: hour * seconds / HOUR_S for name, seconds in record["phases"].items()},
        "total": hour * record["wall_s"] / HOUR_S,
    }


def currency(records: list[Record]) -> str | None:
    """Return the currency of records that have a cost, which may be empty; None where none has.

    Args:
        records: The records.
    """
    return next((record[COST]["currency"] for record in records if COST in record), None)
