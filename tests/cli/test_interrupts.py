"""Signals end a command wherever in the program they come."""

from __future__ import annotations

import signal
import subprocess
import sys

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
