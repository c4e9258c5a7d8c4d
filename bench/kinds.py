"""What may be added: kinds, each a file of its own and an entry in one table, ours or an installed package's.

A package adds one by an entry point, as it adds a strategy, in the group ``bench.tasks``, ``bench.problems`` or
``bench.families``: its name is the kind's, and its value an object of the room's base class.
"""

from __future__ import annotations

import functools
import importlib.metadata
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Generic, Protocol, TypeVar

from bench.errors import PluginError, UsageError


class AnyKind(Protocol):
    """Anything that has a name."""

    @property
    def name(self) -> str:
        """Its name, which never changes."""


Kind = TypeVar("Kind", bound=AnyKind)
Check = Callable[[Kind], str | None]


class Kinds(Generic[Kind]):
    """All kinds of one sort, by name."""

    def __init__(
        self, noun: str, group: str, base: type[Any], own: Mapping[str, Kind], check: Check[Kind] = lambda _: None
    ) -> None:
        """Hold our own; those of packages are looked up when they are asked for.

        Args:
            noun: What one of them is called, for sentences.
            group: The group of entry points by which packages add to them.
            base: The class that each of them is of.
            own: Ours, in the order in which they are shown.
            check: Returns the fault of one that a package brings, as the rest of a sentence; None where it has none.
        """
        self._noun, self._group, self._base, self._check, self._known = noun, group, base, check, dict(own)

    def __getitem__(self, name: str) -> Kind:
        """Return one.

        Raises:
            UsageError: There is none of that name.
            PluginError: The package that brings it cannot be imported, or brings something else.
        """
        if name not in self._known:
            if name not in self._brought:
                raise UsageError(
                    f"There is no {self._noun} {name!r} here: install the package that brings it, or update bench."
                )
            self._known[name] = self._load(self._brought[name])
        return self._known[name]

    def __contains__(self, name: object) -> bool:
        """Return whether there is one of that name."""
        return name in self._known or name in self._brought

    def __iter__(self) -> Iterator[str]:
        """Yield all names: ours in their order, then those of packages, sorted."""
        return iter(dict.fromkeys([*self._known, *self._brought]))

    def usable(self) -> Iterator[Kind]:
        """Yield all that can be loaded; one that cannot is refused where it is asked for by its name."""
        for name in self:
            try:
                yield self[name]
            except PluginError:
                continue

    @functools.cached_property
    def _brought(self) -> dict[str, list[importlib.metadata.EntryPoint]]:
        """The entry points of packages, by name; looked up once, since it reads the metadata of every package."""
        found: dict[str, list[importlib.metadata.EntryPoint]] = {}
        for entry in sorted(importlib.metadata.entry_points(group=self._group)):
            if all(other.value != entry.value for other in found.get(entry.name, [])):
                found.setdefault(entry.name, []).append(entry)
        return found

    def _load(self, entries: list[importlib.metadata.EntryPoint]) -> Kind:
        entry = entries[0]
        if len(entries) > 1:
            values = " and ".join(other.value for other in entries)
            raise PluginError(
                f"Two packages bring a {self._noun} {entry.name!r}, {values}: uninstall one of the two or rename its "
                "entry point."
            )
        who = f"The {self._noun} {entry.name!r} ({entry.value})"
        try:
            kind = entry.load()
        except Exception as error:
            raise PluginError(f"{who} cannot be imported: {type(error).__name__}: {error}.") from error
        if not isinstance(kind, self._base):
            raise PluginError(f"{who} is no object of the class {self._base.__name__}: let its entry point name one.")
        if kind.name != entry.name:
            raise PluginError(f"{who} calls itself {kind.name!r}: give it and its entry point one name.")
        if fault := self._check(kind):
            raise PluginError(f"{who} {fault}.")
        found: Kind = kind
        return found
