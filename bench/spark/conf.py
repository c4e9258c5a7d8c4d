"""Spark's settings as a user gives them: read, checked, and shown without secrets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from bench import scrub
from bench.errors import UsageError

HIDDEN = "(hidden)"
PATHS = ("spark.archives", "spark.files", "spark.jars", "spark.submit.pyFiles")
OURS = {
    "spark.master": "--master",
    "spark.cores.max": "--workers and --cores",
    "spark.task.cpus": "--workers and --cores",
    "spark.submit.deployMode": "nothing: the driver runs here",
}


def is_local(master: str) -> bool:
    """Return whether Spark runs in one process of this machine; ``local-cluster[…]`` is a cluster."""
    return master == "local" or master.startswith("local[")


def is_secret(key: str, value: str = "") -> bool:
    """Return whether a setting may hold a secret, by its name or by how its value is written."""
    return scrub.names_a_secret(key) or scrub.spelled(value) != value


def shown(settings: Mapping[str, str]) -> dict[str, str]:
    """Return settings for a record: sorted, and each value that may be a secret hidden."""
    return {key: HIDDEN if is_secret(key, settings[key]) else settings[key] for key in sorted(settings)}


def parse(pairs: Iterable[str]) -> dict[str, str]:
    """Return the settings of ``--spark-conf key=value``.

    Raises:
        UsageError: One is no setting, is the harness's own, or is a secret.
    """
    settings = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key.startswith("spark."):
            raise UsageError(f"{key!r} is no setting of Spark: write --spark-conf spark.some.key=value.")
        if is_secret(key, value):
            raise UsageError(
                f"{key} may be a secret, and whoever is on this machine sees its command lines: write it to a file, "
                "and name that with --spark-conf-file."
            )
        settings[key] = value
    return _checked(settings)


def read(path: Path | str) -> dict[str, str]:
    """Return the settings in a file of Spark's format: ``key value`` or ``key=value`` in each line, ``#`` for comments.

    Relative paths start from the file's own directory, see `resolved`.

    Raises:
        UsageError: It cannot be read, or a line is no setting or the harness's own.
    """
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read ({getattr(error, 'strerror', None) or 'no text'}).") from error
    settings = {}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = re.fullmatch(r"\s*(spark\.[^\s=]+)(?:\s*=\s*|\s+)(.*?)\s*", line)
        if not match:
            # The line itself may be a secret.
            raise UsageError(f"Line {number} of {path} is no setting of Spark: write `spark.some.key value`.")
        settings[match[1]] = match[2]
    return _checked(resolved(settings, Path(path).absolute().parent))


def resolved(settings: Mapping[str, str], directory: Path) -> dict[str, str]:
    """Return settings in which no path is relative, because a trial's Spark runs in a directory of its own.

    Args:
        settings: The settings; each of `PATHS` is a list with commas. URIs, and anything after a ``#``, stay unchanged.
        directory: Directory that relative paths start from.
    """
    return {
        key: ",".join(_absolute(entry.strip(), directory) for entry in value.split(",")) if key in PATHS else value
        for key, value in settings.items()
    }


def event_log(place: str | None) -> tuple[str, ...]:
    """Return the settings, as ``key=value``, that have Spark keep a log of each trial's events; none for no place.

    Args:
        place: A URI that Spark knows, or a directory of this machine, which is made, since Spark makes none.

    Raises:
        UsageError: There can be no such directory.
    """
    if place is None:
        return ()
    if "://" not in place:
        directory = Path(place).absolute()
        try:
            directory.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(f"{place} can be no directory of event logs ({error.strerror}): name another.") from error
        place = directory.as_uri()
    return "spark.eventLog.enabled=true", f"spark.eventLog.dir={place}"


def _absolute(entry: str, directory: Path) -> str:
    return entry if not entry or re.match(r"[A-Za-z][\w+.-]*:", entry) else str(directory / entry)


def _checked(settings: dict[str, str]) -> dict[str, str]:
    for key, instead in OURS.items():
        if key in settings:
            raise UsageError(f"{key} is not for you to set, since it decides what is compared: use {instead}.")
    return settings


def write(settings: Mapping[str, str], path: Path) -> None:
    """Write a properties file for ``spark-submit``, which only this user can read.

    Settings never stand on Spark's command line, where everybody would see them.
    """
    path.touch(mode=0o600)
    path.write_text("".join(f"{_escaped(key)} {_escaped(value)}\n" for key, value in settings.items()))


def _escaped(text: str) -> str:
    """Return a key or value as ``java.util.Properties`` reads it back."""
    special = {"\\": "\\\\", "\n": "\\n", "\t": "\\t", " ": "\\ ", "=": "\\=", ":": "\\:", "#": "\\#", "!": "\\!"}
    # Characters beyond Latin-1 are written in Java's own notation.
    return "".join(special.get(c, c if c.isascii() else f"\\u{ord(c):04x}") for c in text)
