"""Whether a given network learns the same on several workers as on one, where no floor says what it must reach."""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from bench.problems import Metric
from bench.records.directory import Record
from bench.tasks import grading_of

# What an answer that is wrong has no figures of.
FIGURES = ("time_to_model_s", "rows", "rows_per_s", "rows_per_s_warm")
ALIKE = ("task", "fingerprint", "seed", "epochs", "batch_size", "learning_rate")
# Rows that a training sees, in all epochs, from which on their order decides little of its grade; of fewer it decides
# more, as one over the root of their number. By ``benchmarks/early_grades.py``: docs/explanation/decisions.md.
SETTLED_ROWS = 1_000_000


class Agreement:
    """The records of a run that train one network, with as many steps of as many rows."""

    def __init__(self, earlier: Iterable[Record] = ()) -> None:
        """Begin with the records of a run that goes on.

        Args:
            earlier: The records, in the order in which they were made.
        """
        self._alone: dict[tuple[Any, ...], list[Record]] = defaultdict(list)
        self._shared: dict[tuple[Any, ...], list[Record]] = defaultdict(list)
        for record in earlier:
            self.add(record)

    def add(self, record: Record) -> list[tuple[Record, Record]]:
        """Take a record, and return the records that turn out to be wrong by it, each with its ``invalid`` successor.

        Trials with one worker are the reference, by their median. Those with several have to come as near to it as
        `allowance` says.

        Args:
            record: The record; it may be among those that are wrong.
        """
        trial = record["trial"]
        network = trial.get("network")
        if network is None or record["status"] != "ok":
            return []
        metric = grading_of(trial).metrics[0]
        if metric.name not in (record["quality"] or {}):
            return []
        # A file may have other networks for other frameworks.
        framework = record["notes"].get("network", {}).get("framework")
        key = (network["fingerprint"], framework, *(trial[name] for name in ALIKE))
        (self._alone if trial["workers"] == 1 else self._shared)[key].append(record)
        if not self._alone[key]:
            return []
        reference = statistics.median(one["quality"][metric.name] for one in self._alone[key])
        wrong = [
            one
            for one in self._shared[key]
            if abs(one["quality"][metric.name] - reference) > allowance(metric, reference, rows_seen(one))
        ]
        self._shared[key] = [one for one in self._shared[key] if one not in wrong]
        return [(one, _invalid(one, metric, reference)) for one in wrong]


def rows_seen(record: Record) -> int:
    """Return how many rows a training saw, in all epochs.

    Args:
        record: An ``ok`` record.
    """
    return int(record["trial"]["epochs"] * record["rows"])


def allowance(metric: Metric, reference: float, rows: int) -> float:
    """Return how far the grade of several workers may be from that of one.

    It is as much as counts for the quality that was asked for; more where few rows were seen, since the grade then
    depends on the order in which they came, and that is another one on several workers.

    Args:
        metric: The grade.
        reference: The grade of one worker.
        rows: Rows that the training saw.
    """
    near = metric.near * (abs(reference) if metric.relative else 1)
    return near * max(1.0, math.sqrt(SETTLED_ROWS / rows))


def _invalid(record: Record, metric: Metric, reference: float) -> Record:
    trial, value, rows = record["trial"], record["quality"][metric.name], rows_seen(record)
    reason = (
        f"The answer is wrong: {metric.article} {metric.label} of {metric.shown(value)} on {trial['workers']} workers "
        f"is further than {metric.shown(allowance(metric, reference, rows))} from that of the same network on one, "
        f"{metric.shown(reference)}, for a training that saw {rows:,} rows."
    )
    return {**record, **dict.fromkeys(FIGURES), "status": "invalid", "reason": reason, "phase": "train"}
