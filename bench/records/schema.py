"""Checks what is read and written against the JSON Schemas of the package."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from importlib import resources
from typing import Any

from bench.errors import ResultsError


@functools.cache
def validator(name: str) -> Callable[[Any], Any]:
    """Return what raises `fastjsonschema.JsonSchemaValueException` for what does not fit; compiled once.

    Args:
        name: Of the schema and its version, such as ``record-1``.
    """
    import fastjsonschema

    schema = json.loads(resources.files("bench").joinpath(f"schemas/{name}.json").read_text())
    compiled: Callable[[Any], Any] = fastjsonschema.compile(schema)
    return compiled


def check(document: Any, kind: str, newest: int, newer: str) -> None:
    """Check a document against the schema of the version that it names.

    Args:
        document: Anything that JSON can hold.
        kind: What it is, as the schema's name has it, such as ``record``.
        newest: The newest version that is read.
        newer: Who has a version, in the sentence about one that is newer, such as ``This verdict has``.

    Raises:
        ResultsError: It is from a newer version, has none, or does not fit.
    """
    import fastjsonschema

    version = document.get("schema") if isinstance(document, dict) else None
    if isinstance(version, int) and version > newest:
        raise ResultsError(f"{newer} schema version {version}, newer than this bench reads: update bench.")
    if not isinstance(version, int) or version < 1:
        raise ResultsError(f"A {kind} without a schema version is none of ours: check the file, or take it away.")
    try:
        validator(f"{kind}-{version}")(document)
    except fastjsonschema.JsonSchemaValueException as error:
        raise ResultsError(f"A {kind} does not fit schema version {version}: {error.message}.") from error
