"""Makes the features of a dataset out of a user's columns, batch by batch.

A `FeatureSurvey` takes all rows first, in one process, or in several whose surveys are merged. Its `Encoding` is plain
values, which may be sent to other processes, and makes features of each batch for itself.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from bench.datasets.makers.categories import HASH, NATIVE, CategoryRule, hashed_ids
from bench.datasets.makers.columns import ColumnChoice, Feature
from bench.datasets.makers.encode import encode, rounded, whole_column
from bench.datasets.makers.times import AGE, seconds, time_part
from bench.errors import DatasetError

_MOST_CATEGORIES = 100_000  # so many different strings are names, not categories


@dataclass(frozen=True)
class Encoding:
    """How columns become features.

    Attributes:
        features: The features, in their order.
        rule: How strings become numbers.
        strings: The different strings of each text column, sorted; none where they are hashed.
        missing: Text columns that have missing values, of which a native category is made.
        newest: The newest value of each column of which an age is made, in seconds since 1970.
    """

    features: tuple[Feature, ...]
    rule: CategoryRule
    strings: Mapping[str, tuple[str, ...]]
    missing: frozenset[str]
    newest: Mapping[str, float]

    @property
    def columns(self) -> list[str]:
        """Names of the columns that the features are made of, each once."""
        return list(dict.fromkeys(feature.column for feature in self.features))

    @property
    def categories(self) -> dict[str, tuple[str, ...]]:
        """The different strings of each feature that was text; the code of a string is its place."""
        return {
            feature.name: self.strings[feature.column] for feature in self.features if feature.column in self.strings
        }

    @property
    def categorical(self) -> dict[str, int]:
        """Number of categories of each feature whose numbers are names; a missing value is the last one of them."""
        if self.rule.kind != NATIVE:
            return {}
        text = (feature for feature in self.features if feature.text)
        return {one.name: len(self.strings[one.column]) + (one.column in self.missing) for one in text}

    def values(self, batch: pa.RecordBatch) -> NDArray[np.float32]:
        """Return the features of rows: float32 of shape (features, rows), NaN where a value is missing."""
        made = np.empty((len(self.features), len(batch)), np.float32)
        for row, feature in zip(made, self.features, strict=True):
            with np.errstate(over="ignore"):
                row[:] = self.recipe(feature)(batch[feature.column])
        return made

    def recipe(self, feature: Feature) -> Callable[[pa.Array], NDArray[Any]]:
        """Return what makes a feature of its column: numbers of shape (rows,), NaN where a value is missing.

        They are float32, or what NumPy turns into it when it writes them into an array of float32.
        """
        return functools.partial(self._values, feature)

    def rounded(self, batch: pa.RecordBatch, values: NDArray[np.float32]) -> dict[str, int]:
        """Return how many values float32 does not keep (`bench.datasets.makers.encode.rounded`), by feature with any.

        Args:
            batch: The rows.
            values: What `values` returned for them, all finite or NaN.
        """
        plain = (
            (feature, row)
            for feature, row in zip(self.features, values, strict=True)
            if not feature.text and not feature.part
        )
        counts = {feature.name: rounded(batch[feature.column], row) for feature, row in plain}
        return {name: count for name, count in counts.items() if count}

    def provenance(self) -> dict[str, Any]:
        """Return what a manifest says of it: the way of the categories, and what an age is counted from."""
        made = {"categories": str(self.rule)} if any(feature.text for feature in self.features) else {}
        return made | ({"newest": dict(self.newest)} if self.newest else {})

    def _values(self, feature: Feature, column: pa.Array) -> NDArray[Any]:
        if feature.part:
            return time_part(column, feature.part, self.newest.get(feature.column, 0.0))
        if not feature.text:
            return whole_column(column)
        if self.rule.kind == HASH:
            return hashed_ids(column, self.rule.buckets)
        strings = self.strings[feature.column]
        codes = encode(column, strings)
        return np.where(np.isnan(codes), np.float32(len(strings)), codes) if self.rule.kind == NATIVE else codes


class FeatureSurvey:
    """Looks at columns batch by batch, for what must be known of all rows before one becomes numbers."""

    def __init__(self, columns: ColumnChoice, rule: CategoryRule) -> None:
        """Start with no rows.

        Args:
            columns: The chosen columns.
            rule: How strings become numbers.
        """
        self._features, self._rule = columns.made, rule
        self._strings: dict[str, set[str]] = {} if rule.kind == HASH else {name: set() for name in columns.text}
        self._newest = {feature.column: -math.inf for feature in columns.made if feature.part == AGE}
        self._missing: set[str] = set()

    @property
    def columns(self) -> list[str]:
        """Names of the columns to look at; none where nothing must be known."""
        return [*self._strings, *self._newest]

    def add(self, batch: pa.RecordBatch) -> None:
        """Take rows.

        Raises:
            DatasetError: A column holds too many different strings.
        """
        for column, strings in self._strings.items():
            found = pc.unique(batch[column]).to_pylist()
            self._take(column, strings, {value for value in found if value is not None}, None in found)
        for column, newest in self._newest.items():
            self._newest[column] = float(np.fmax.reduce(seconds(batch[column]), initial=newest))

    def merge(self, other: FeatureSurvey) -> None:
        """Take the rows that another survey of the same columns has seen.

        Raises:
            DatasetError: A column holds too many different strings.
        """
        for column, strings in self._strings.items():
            self._take(column, strings, other._strings[column], column in other._missing)
        for column, newest in other._newest.items():
            self._newest[column] = max(newest, self._newest[column])

    def _take(self, column: str, strings: set[str], found: set[str], missing: bool) -> None:
        strings.update(found)
        if len(strings) > _MOST_CATEGORIES:
            raise DatasetError(
                f"The column {column!r} holds more than {_MOST_CATEGORIES:,} different strings, too many to list as "
                "categories: give each a hash with --categories hash:2^18, or leave the column out by naming the "
                "others with --features."
            )
        if missing:
            self._missing.add(column)

    def encoding(self) -> Encoding:
        """Return how the columns become features, by all rows so far."""
        strings = {column: tuple(sorted(found)) for column, found in self._strings.items()}
        newest = {column: value for column, value in self._newest.items() if value > -math.inf}
        return Encoding(self._features, self._rule, strings, frozenset(self._missing), newest)
