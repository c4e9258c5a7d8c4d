"""Checks tables of a TOML file that people write: a fault is a sentence with its line and the nearest key; pure."""

from __future__ import annotations

import datetime
import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bench.errors import UsageError
from bench.writing.clean import shown

MOST = 1e15  # of any number: beyond it sums are no numbers any more


@dataclass(frozen=True)
class Key:
    """A key that a table may have.

    Attributes:
        fits: Whether a value is of its kind.
        told: The kind, for people.
        needed: Whether it has to be there.
    """

    fits: Callable[[Any], bool]
    told: str
    needed: bool = False


@dataclass(frozen=True)
class TomlTable:
    """Checks one table of a file, and knows the lines of its keys.

    Attributes:
        file: Name of the file, for sentences.
        text: Its text.
        kind: Name of the tables of which there are several, each after a line such as ``[[machine]]``.
        number: The table, from 1; 0 for the head of the file.
    """

    file: str
    text: str
    kind: str
    number: int

    def fault(self, key: str, told: str) -> UsageError:
        """Return the error that something is wrong with a key.

        Args:
            key: The key; one that is not there stands for the beginning of the table.
            told: The rest of the sentence, after the line, without a full stop.
        """
        return UsageError(f"{self.file}, line {self._line(key)} {told}.")

    def checked(self, given: Mapping[str, Any], keys: Mapping[str, Key]) -> dict[str, Any]:
        """Return the values of a table, each of its kind.

        Args:
            given: The table.
            keys: The keys that it may have.

        Raises:
            UsageError: It has another key, or a value of another kind, or lacks a key.
        """
        found = {}
        for key, value in given.items():
            if key not in keys:
                near = difflib.get_close_matches(key, keys, 1, 0.4) or [*keys][:1]
                raise self.fault(key, f"has {shown(key)!r}, which is no key here: the nearest one is {near[0]!r}")
            kind = keys[key]
            if not kind.fits(value):
                raise self.fault(key, f"has {shown(repr(value))} as {key!r}: give {kind.told}")
            found[key] = value
        for key, kind in keys.items():
            if kind.needed and key not in found:
                where = f"{self.kind} {self.number}" if self.number else "the head"
                raise self.fault(key, f"begins {where}, which has no {key!r}: give {kind.told}")
        return found

    def _line(self, key: str) -> int:
        """Return the line of a key of this table, or of its head, from 1."""
        begins = re.compile(rf"\s*\[\[\s*{self.kind}\s*\]\]")
        table, head = 0, 1
        for number, line in enumerate(self.text.splitlines(), 1):
            if begins.match(line):
                table += 1
                head = number if table == self.number else head
            if table == self.number and re.match(rf"""\s*["']?{re.escape(key)}["']?\s*[=.]""", line):
                return number
        return head


def is_number(value: Any) -> bool:
    """Return whether a value is a number that sums do not lose."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < MOST


def is_count(value: Any) -> bool:
    """Return whether a value is a positive whole number."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**31


def is_text(value: Any) -> bool:
    """Return whether a value is text that says something."""
    return isinstance(value, str) and bool(value.strip())


def is_day(value: Any) -> bool:
    """Return whether a value is a day without a time."""
    return isinstance(value, datetime.date) and not isinstance(value, datetime.datetime)
