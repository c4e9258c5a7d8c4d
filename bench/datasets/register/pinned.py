"""A version of a Delta table in a manifest: plain values, so that nobody who reads its rows asks its log again."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds

from bench.datasets.makers.delta_log import DeltaVersion
from bench.datasets.makers.source import TableSource


def version_facts(source: TableSource) -> dict[str, Any]:
    """Return what a manifest says of the version as a whole: ``delta``; nothing of another table.

    Args:
        source: The table.
    """
    if source.version is None:
        return {}
    schema = base64.b64encode(source.schema.serialize()).decode()
    return {"delta": {"version": source.version, "schema": schema, "partitions": sorted(source.partitions)}}


def file_facts(source: TableSource) -> dict[str, dict[str, Any]]:
    """Return what a manifest says of each file of the version, by path: ``partitions`` as text; nothing of others.

    Args:
        source: The table.
    """
    if source.version is None:
        return {piece.file.path: {} for piece in source.pieces}
    return {
        piece.file.path: {
            "partitions": {
                name: pa.scalar(value, source.schema.field(name).type).cast(pa.string()).as_py()
                for name, value in ds.get_partition_keys(piece.file.partition_expression).items()
            }
        }
        for piece in source.pieces
    }


def known_version(registered: Mapping[str, Any]) -> DeltaVersion | None:
    """Return the version that a manifest describes; None if the table has none.

    Args:
        registered: What the manifest says of the table.
    """
    if "delta" not in registered:
        return None
    facts = registered["delta"]
    schema = pa.ipc.read_schema(pa.py_buffer(base64.b64decode(facts["schema"])))
    files = {
        file["path"]: {
            name: pa.scalar(text, pa.string()).cast(schema.field(name).type).as_py()
            for name, text in file["partitions"].items()
        }
        for file in registered["files"]
    }
    return DeltaVersion(facts["version"], schema, tuple(facts["partitions"]), files)
