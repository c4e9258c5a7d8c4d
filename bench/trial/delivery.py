"""Says whether trainers got every row once, with the right content, and in which order."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.families import family_of
from bench.problems import InvalidAnswerError
from bench.problems.delivery import DELIVERY
from bench.trial import plain_rows
from bench.trial.passes import FIRST
from bench.trial.row_digest import RowDigest
from bench.trial.succession import autocorrelation

if TYPE_CHECKING:
    from bench.model import Dataset
    from bench.request import PlannedTrial

MOST_NAMES = 3  # of columns, in a sentence
_known: dict[tuple[str, str, str], RowDigest] = {}  # of the run's dataset


def grade(planned: PlannedTrial, answer: Path) -> dict[str, float] | None:
    """Compare the reports of trainers with the dataset's rows, and return the grades of the first pass.

    Args:
        planned: The trial, with the facts about its strategy.
        answer: The file out of `bench.trial.passes.take`.

    Returns:
        The grades; ``None`` of a way that gives trainers no row, of which only the number of rows is compared.

    Raises:
        InvalidAnswerError: A row is missing, came twice, or has another content; the sentence names columns.
    """
    dataset, passes = planned.trial.dataset, json.loads(answer.read_text())
    floor = family_of(planned.strategy.family).floor
    for name, reports in passes.items():
        which = f"in the {name.replace('_', ' ')} "
        if floor:
            _compare_rows(dataset, sum(reports), which)
        else:
            _compare(dataset, reports, which)
    if floor:
        return None
    (metric,) = DELIVERY.metrics
    return {metric.name: autocorrelation(report["succession"] for report in passes[FIRST])}


def _compare(dataset: Dataset, reports: list[dict[str, Any]], which: str) -> None:
    found = RowDigest()
    for report in reports:
        if report["digest"]["rows"]:
            if len(report["digest"]["columns"]) != 1 + len(dataset.features):
                raise InvalidAnswerError(f"{which}trainers got {len(report['digest']['columns']) - 1} features a row")
            found.merge(RowDigest.of_json(report["digest"]))
    expected = expected_digest(dataset)
    _compare_rows(dataset, found.rows, which)
    if found.lanes == expected.lanes:
        return
    names = ["the label", *dataset.features]
    differ = [name for name, own, right in zip(names, found.columns, expected.columns, strict=True) if own != right]
    if not differ:
        raise InvalidAnswerError(f"{which}values of some rows came in rows of others")
    told = ", ".join(differ[:MOST_NAMES]) + (f" and {len(differ) - MOST_NAMES} more" if differ[MOST_NAMES:] else "")
    raise InvalidAnswerError(f"{which}rows came with other values, or one came twice in place of another: see {told}")


def _compare_rows(dataset: Dataset, rows: int, which: str) -> None:
    if missing := dataset.train_rows - rows:
        how = f"{missing:,} rows are missing" if missing > 0 else f"{-missing:,} rows came too many"
        raise InvalidAnswerError(f"{which}{how}")


def expected_digest(dataset: Dataset) -> RowDigest:
    """Return the digest of a dataset's train split, read once for all trials of a run.

    Args:
        dataset: The dataset.
    """
    key = (dataset.path, dataset.fingerprint, dataset.listing)
    if key not in _known:
        found = RowDigest()
        for labels, features in plain_rows.row_groups(dataset, "train", dataset.label):
            found.add(labels, features)
        _known.clear()
        _known[key] = found
    return _known[key]
