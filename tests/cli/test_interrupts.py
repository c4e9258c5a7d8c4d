"""Signals end a command wherever in the program they come."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bench.errors import EXIT_INTERRUPTED

PROGRAM = """
import os, signal, sys, time
import click
import bench.cli

signal.signal(signal.SIGINT, signal.default_int_handler)

class Finalised:
    def __del__(self):
        os.kill(os.getpid(), signal.{name})
        time.sleep(0.1)

@click.command()
def verb():
    one = Finalised()
    del one
    time.sleep(20)

bench.cli.BenchGroup.get_command = lambda *_: verb
bench.cli.main(["list"])
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_an_object_is_finalised_is_heeded(number: signal.Signals) -> None:
    """Python prints such an exception and goes on."""
    program = [sys.executable, "-c", PROGRAM.format(name=number.name)]
    done = subprocess.run(program, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == EXIT_INTERRUPTED, done.stderr
    assert done.stderr == "Interrupted: nothing half-done was left.\n"


IMPORTING = """
import signal, sys
import click
import bench.cli
import bench.cli.interrupts

bench.cli.interrupts.MOST_SECONDS_LATE = {limit}
signal.signal(signal.SIGINT, signal.default_int_handler)

@click.command()
def verb():
    sys.path.insert(0, {place!r})
    import imported
    import time
    time.sleep(20)

bench.cli.BenchGroup.get_command = lambda *_: verb
bench.cli.main(["list"])
"""
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
    program = [sys.executable, "-c", IMPORTING.format(limit=limit, place=str(tmp_path))]
    done = subprocess.run(program, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == EXIT_INTERRUPTED, done.stderr
    assert done.stderr == "Interrupted: nothing half-done was left.\n"


IGNORING = """
import os, signal
import click
import bench.cli

@click.command()
def verb():
    os.kill(os.getpid(), signal.{name})
    print("done")

bench.cli.BenchGroup.get_command = lambda *_: verb
bench.cli.main(["list"])
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_a_signal_that_is_ignored_stays_so(number: signal.Signals) -> None:
    """`nohup` has a command ignore SIGHUP, and a shell what it starts in the background SIGINT."""
    trap = f"trap '' {number.name.removeprefix('SIG')}; exec \"$@\""
    program = ["sh", "-c", trap, "sh", sys.executable, "-c", IGNORING.format(name=number.name)]
    done = subprocess.run(program, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "done\n", "")


MAKING = """
import os, signal, sys, time
from pathlib import Path
import click
import bench.cli
from bench.machine.scratch import scratch_directory

signal.signal(signal.SIGINT, signal.default_int_handler)
mkdir = os.mkdir

def make(*arguments):
    mkdir(*arguments)
    os.kill(os.getpid(), signal.{name})

@click.command()
def verb():
    os.mkdir = make
    with scratch_directory("bench-", Path({place!r})):
        time.sleep(20)

bench.cli.BenchGroup.get_command = lambda *_: verb
bench.cli.main(["list"])
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_leaves_no_directory_that_was_just_made(number: signal.Signals, tmp_path: Path) -> None:
    """`tempfile` removes a directory once it knows it, which it does not right after making it."""
    program = [sys.executable, "-c", MAKING.format(name=number.name, place=str(tmp_path))]
    done = subprocess.run(program, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (EXIT_INTERRUPTED, "Interrupted: nothing half-done was left.\n")
    assert not list(tmp_path.iterdir())
