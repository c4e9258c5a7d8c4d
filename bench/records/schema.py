"""Checks documents against the JSON Schemas of the package, before writing and after reading."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from importlib import resources
from typing import Any

from bench.errors import ResultsError
from bench.writing.clean import REASON_LIMIT, shown


@functools.cache
def validator(name: str) -> Callable[[Any], Any]:
    """Return a function that raises `fastjsonschema.JsonSchemaValueException` for a document that does not fit.

    Each schema is compiled once.

    Args:
        name: Name of the schema with its version, such as ``record-1``.
    """
    import fastjsonschema

    schema = json.loads(resources.files("bench").joinpath(f"schemas/{name}.json").read_text())
    compiled: Callable[[Any], Any] = fastjsonschema.compile(schema)
    return compiled


def check(document: Any, kind: str, newest: int, newer: str) -> None:
    """Check a document against the schema of the version that it names.

    Args:
        document: Any JSON value.
        kind: Kind of document, which is the name of its schema, such as ``record``.
        newest: The newest version that this bench reads.
        newer: Beginning of the sentence about a newer version, such as ``This verdict has``.

    Raises:
        ResultsError: It is from a newer version, has none, or does not fit.
    """
    import fastjsonschema

    version = document.get("schema") if isinstance(document, dict) else None
    if isinstance(version, int) and version > newest:
        raise ResultsError(f"{newer} schema version {version}, newer than this bench reads: update bench.")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise ResultsError(f"A {kind} without a schema version is none of ours: check the file, or take it away.")
    try:
        validator(f"{kind}-{version}")(document)
    except fastjsonschema.JsonSchemaValueException as error:
        raise ResultsError(
            f"A {kind} does not fit schema version {version}: {shown(error.message, REASON_LIMIT)}."
        ) from error
