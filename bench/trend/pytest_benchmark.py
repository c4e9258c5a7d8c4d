"""Reads the JSON of pytest-benchmark, and of every program that exports in its format, as a night."""

from __future__ import annotations

import json
import math
import statistics
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.errors import ResultsError
from bench.machine.host import digest
from bench.parsing import json_value
from bench.trend.night import Figure, Night
from bench.writing.clean import shown

# The fields of ``machine_info`` that decide whether the seconds of two machines are comparable; not the host's name.
MACHINE = ("machine", "system", "python_implementation", "python_version")
CPU = ("brand_raw", "brand", "count", "arch")


def read(path: Path) -> Night:
    """Read the file of ``pytest --benchmark-json=FILE``.

    The ``fullname`` is the name of a case. Its figure is the median of ``stats.data``, the seconds of each round.

    Args:
        path: The file.

    Raises:
        ResultsError: It cannot be read, is damaged, or lacks a field.
    """
    try:
        found = json_value(path.read_bytes(), constants=True)
    except OSError as error:
        raise ResultsError(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise ResultsError(f"{path} is damaged ({error}): let pytest write it again.") from error
    try:
        benchmarks, at = found["benchmarks"], _moment(found["datetime"])
        cases = {entry["fullname"]: _figure(path, entry) for entry in benchmarks}
        machine = _machine(found["machine_info"])
        commit = (found.get("commit_info") or {}).get("id")
        if not all(isinstance(name, str) for name in (*cases, commit or "")):
            raise TypeError("a name is no text")
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError) as error:
        raise ResultsError(
            f"{path} is not what pytest-benchmark writes ({type(error).__name__}: {shown(str(error))}): "
            "give the file of `pytest --benchmark-json=FILE`."
        ) from error
    if not cases:
        raise ResultsError(f"{path} holds no benchmark: run some with `pytest --benchmark-json=FILE`.")
    if twice := [name for name, number in Counter(entry["fullname"] for entry in benchmarks).items() if number > 1]:
        raise ResultsError(f"{path} has two benchmarks called {shown(twice[0])}: give one of them another name.")
    return Night(at, "pytest-benchmark", commit or None, None, machine, cases)


def _figure(path: Path, entry: dict[str, Any]) -> Figure:
    data = entry["stats"].get("data")
    if not data:
        raise ResultsError(
            f"{path} has no `stats.data` for {shown(str(entry['fullname']))}: write it with `--benchmark-json=FILE`, "
            "or save with `--benchmark-save-data`."
        )
    seconds = statistics.median(data)
    if not (seconds > 0 and math.isfinite(seconds)):
        name = shown(str(entry["fullname"]))
        raise ResultsError(f"{path} has a median of {seconds} s for {name}: that is no duration.")
    return Figure(math.log(seconds), len(data))


def _moment(text: str) -> str:
    """Return a moment in UTC; pytest-benchmark writes UTC, in older versions without a time zone."""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _machine(info: dict[str, Any]) -> str:
    cpu = info.get("cpu") or {}
    facts = [info.get(name) for name in MACHINE] + [cpu.get(name) for name in CPU]
    return digest(json.dumps(facts))
