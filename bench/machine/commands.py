"""Runs another program to its end and returns its output; imports the standard library only.

A program's output is read as UTF-8, and a byte that is none becomes ``�``: a JVM may speak Latin-1, and a file's name
in git's output may be in any encoding. No program can wait for input: there is none.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sysconfig
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from bench.errors import CommandError

SECONDS_FOR_A_TOOL = 20


@dataclass(frozen=True)
class ProgramOutput:
    """The output and exit code of a program that has ended.

    Attributes:
        code: Its exit code; negative where a signal ended it.
        printed: Its standard output.
        complaints: Its standard error.
    """

    code: int
    printed: str
    complaints: str


def run(
    command: Sequence[str | Path], *, environ: Mapping[str, str] | None = None, timeout_s: float | None = None
) -> ProgramOutput:
    """Run a program and wait for its end.

    If this process is interrupted or the time is up, the program is killed, together with its whole process session.

    Args:
        command: The program and its arguments; no shell reads them.
        environ: The program's environment variables; this process's own by default. See `variables`.
        timeout_s: Seconds after which the program is killed; None for no limit.

    Raises:
        CommandError: The program cannot be started, or did not end in time.
    """
    try:
        child = subprocess.Popen(
            command,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )
    except OSError as error:
        raise CommandError(str(command[0]), error.strerror or str(error)) from error
    with child:
        try:
            printed, complaints = child.communicate(timeout=timeout_s)
        except BaseException as error:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            if isinstance(error, subprocess.TimeoutExpired):
                raise CommandError(str(command[0]), f"no end within {timeout_s:g} s") from error
            raise
    return ProgramOutput(child.returncode, printed, complaints)


def ask(*command: str) -> str | None:
    """Return the output of a tool in English; None if it is missing, fails or hangs."""
    return _output(command, variables(LC_ALL="C"), SECONDS_FOR_A_TOOL)


def git(directory: Path, *arguments: str, timeout_s: float | None = None) -> str | None:
    """Return the output of git without the blanks around it; None if there is no git, or it fails or hangs.

    The ``GIT_*`` variables of a hook are left out: they would point git to another repository.

    Args:
        directory: Where git runs.
        arguments: Its arguments.
        timeout_s: Seconds after which it is killed; None for no limit.
    """
    environ = variables(without=("GIT_*",), LC_ALL="C", GIT_OPTIONAL_LOCKS="0")
    printed = _output(("git", "-C", str(directory), *arguments), environ, timeout_s)
    return None if printed is None else printed.strip()


def variables(*, without: Sequence[str] = (), **added: str) -> dict[str, str]:
    """Return this process's environment variables, without some and with others.

    Args:
        without: Names of variables to leave out; a ``*`` stands for any characters.
        added: Variables to set.
    """
    kept = {
        name: value for name, value in os.environ.items() if not any(fnmatchcase(name, pattern) for pattern in without)
    }
    return {**kept, **added}


def own_program(name: str) -> Path:
    """Return the path of a program that a package of this environment installs, even where it is not on the ``PATH``.

    Args:
        name: The program.
    """
    return Path(sysconfig.get_path("scripts"), name)


def last_line(text: str, otherwise: str = "no word") -> str:
    """Return the last line of a program's output that is not blank: most programs end with the reason of a failure.

    Args:
        text: The output.
        otherwise: The result where there is no such line.
    """
    lines = text.strip().splitlines()
    return lines[-1].strip() if lines else otherwise


def _output(command: Sequence[str], environ: Mapping[str, str], timeout_s: float | None) -> str | None:
    try:
        outcome = run(command, environ=environ, timeout_s=timeout_s)
    except CommandError:
        return None
    return None if outcome.code else outcome.printed
