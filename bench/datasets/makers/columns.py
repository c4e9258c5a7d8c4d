"""Chooses the columns of a user's Parquet that become the label and the features, and their names."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from bench.datasets.makers.column_types import fields, is_number, is_span, is_text, is_time, remedies
from bench.datasets.makers.times import check_zone, parts_of
from bench.errors import DatasetError

_SHOWN = 20


@dataclass(frozen=True)
class Feature:
    """One feature, and what it is made of.

    Attributes:
        name: Its name in the dataset.
        column: The column in the input.
        text: Whether the column holds strings.
        part: The number that is made of each timestamp or date (`bench.datasets.makers.times.PARTS`); empty for the
            column's own values.
    """

    name: str
    column: str
    text: bool = False
    part: str = ""


@dataclass(frozen=True)
class ColumnChoice:
    """The chosen columns.

    Attributes:
        label: Name of the label column in the input.
        weight: Name of the column that says how much each row counts; empty where there is none.
        features: Names of the feature columns in the input, in their order.
        text: Those features that hold strings.
        names: The dataset's names for label, weight and features: letters, digits and underscores only, since Spark and
            LightGBM refuse others or want them quoted.
        made: What the features of the dataset are made of, in their order: of a timestamp may be several.
        left_out: Columns that were left out without being asked.
    """

    label: str
    weight: str
    features: tuple[str, ...]
    text: tuple[str, ...]
    names: Mapping[str, str]
    made: tuple[Feature, ...]
    left_out: tuple[str, ...]

    @property
    def renamed(self) -> dict[str, str]:
        """The new name of each column that could not keep its own."""
        return {old: new for old, new in self.names.items() if old != new}


def choose_columns(
    schema: pa.Schema,
    label: str,
    features: Sequence[str] = (),
    index: Collection[str] = (),
    weight: str = "",
    *,
    timestamps: Sequence[str] = (),
) -> ColumnChoice:
    """Choose the label, the weight and the features.

    Args:
        schema: The input's columns.
        label: Name of the label column.
        features: Names of the feature columns; all but the label, the weight, ``row_id`` and the index if empty.
        index: Columns that pandas wrote as its index, which often is no more than the order of the rows.
        weight: Name of the column that says how much each row counts; empty for none.
        timestamps: The numbers to be made of timestamps and dates (`bench.datasets.makers.times.PARTS`); with none they
            are refused.

    Raises:
        DatasetError: A column is missing or of a type that its role does not allow, or no feature is left.
    """
    given = [weight] if weight else []
    _check_present(schema, [label, *given, *features])
    _check_roles(schema, label, weight)
    if wrong := {label, *given, "row_id"} & set(features):
        raise DatasetError(f"The column {sorted(wrong)[0]!r} cannot be a feature: leave it out of --features.")
    taken = (label, *given)
    left_out = tuple(name for name in schema.names if name not in taken and (name == "row_id" or name in index))
    beside = {*taken, *left_out}
    chosen = tuple(dict.fromkeys(features)) or tuple(name for name in schema.names if name not in beside)
    if not chosen:
        raise DatasetError(f"There is no column to learn from beside the label {label!r}: give at least one feature.")
    _check_types(schema, chosen, timestamps)
    text = tuple(name for name in chosen if is_text(schema.field(name).type))
    asked = set(chosen)
    left_out = tuple(name for name in left_out if name not in asked)
    if timestamps and not any(is_time(schema.field(name).type) for name in chosen):
        raise DatasetError(
            "No feature holds timestamps or dates that --timestamps could make numbers of: leave the option out, or "
            "write strings that are times as timestamps."
        )
    names = _new_names([*taken, *chosen])
    return ColumnChoice(label, weight, chosen, text, names, _made(schema, chosen, names, timestamps), left_out)


def _check_roles(schema: pa.Schema, label: str, weight: str) -> None:
    kind = schema.field(label).type
    if not is_number(kind) and not is_text(kind):
        raise DatasetError(f"The label {label!r} is of type {kind}: make it a number, a boolean or a string.")
    if weight == label:
        raise DatasetError(f"The label {label!r} cannot be the weight, too: give another column to --weight.")
    if weight and not is_number(schema.field(weight).type):
        raise DatasetError(f"The weight {weight!r} is of type {schema.field(weight).type}: make it a number.")


def _made(
    schema: pa.Schema, chosen: Sequence[str], names: Mapping[str, str], timestamps: Sequence[str]
) -> tuple[Feature, ...]:
    made = []
    for name in chosen:
        kind = schema.field(name).type
        if is_time(kind):
            check_zone(name, kind)
            made += [Feature(f"{names[name]}_{part}", name, part=part) for part in parts_of(kind, timestamps)]
        else:
            made.append(Feature(names[name], name, is_text(kind)))
    for feature in made:
        if feature.part and feature.name.lower() in {name.lower() for name in names.values()}:
            raise DatasetError(
                f"The {feature.part} of {feature.column!r} would be called {feature.name}, as another column is: "
                "rename that one."
            )
    return tuple(made)


def _check_present(schema: pa.Schema, names: Sequence[str]) -> None:
    for name, count in Counter(schema.names).items():
        if count > 1:
            raise DatasetError(f"{count} columns are called {name!r}: rename all but one.")
    present = set(schema.names)
    for name in names:
        if name not in present:
            raise DatasetError(f"There is no column {name!r}: the columns are {_listed(schema.names)}.")


def _check_types(schema: pa.Schema, names: Sequence[str], timestamps: Sequence[str]) -> None:
    kinds = {name: schema.field(name).type for name in names}
    usable = {
        name: kind
        for name, kind in kinds.items()
        if is_number(kind) or is_span(kind) or is_text(kind) or (is_time(kind) and parts_of(kind, timestamps))
    }
    refused = {name: kind for name, kind in kinds.items() if name not in usable}
    if refused:
        what = "Neither a number, a boolean nor a string is what these columns hold"
        listed = _listed([path for name, kind in refused.items() for path in fields(name, kind)])
        can_be_typed = 0 < len(usable) <= _SHOWN and all(map(str.isprintable, usable))
        remedy = f"--features {_option([*usable])}" if can_be_typed else "--features"
        orders = ", ".join(remedies(list(refused.values())))
        raise DatasetError(f"{what}: {listed}; {orders}, or leave them out with {remedy}.")


def _option(names: Sequence[str]) -> str:
    """Return names as `bench data import --features` reads them: one with a comma stands in quotes."""
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(names)
    return line.getvalue()


def _new_names(names: Sequence[str]) -> dict[str, str]:
    # `split` is the name of the partitions, `row_id` and `score` are those of other columns.
    new = {
        name: re.sub(r"\W", "_", name) + ("_" if name.lower() in ("split", "row_id", "score") else "") for name in names
    }
    for lowered, count in Counter(name.lower() for name in new.values()).items():
        if count > 1:
            same = _listed([repr(old) for old, name in new.items() if name.lower() == lowered])
            raise DatasetError(
                f"The columns {same} differ only in case or punctuation, so that Spark cannot tell them apart: rename "
                "all but one."
            )
    return new


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(map(_shown, names[:_SHOWN])) + more


def _shown(name: str) -> str:
    """Return a name as it is, or escaped where a terminal would do something with it."""
    return name if name.isprintable() else repr(name)
