"""Writes and reads ``verdict.json``, which every night leaves, however it ends.

Schema versions of a verdict, newest last:

1. The first.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.errors import ResultsError, UsageError
from bench.parsing import json_value
from bench.records import schema

SCHEMA = 1
NAME = "verdict.json"

Document = dict[str, Any]
VerdictEntry = dict[str, Any]  # of one case


def claim(directory: Path) -> Path:
    """Make the directory of a night and return its absolute path; nothing is overwritten.

    Args:
        directory: The directory, which must be empty if it exists.

    Raises:
        UsageError: It is not empty, or cannot be made.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        if any(directory.iterdir()):
            raise UsageError(f"{directory} is not empty, and a night overwrites nothing: name another --out.")
    except OSError as error:
        raise UsageError(f"{directory} cannot be made ({error.strerror}): name another --out.") from error
    return directory.absolute()


def write(directory: Path, document: Document) -> None:
    """Write a verdict in one step, so that a reader finds either the old one or the new one, whole.

    Args:
        directory: Directory of the night.
        document: The verdict.

    Raises:
        ResultsError: It does not fit the schema, or cannot be written.
    """
    validate(document)
    text = json.dumps(document, indent=1, allow_nan=False) + "\n"
    unfinished = directory / f".{NAME}"
    try:
        with unfinished.open("w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(directory / NAME)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise ResultsError(
            f"Cannot write {directory / NAME}: {error.strerror}: make room, or name another --out."
        ) from error


def read(path: Path) -> Document:
    """Read a verdict.

    Args:
        path: The file, or the directory of the night.

    Raises:
        ResultsError: There is none, it is damaged, or it is from a newer version.
    """
    path = path / NAME if path.is_dir() else path
    try:
        document: Document = json_value(path.read_text())
    except FileNotFoundError as error:
        raise ResultsError(f"There is no verdict {path}: `bench gate` makes one.") from error
    except (OSError, ValueError) as error:
        raise ResultsError(f"{path} is damaged ({error}): restore it, or let the gate run again.") from error
    validate(document)
    return document


def disturbed_pairs(pairs: Sequence[dict[str, Any]]) -> int:
    """Return the number of pairs, of those that decide, which stayed disturbed after all retries.

    Args:
        pairs: The entries of a case's pairs. The fresh ones decide, or those of the looks where there are none.
    """
    fresh = [pair for pair in pairs if pair["stage"] == "confirm"]
    return sum(pair["noisy"] for pair in fresh or pairs)


def validate(document: Document) -> None:
    """Check a verdict against the schema of its version.

    Raises:
        ResultsError: It is from a newer version, or does not fit.
    """
    schema.check(document, "verdict", SCHEMA, "This verdict has")
