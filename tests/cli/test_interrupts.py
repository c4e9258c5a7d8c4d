"""Signals end a command wherever in the program they come."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from bench.errors import EXIT_INTERRUPTED

# `bench list` with another verb in its place.
PROGRAM = """
import os, signal, sys, time
import click
import bench.cli
{before}
@click.command()
def verb():
{verb}
bench.cli.BenchGroup.get_command = lambda *_: verb
bench.cli.main(["list"])
"""
# A shell lets what it starts in the background ignore Ctrl-C, and tests may be started so.
HEEDS_CTRL_C = "signal.signal(signal.SIGINT, signal.default_int_handler)\n"


def run(verb: str, before: str = HEEDS_CTRL_C, wrapper: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    """Run a verb's body in a process of its own, after some lines of its program."""
    code = PROGRAM.format(before=before, verb=textwrap.indent(verb, "    "))
    program = [*wrapper, sys.executable, "-c", code]
    return subprocess.run(program, capture_output=True, text=True, timeout=60, check=False)


def check_interrupted(done: subprocess.CompletedProcess[str]) -> None:
    """See that the command has ended as after Ctrl-C."""
    assert done.returncode == EXIT_INTERRUPTED, done.stderr
    assert done.stderr == "Interrupted: nothing half-done was left.\n"


FINALISED = """
class Finalised:
    def __del__(self):
        os.kill(os.getpid(), signal.{name})
        time.sleep(0.1)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_an_object_is_finalised_is_heeded(number: signal.Signals) -> None:
    """Python prints such an exception and goes on."""
    verb = "one = Finalised()\ndel one\ntime.sleep(20)"
    check_interrupted(run(verb, HEEDS_CTRL_C + FINALISED.format(name=number.name)))


SWALLOWS = """
import os, signal, time
try:
    os.kill(os.getpid(), signal.{name})
    time.sleep(0.1)
except KeyboardInterrupt:
    pass
"""
HANGS = """
import os, signal, time
os.kill(os.getpid(), signal.{name})
time.sleep(600)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(("module", "limit"), [(SWALLOWS, 5.0), (HANGS, 0.2)])
def test_a_signal_during_an_import_is_heeded(number: signal.Signals, module: str, limit: float, tmp_path: Path) -> None:
    """Native modules forget exceptions that come while they are imported; an import may hang."""
    (tmp_path / "imported.py").write_text(module.format(name=number.name))
    limited = f"import bench.cli.interrupts\nbench.cli.interrupts.MOST_SECONDS_LATE = {limit}\n"
    verb = f"sys.path.insert(0, {str(tmp_path)!r})\nimport imported\ntime.sleep(20)"
    check_interrupted(run(verb, HEEDS_CTRL_C + limited))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_a_signal_that_is_ignored_stays_so(number: signal.Signals) -> None:
    """`nohup` has a command ignore SIGHUP, and a shell what it starts in the background SIGINT."""
    ignoring = ("sh", "-c", f"trap '' {number.name.removeprefix('SIG')}; exec \"$@\"", "sh")
    done = run(f"os.kill(os.getpid(), signal.{number.name})\nprint('done')", "", ignoring)
    assert (done.returncode, done.stdout, done.stderr) == (0, "done\n", "")


MAKING = """
from pathlib import Path
from bench.machine.scratch import scratch_directory

mkdir = os.mkdir

def make(*arguments):
    mkdir(*arguments)
    os.kill(os.getpid(), signal.{name})
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_leaves_no_directory_that_was_just_made(number: signal.Signals, tmp_path: Path) -> None:
    """`tempfile` removes a directory once it knows it, which it does not right after making it."""
    verb = f"os.mkdir = make\nwith scratch_directory('bench-', Path({str(tmp_path)!r})):\n    time.sleep(20)"
    check_interrupted(run(verb, HEEDS_CTRL_C + MAKING.format(name=number.name)))
    assert not list(tmp_path.iterdir())
