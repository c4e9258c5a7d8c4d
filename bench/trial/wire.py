"""Hands a trial from the parent to the worker as ``trial.json``."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from bench.model import Clock, Dataset, Network, Place, Storage, Trial


def write_trial(
    path: Path, trial: Trial, known: Collection[str] | None = None, dataset_known: Collection[str] | None = None
) -> None:
    """Write a trial with the facts of its dataset.

    Args:
        path: The file to write.
        trial: The trial.
        known: Fields of a trial that the reader knows, since it may be of another version; all if not given.
        dataset_known: The same for the dataset.
    """
    fields = asdict(replace(trial, clock=None))
    fields.pop("clock")
    fields["dataset"] = _only(fields["dataset"], dataset_known)
    path.write_text(json.dumps(_only(fields, known), default=str))


def _only(fields: dict[str, Any], known: Collection[str] | None) -> dict[str, Any]:
    return fields if known is None else {name: value for name, value in fields.items() if name in known}


def read_trial(path: Path, clock: Clock) -> Trial:
    """Read a trial that `write_trial` wrote.

    Args:
        path: The file to read.
        clock: The clock that records the trial's phases and notes.
    """
    fields = json.loads(path.read_text())
    described = fields.pop("dataset")
    storage = Storage(**described.pop("storage", {}))
    dataset = Dataset(**{name: _frozen(value) for name, value in described.items()}, storage=storage)
    scratch, settings = Path(fields.pop("scratch")), fields.pop("settings", {})
    model, initial, save_to = fields.pop("model"), fields.pop("initial", None), fields.pop("save_to", None)
    network, write_to, shared = (fields.pop(name, None) for name in ("network", "write_to", "shared"))
    return Trial(
        **{name: _frozen(value) for name, value in fields.items()},
        dataset=dataset,
        scratch=scratch,
        settings=settings,
        model=model and Path(model),
        initial=initial and Path(initial),
        network=network and Network(**network),
        save_to=save_to and Path(save_to),
        write_to=write_to and _place(write_to),
        shared=shared and _place(shared),
        clock=clock,
    )


def _place(described: dict[str, Any]) -> Place:
    return Place(described["path"], Storage(**described["storage"]))


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
