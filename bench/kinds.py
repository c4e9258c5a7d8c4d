"""What may be added: kinds, each a file of its own and an entry in one table, ours or an installed package's.

A package adds one by an entry point, as it adds a strategy, in the group ``bench.tasks``, ``bench.problems`` or
``bench.families``: its name is the kind's, and its value an object of the room's base class.
"""

from __future__ import annotations

import functools
import importlib.metadata
from collections.abc import Iterator, Mapping
from typing import Generic, TypeVar

from bench.errors import PluginError, UsageError

Kind = TypeVar("Kind")


class Kinds(Generic[Kind]):
    """All kinds of one sort, by name."""

    def __init__(self, noun: str, group: str, own: Mapping[str, Kind]) -> None:
        """Hold our own; those of packages are looked up when they are asked for.

        Args:
            noun: What one of them is called, for sentences.
            group: The group of entry points by which packages add to them.
            own: Ours, in the order in which they are shown.
        """
        self._noun, self._group, self._known = noun, group, dict(own)

    def __getitem__(self, name: str) -> Kind:
        """Return one.

        Raises:
            UsageError: There is none of that name.
            PluginError: The package that brings it cannot be imported.
        """
        if name not in self._known:
            found = importlib.metadata.entry_points(group=self._group, name=name)
            if not found:
                raise UsageError(
                    f"There is no {self._noun} {name!r} here: install the package that brings it, or update bench."
                )
            self._known[name] = self._load(next(iter(found)))
        return self._known[name]

    def __contains__(self, name: object) -> bool:
        """Return whether there is one of that name."""
        return name in self._known or name in self._brought

    def __iter__(self) -> Iterator[str]:
        """Yield all names: ours in their order, then those of packages, sorted."""
        return iter(dict.fromkeys([*self._known, *self._brought]))

    @functools.cached_property
    def _brought(self) -> list[str]:
        """The names of those that packages bring; looked up once, since it reads what is known of every package."""
        return sorted(entry.name for entry in importlib.metadata.entry_points(group=self._group))

    def _load(self, entry: importlib.metadata.EntryPoint) -> Kind:
        try:
            kind: Kind = entry.load()
        except Exception as error:
            raise PluginError(
                f"The {self._noun} {entry.name!r} ({entry.value}) cannot be imported: {type(error).__name__}: {error}."
            ) from error
        return kind
