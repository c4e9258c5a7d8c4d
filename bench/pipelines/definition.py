"""What features are: a text of SQL for engines that know it, and functions that are named by engines."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

from bench.errors import UsageError

GROUP = "bench.features"  # of the entry points that name the module of a definition


class Definition:
    """The definition of features: a module with ``SQL``, or with a function for each engine, or with both."""

    def __init__(self, name: str, module: ModuleType) -> None:
        """Take a module.

        Args:
            name: Its name, for sentences.
            module: The module.
        """
        self._name, self._module = name, module

    @property
    def sql(self) -> str:
        """The text of SQL, over tables by their names."""
        text = getattr(self._module, "SQL", None)
        if not isinstance(text, str):
            raise UsageError(f"{self._name} has no text SQL, which this engine needs: add one, or a function for it.")
        return text

    def function(self, engine: str) -> Callable[[Any], Any] | None:
        """Return the function for an engine; None where there is none.

        Args:
            engine: The engine's name.
        """
        found: Callable[[Any], Any] | None = getattr(self._module, engine, None)
        return found

    def own_function(self, engine: str) -> Callable[[Any], Any]:
        """Return the function for an engine that knows no SQL.

        Args:
            engine: The engine's name.

        Raises:
            UsageError: There is none.
        """
        found = self.function(engine)
        if found is None:
            raise UsageError(f"{self._name} has no function {engine}(tables): add one, or leave this engine out.")
        return found


def of_dataset(raw: Mapping[str, Any]) -> Definition:
    """Return the definition of a dataset's features: of the text that it came with, or else by its name.

    Args:
        raw: Out of `bench.Dataset.raw`.
    """
    return of_text(raw["features"], raw["source"]) if "source" in raw else find(raw["features"])


def of_text(name: str, text: str) -> Definition:
    """Return a definition out of the text of a Python file, which is run.

    Args:
        name: Name of the file.
        text: The text.
    """
    module = ModuleType("features")
    exec(compile(text, name, "exec"), vars(module))  # noqa: S102 - a user's own file, in the user's own trial
    return Definition(name, module)


def find(name: str) -> Definition:
    """Return a definition by its name.

    Args:
        name: The name of an entry point in the group ``bench.features``.

    Raises:
        UsageError: There is none.
    """
    for entry in importlib.metadata.entry_points(group=GROUP, name=name):
        return Definition(name, entry.load())
    raise UsageError(f"There are no features {name!r} here: install the package that brings them, or update bench.")
