"""What all rows of an input must be looked at for before one of them can be turned into numbers."""

from __future__ import annotations

import pyarrow as pa

from bench.datasets.makers.features import FeatureSurvey
from bench.datasets.makers.labels import LabelValues


class Survey:
    """Looks at the label and at the features in one pass; those of parts of an input can be merged.

    Attributes:
        label: Looks at the label's values.
        features: Looks at the columns of features.
    """

    def __init__(self, label: LabelValues, features: FeatureSurvey) -> None:
        """Start with no rows."""
        self.label, self.features = label, features

    @property
    def columns(self) -> list[str]:
        """Names of the columns to look at."""
        return [self.label.column, *self.features.columns]

    def add(self, batch: pa.RecordBatch, path: str) -> None:
        """Look at rows.

        Args:
            batch: Values of `columns`.
            path: Where they lie, for sentences.

        Raises:
            DatasetError: A label is missing, or a column has too many different strings.
        """
        self.label.add(batch[self.label.column], path)
        self.features.add(batch)

    def merge(self, other: Survey) -> Survey:
        """Take what another one has found out, and return this one.

        Raises:
            DatasetError: A column has too many different strings.
        """
        self.label.merge(other.label)
        self.features.merge(other.features)
        return self
