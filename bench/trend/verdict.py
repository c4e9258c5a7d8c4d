"""Reads the verdict of a gate against the pinned reference as a night.

From ``verdict.json`` it takes ``state``, ``ended_at``, ``arms`` (``commit``, ``label``), ``datasets`` (fingerprints by
name), the ``rules``' ``first_pairs``, and of each of the ``cases`` its facts and the ``ratio`` to the baseline.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.errors import ResultsError
from bench.gate.verdict.verdict import read as read_document
from bench.stats.looks import Rules
from bench.trend.night import Figure, Night


def read(path: Path) -> Night:
    """Read a night.

    An interrupted night counts with the cases that had their first look. Cases with fewer pairs are left out, since all
    nights of a series have the same weight.

    Args:
        path: The verdict, or the directory of the night.

    Raises:
        ResultsError: It is damaged, from a newer version, still running, or has no case with enough pairs.
    """
    document = read_document(path)
    if document["state"] == "running" or document["ended_at"] is None:
        raise ResultsError(f"The night of {path} has not ended: wait for it, or let the gate run again.")
    least = document["rules"].get("first_pairs", Rules.first_pairs)
    baseline, candidate = document["arms"].get("baseline"), document["arms"].get("candidate")
    cases = {
        case_name(entry["case"]): Figure(
            math.log(entry["ratio"]["estimate"]),
            entry["ratio"]["n_b"],
            document["datasets"].get(entry["case"]["dataset"]),
        )
        for entry in document["cases"]
        if entry["ratio"] and entry["ratio"]["n_b"] >= least
    }
    if not baseline or not candidate or not cases:
        raise ResultsError(
            f"The night of {path} has measured no case often enough, so there is nothing to add to the history."
        )
    return Night(
        at=_moment(document["ended_at"], path),
        source="gate",
        commit=candidate["commit"],
        # Environments that were compared by --python have no commits; their labels identify them.
        reference=baseline["commit"] or baseline["label"],
        machine=candidate["environment"].get("fingerprint"),
        cases=cases,
    )


def case_name(case: dict[str, Any]) -> str:
    """Return the name of a case in the history: all its facts, so that it is unique among all nights.

    Args:
        case: The facts, as in a verdict.
    """
    workers = f"{case['workers']} {'worker' if case['workers'] == 1 else 'workers'}"
    cores = f"{case['cores']} {'core' if case['cores'] == 1 else 'cores'}"
    return f"{case['strategy']}, {case['task']}, {case['dataset']}, {workers}, {cores}"


def _moment(text: str, path: Path) -> str:
    try:
        return datetime.fromisoformat(text).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError) as error:
        raise ResultsError(
            f"The night of {path} ended at {text!r}, which is no moment: let the gate run again."
        ) from error
