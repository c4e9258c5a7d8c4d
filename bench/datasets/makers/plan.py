"""How the rows of a user's Parquet become those of a dataset, whoever reads them: one process, or Spark's workers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from bench.datasets.makers.categories import CODES, category_rule
from bench.datasets.makers.columns import ColumnChoice, choose_columns
from bench.datasets.makers.encode import encode, whole_column
from bench.datasets.makers.features import Encoding, FeatureSurvey
from bench.datasets.makers.label_rule import label_rule
from bench.datasets.makers.labels import LabelRule, LabelValues
from bench.datasets.makers.layout import Layout
from bench.datasets.makers.shuffled import Portion
from bench.datasets.makers.source import TableSource
from bench.datasets.makers.survey import Survey
from bench.datasets.makers.times import checked_parts
from bench.errors import DatasetError
from bench.problems import PROBLEMS

Look = Callable[[TableSource, Survey], None]
"""Has a survey look at all rows of an input."""


@dataclass(frozen=True)
class ImportPlan:
    """Everything that must be known to read a row; it goes to other processes as it is.

    Attributes:
        layout: The columns of the dataset.
        columns: The columns of the input.
        rule: How the label column becomes the label.
        encoding: How columns become features.
    """

    layout: Layout
    columns: ColumnChoice
    rule: LabelRule
    encoding: Encoding

    @property
    def recipes(self) -> dict[str, tuple[str, Callable[[pa.Array], NDArray[Any]]]]:
        """Of each column of the dataset, the input's column and what makes numbers of its values (`Encoding.recipe`).

        They say nothing of values that cannot be used, as `portions` does.
        """
        made = {self.layout.label: (self.columns.label, self.rule.codes)}
        if self.layout.weight:
            made[self.layout.weight] = (self.columns.weight, whole_column)
        return made | {one.name: (one.column, self.encoding.recipe(one)) for one in self.encoding.features}

    def portions(self, source: TableSource, losses: dict[str, int] | None) -> Iterator[Portion]:
        """Yield rows of the input as float32.

        Args:
            source: All of the input, or a part of it.
            losses: Takes how many values float32 does not keep, by feature; None where nobody asks.

        Raises:
            DatasetError: A label is none, or a value is infinite.
        """
        problem, columns = PROBLEMS[self.layout.problem], self.columns
        weight = [columns.weight] if columns.weight else []
        for path, batch in source.batches([columns.label, *weight, *self.encoding.columns]):
            if not len(batch):
                continue
            labels, features = self.rule.codes(batch[columns.label]), self.encoding.values(batch)
            problem.check_labels(labels, columns.label, path)
            beside = [labels, *(encode(batch[name]) for name in weight)]
            if weight:
                _check_weights(beside[1], columns.weight, path)
            for at in np.flatnonzero(np.isinf(features).any(axis=1)):
                raise DatasetError(
                    f"The column {self.encoding.features[at].column!r} holds infinities, or numbers beyond the 3.4e38 "
                    f"of float32, in {path}: replace them with nulls or smaller numbers, or leave the column out with "
                    "--features."
                )
            if losses is not None:
                for feature, count in self.encoding.rounded(batch, features).items():
                    losses[feature] = losses.get(feature, 0) + count
            yield np.concatenate([beside, features]), None

    def facts(self, losses: dict[str, int]) -> dict[str, Any]:
        """Return what a manifest says of the columns: ``categories``, and a part of ``source``.

        Args:
            losses: Out of `portions`, of all rows; may be filled later.
        """
        chosen = {"renamed": self.columns.renamed, "left_out": list(self.columns.left_out)}
        guess = {"guess": self.rule.guess} if self.rule.guess else {}
        return {
            "categories": self.encoding.categories,
            "source": chosen | guess | self.encoding.provenance() | {"rounded": losses},
        }


def plan_import(
    source: TableSource,
    label: str,
    features: Sequence[str],
    look: Look,
    kind: str | None = None,
    positive: str | None = None,
    weight: str = "",
    timestamps: Sequence[str] = (),
    categories: str = CODES,
) -> ImportPlan:
    """Choose columns, and find out how they become numbers.

    Args:
        source: The input.
        label: Name of the label column.
        features: Names of the feature columns; all others if empty.
        look: Has a survey look at the input.
        kind: Name of the kind of problem; guessed by the label's values if it is not given.
        positive: The label's value, as text, that is to be found, where it has two.
        weight: Name of the column that says how much each row counts; empty for none.
        timestamps: The numbers to make of timestamps and dates.
        categories: How strings become numbers.

    Raises:
        DatasetError: A column is missing, or cannot be used.
    """
    parts, strings = checked_parts(timestamps), category_rule(categories)
    columns = choose_columns(source.schema, label, features, source.index, weight, timestamps=parts)
    survey = Survey(LabelValues(label, source.schema.field(label).type), FeatureSurvey(columns, strings))
    look(source, survey)
    rule, encoding = label_rule(survey.label, kind, positive), survey.features.encoding()
    names = tuple(feature.name for feature in encoding.features)
    beside = (rule.problem, rule.classes, columns.names.get(weight, ""), encoding.categorical)
    return ImportPlan(Layout(columns.names[label], names, *beside), columns, rule, encoding)


def _check_weights(weights: NDArray[np.float32], column: str, path: str) -> None:
    if np.isnan(weights).any():
        raise DatasetError(f"The weight {column!r} has missing values in {path}: give every row one, such as 0 or 1.")
    if np.isinf(weights).any():
        raise DatasetError(
            f"The weight {column!r} is infinite, or beyond the 3.4e38 of float32, in a row of {path}: make it smaller."
        )
    if (weights < 0).any():
        raise DatasetError(
            f"The weight {column!r} is {weights.min():g} in a row of {path}, and a row cannot count less than nothing: "
            "leave such rows out, or make it 0."
        )
