"""How rows of a table become those of a dataset, as JSON in a manifest: plain values, which run no code when read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import pyarrow as pa

from bench.datasets.makers.categories import CategoryRule
from bench.datasets.makers.columns import ColumnChoice, Feature
from bench.datasets.makers.features import Encoding
from bench.datasets.makers.labels import LabelRule
from bench.datasets.makers.layout import Layout
from bench.datasets.makers.plan import ImportPlan

# Types in which the values of classes are compared, by their names.
_TYPES = {str(kind): kind for kind in (pa.bool_(), pa.float64(), pa.large_string())} | {
    str(kind): kind
    for kind in (pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64())
}


def as_json(plan: ImportPlan) -> dict[str, Any]:
    """Return a plan as JSON."""
    values = plan.rule.values
    return {
        "layout": asdict(plan.layout),
        "columns": asdict(plan.columns),
        "label": {
            "column": plan.rule.column,
            "type": None if values is None else str(values.type),
            "values": None if values is None else values.to_pylist(),
        },
        "strings": {name: list(found) for name, found in plan.encoding.strings.items()},
        "missing": sorted(plan.encoding.missing),
        "newest": dict(plan.encoding.newest),
        "categories": asdict(plan.encoding.rule),
    }


def plan_of(recipe: Mapping[str, Any]) -> ImportPlan:
    """Return the plan that JSON describes.

    Raises:
        KeyError: It describes none.
        TypeError: It describes none.
    """
    layout = Layout(**{name: _frozen(value) for name, value in recipe["layout"].items()})
    columns = {name: _frozen(value) for name, value in recipe["columns"].items()}
    made = tuple(Feature(**one) for one in recipe["columns"]["made"])
    label = recipe["label"]
    values = None if label["values"] is None else pa.array(label["values"], _TYPES[label["type"]])
    return ImportPlan(
        layout,
        ColumnChoice(**{**columns, "made": made}),
        LabelRule(label["column"], layout.problem, layout.classes, values),
        Encoding(
            made,
            CategoryRule(**recipe["categories"]),
            {name: tuple(found) for name, found in recipe["strings"].items()},
            frozenset(recipe["missing"]),
            recipe["newest"],
        ),
    )


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
