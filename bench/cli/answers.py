"""Reads what `bench advise --out ADVICE.json` wrote."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bench.errors import UsageError
from bench.parsing import json_value
from bench.records.schema import check


def read_answer(path: Path) -> dict[str, Any]:
    """Return an answer out of a file, checked against its schema.

    Args:
        path: The file.

    Raises:
        UsageError: It has no answer.
    """
    try:
        document = json_value(path.read_text(encoding="utf-8"))
        document["schema"]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise UsageError(f"{path} is no answer of `bench advise`: make one by --out ADVICE.json.") from error
    check(document, "advice", 1, f"{path} has")
    found: dict[str, Any] = document
    return found
