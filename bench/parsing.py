"""Parses JSON and TOML that others wrote: whatever is wrong with a text is a `ValueError`, and every number is one."""

from __future__ import annotations

import json
import math
from typing import Any

MOST = 2**64  # of a whole number: beyond it NumPy and Arrow have none
MOST_BITS = 10_000


def json_value(text: str | bytes, *, constants: bool = False) -> Any:
    """Return the value of a JSON text.

    Args:
        text: The text.
        constants: Whether ``NaN`` and ``Infinity``, and numbers that overflow to it, are taken as Python takes them.

    Raises:
        ValueError: It is no JSON, is nested deeper than Python follows, or has a number that there is not.
    """
    try:
        if constants:
            return json.loads(text)
        return json.loads(text, parse_constant=_refuse, parse_float=_finite, parse_int=_bounded)
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error


def toml_table(text: str) -> dict[str, Any]:
    """Return the table of a TOML text.

    Args:
        text: The text.

    Raises:
        ValueError: It is no TOML, or is nested deeper than Python follows.
    """
    import tomllib

    try:
        found = tomllib.loads(text)
        _check_wholes(found)
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error
    return found


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is no number")


def _finite(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise ValueError(f"{text[:20]} is too large a number")
    return value


def _check_wholes(value: Any) -> None:
    """Refuse whole numbers that Python does not write as text, which TOML's other notations have of any length."""
    if isinstance(value, int):
        if value.bit_length() > MOST_BITS:
            raise ValueError("a number is too large")
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            _check_wholes(inner)


def _bounded(text: str) -> int:
    value = int(text)
    if abs(value) > MOST:
        raise ValueError(f"a number of {len(text)} digits is too large")
    return value
