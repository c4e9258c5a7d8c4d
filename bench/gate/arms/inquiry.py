"""Tells what an environment has; run *in* that environment, whose bench may be older or newer than this one.

The text of this file is handed to the other environment's Python, so that an old revision need not have it. It uses
only what every version of bench has: the names in `bench.plugins`, the fields of the dataclasses in `bench.model`, and
`bench.environment.describe`. What a version does not have is left out of the answer, never guessed.
"""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import json
import sys
from typing import Any


def answer(cores: int) -> dict[str, Any]:
    """Return what this environment has, ready for JSON.

    Args:
        cores: Cores that each trial gets.

    Returns:
        ``file``, where its bench lies; ``environment``; ``trial`` and ``dataset``, the fields that its worker
        understands; ``measures``, whether its strategies leave numbers for figures apart from notes; ``strategies``, by
        name: ``facts``, ``tasks``, ``missing`` (why it cannot run here, or None) and ``file``, or ``error`` alone where
        the plugin breaks the contract.
    """
    import bench
    from bench import environment, model, plugins

    return {
        "file": bench.__file__,
        "environment": environment.describe(cores),
        "trial": [field.name for field in dataclasses.fields(model.Trial)],
        "dataset": [field.name for field in dataclasses.fields(model.Dataset)],
        "measures": hasattr(model.Trial, "measure"),
        "strategies": {name: _strategy(plugins, name) for name in plugins.names()},
    }


def _strategy(plugins: Any, name: str) -> dict[str, Any]:
    try:
        plugin = plugins.load(name)
    except Exception as error:  # whatever a plugin raises is news of that plugin only
        return {"error": str(error)}
    return {
        "facts": dataclasses.asdict(plugin.strategy),
        "tasks": list(plugin.tasks),
        "missing": plugins.why_not(plugin.strategy),
        "file": _file(name),
    }


def _file(name: str) -> str | None:
    from importlib.metadata import entry_points

    for entry in entry_points(group="bench", name=name):
        return inspect.getsourcefile(importlib.import_module(entry.module))
    return None


if __name__ == "__main__":
    sys.stdout.write(json.dumps(answer(int(sys.argv[1]))))
