"""Refuses to go on with a run where what it measures has changed since it began."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bench import environment
from bench.errors import ResultsError


def refuse_another(before: dict[str, Any], now: dict[str, Any], name: str) -> None:
    """See that the environment of a run is still the same.

    Args:
        before: The environment when it began.
        now: The environment of this moment.
        name: Name of the run.

    Raises:
        ResultsError: It is not.
    """
    earlier, present = environment.facts(before), environment.facts(now)
    for fact in sorted(earlier.keys() | present.keys()):
        if earlier.get(fact) != present.get(fact):
            raise ResultsError(
                f"{fact} was {earlier.get(fact)} when {name} began and is {present.get(fact)} now: start a new run."
            )


def refuse_other_inputs(before: Iterable[Mapping[str, Any]], now: Iterable[Mapping[str, Any]], name: str) -> None:
    """See that the model to score with and the network to train are still the same.

    Args:
        before: The trials of the plan when the run began, as ``run.json`` describes them.
        now: The trials of the plan of this moment.
        name: Name of the run.

    Raises:
        ResultsError: One is not.
    """
    earlier, present = _inputs(before), _inputs(now)
    for what in earlier:
        if earlier[what] != present[what]:
            raise ResultsError(f"The {what} is not what it was when {name} began: start a new run.")


def _inputs(trials: Iterable[Mapping[str, Any]]) -> dict[str, set[Any]]:
    described = list(trials)
    return {
        "model to score with": {trial.get("model") for trial in described},
        "network to train": {(trial.get("network") or {}).get("fingerprint") for trial in described},
    }
