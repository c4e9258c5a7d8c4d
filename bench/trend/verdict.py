"""Reads what a gate against the pinned reference has found, as a night.

Of ``verdict.json`` it takes ``state``, ``ended_at``, ``arms`` (``commit``, ``label``), ``datasets`` (fingerprints by
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

    A night that was interrupted counts with the cases that it came to look at: what fewer pairs say is left out, since
    all nights of a series count alike.

    Args:
        path: The verdict, or the directory of the night.

    Raises:
        ResultsError: It is damaged, from a newer version, still being written, or has nothing to add.
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
        at=_moment(document["ended_at"]),
        source="gate",
        commit=candidate["commit"],
        # Two environments that were compared by --python have no commits; their labels tell them apart.
        reference=baseline["commit"] or baseline["label"],
        machine=candidate["environment"].get("fingerprint"),
        cases=cases,
    )


def case_name(case: dict[str, Any]) -> str:
    """Return what a case is called in the history: by all its facts, so that no other case of any night is meant.

    Args:
        case: The facts, as a verdict has them.
    """
    workers = f"{case['workers']} {'worker' if case['workers'] == 1 else 'workers'}"
    cores = f"{case['cores']} {'core' if case['cores'] == 1 else 'cores'}"
    return f"{case['strategy']}, {case['task']}, {case['dataset']}, {workers}, {cores}"


def _moment(text: str) -> str:
    return datetime.fromisoformat(text).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
