"""The pipelines that run where none is named.

A package adds some by an entry point in the group ``bench.pipelines``, whose value is a tuple of `DefaultPipeline`.
"""

from __future__ import annotations

import importlib.metadata
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from bench.pipelines.composition import is_composed

GROUP = "bench.pipelines"


@dataclass(frozen=True)
class DefaultPipeline:
    """A pipeline that runs where none is named.

    Attributes:
        name: Its name, out of its parts.
        most_rows: On more rows it takes so long that it runs where it is named only.
    """

    name: str
    most_rows: float = math.inf


def _defaults() -> list[DefaultPipeline]:
    entries = sorted(importlib.metadata.entry_points(group=GROUP))
    return [pipeline for entry in entries for pipeline in entry.load()]


def named(patterns: Sequence[str] = ()) -> list[str]:
    """Return the pipelines that are run where none is named, and those that patterns name in full.

    Args:
        patterns: Names or shell-style patterns.
    """
    given = [pattern for pattern in patterns if is_composed(pattern) and not re.search(r"[*?\[]", pattern)]
    return list(dict.fromkeys([*(pipeline.name for pipeline in _defaults()), *given]))


def lengthy(rows: int) -> dict[str, str]:
    """Return why pipelines are left out on so many rows where none is named, by name, as the rest of a sentence.

    Args:
        rows: Rows of the feature table.
    """
    return {
        pipeline.name: f"it takes minutes on more than {pipeline.most_rows:,.0f} rows"
        for pipeline in _defaults()
        if rows > pipeline.most_rows
    }
