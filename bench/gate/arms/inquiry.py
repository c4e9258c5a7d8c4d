"""Describes an environment; runs *in* that environment, whose bench may be older or newer than this one.

The gate hands the text of this file to the other environment's Python, so that an old revision need not have it. It
uses only names that every version of bench has: those in `bench.plugins`, the fields of the dataclasses in
`bench.model`, and `bench.environment.describe`. The answer leaves out everything that a version lacks.
"""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import json
import sys
from typing import Any


def answer(cores: int) -> dict[str, Any]:
    """Return the description of this environment, ready for JSON.

    Args:
        cores: Cores that each trial gets.

    Returns:
        ``file``, the path of its bench; ``environment``; ``trial`` and ``dataset``, the fields that its worker
        understands; ``measures``, whether its strategies leave numbers for figures apart from notes; ``strategies``, by
        name: ``facts``, ``tasks``, ``missing`` (the reason why it cannot run here, or None) and ``file``, or ``error``
        alone where the plugin breaks the contract.
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
    except Exception as error:  # an error in one plugin must not hide the others
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
