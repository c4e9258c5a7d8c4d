"""Checks what a manifest says before anybody relies on it: types, and paths that stay inside the directory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import Any

Check = Callable[[Any], bool]


def check_content(content: Mapping[str, Any]) -> None:
    """See that values of a manifest are of the kinds that they have to be of, where they are there.

    Args:
        content: The manifest, out of JSON.

    Raises:
        ValueError: One is not.
    """
    _check(content, _FACTS, "")
    for file in content.get("files", ()):
        _check(file, _FILE, "files: ")
    _check(content.get("raw") or {}, _RAW, "raw: ")


def _check(values: Any, checks: Mapping[str, Check], where: str) -> None:
    if not isinstance(values, Mapping):
        raise ValueError(f"{where or 'the content '}is no table of names")
    for name, fits in checks.items():
        if name in values and not fits(values[name]):
            raise ValueError(f"{where}{name} is {str(values[name])[:40]!r}")


def _inside(path: Any) -> bool:
    """Return whether a path leads to a file below the directory that it is relative to."""
    found = PurePosixPath(path) if isinstance(path, str) else None
    return found is not None and bool(found.parts) and not found.is_absolute() and ".." not in found.parts


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_table(value: Any) -> bool:
    return isinstance(value, Mapping)


def _list_of(check: Check) -> Check:
    return lambda value: isinstance(value, list) and all(map(check, value))


def _table_of(check: Check) -> Check:
    return lambda value: isinstance(value, Mapping) and all(map(check, value.values()))


def _are_names(value: Any) -> bool:
    return _list_of(_is_text)(value) and len(set(value)) == len(value)


_FACTS: Mapping[str, Check] = {
    **dict.fromkeys(("name", "label", "fingerprint", "problem", "weight", "table"), _is_text),
    "features": _are_names,
    **dict.fromkeys(("rows", "train_rows", "test_rows"), _is_count),
    **dict.fromkeys(("means", "stds", "class_shares"), _list_of(_is_number)),
    "classes": _list_of(_is_text),
    **dict.fromkeys(("label_mean", "label_std", "weight_mean", "clustered"), _is_number),
    "categorical": _table_of(_is_count),
    "floors": _table_of(_is_number),
    "raw": lambda value: value is None or _is_table(value),
    "files": lambda value: isinstance(value, list),
    "imputed": _table_of(_is_count),
    "categories": _table_of(_list_of(_is_text)),
    "labels": _table_of(_is_table),
    "positives": _table_of(_is_count),
    "source": _is_table,
    "registered": _is_table,
}
_FILE: Mapping[str, Check] = {
    "path": _inside,
    **dict.fromkeys(("bytes", "rows", "row_groups"), _is_count),
    **dict.fromkeys(("footer_sha256", "headers_sha256"), _is_text),
    "group_rows": _list_of(_is_count),
}
_RAW: Mapping[str, Check] = {
    "tables": _table_of(_inside),
    "bytes": _table_of(_is_count),
    "rows": _table_of(_is_count),
}
