"""Finds the process that a fault is to hit, and the moment of it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from bench.trial.timeline import current, read_events
from tests.campaign.sandbox import Sandbox

PAUSE_S = 0.004
# What a process is, by words of its command line; the first that fits counts.
KINDS = (
    ("worker", "bench.worker"),
    ("executor", "CoarseGrainedExecutorBackend"),
    ("jvm", "org.apache.spark"),
    ("python worker", "pyspark.daemon"),
    ("python worker", "pyspark/daemon"),
    ("rank", "horovod"),
    ("child", ""),
)
MEASURED = ("train", "predict", "handoff")


@dataclass(frozen=True)
class Victim:
    """A process that is to be hit.

    Attributes:
        kind: What it is.
        pid: Its process id.
    """

    kind: str
    pid: int

    def send(self, number: signal.Signals) -> None:
        """Send a signal, if it is still there."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def heeds(self) -> bool:
        """Return whether it has a handler for SIGTERM: the harness has one once it heeds SIGHUP and Ctrl-C, too."""
        return signal.SIGTERM in self._signals("SigCgt")

    def ignores(self, number: signal.Signals) -> bool:
        """Return whether a signal does nothing to it."""
        return number in self._signals("SigIgn")

    def _signals(self, kind: str) -> set[int]:
        """Return the signals of a mask of proc_pid_status(5); none where it is gone."""
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
                if line.startswith(f"{kind}:"):
                    mask = int(line.split()[1], 16)
                    return {number for number in signal.valid_signals() if mask >> (number - 1) & 1}
        return set()


def wait_for(box: Sandbox, process: subprocess.Popen[bytes], target: str) -> Victim | None:
    """Return a process of a kind as soon as there is one; None once the command has ended without."""
    while process.poll() is None:
        if (victim := find(box, process, target)) is not None:
            return victim
        time.sleep(PAUSE_S)
    return None


def find(box: Sandbox, process: subprocess.Popen[bytes], target: str) -> Victim | None:
    """Return the youngest process of a kind; None where there is none now."""
    if target == "harness":
        return Victim(target, process.pid) if process.poll() is None else None
    found = []
    for one in box.processes():
        with contextlib.suppress(psutil.Error):
            if one.pid != process.pid and _kind(" ".join(one.cmdline())) == target:
                found.append(Victim(target, one.pid))
    return found[-1] if found else None


def _kind(command: str) -> str:
    return next(kind for kind, word in KINDS if word in command)


def _events(box: Sandbox) -> list[list[dict[str, Any]]]:
    """Return the events of the trials that run now."""
    found = []
    for path in box.scratch.glob("bench-*/events.jsonl"):
        with contextlib.suppress(FileNotFoundError):  # the trial has ended meanwhile
            found.append(read_events(path))
    return found


def phase(box: Sandbox) -> str:
    """Return the phase of the running trial; ``no trial`` where none runs."""
    found = _events(box)
    return current(found[0]) if found else "no trial"


def wait_for_moment(box: Sandbox, process: subprocess.Popen[bytes], choices: Mapping[str, Any], usual_s: float) -> None:
    """Sleep until a share of the usual time is over, or a phase of a trial has begun, or the command has ended."""
    if not choices["phase"]:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(choices["share"] * usual_s)
        return
    meant = MEASURED if choices["phase"] == "measured" else (choices["phase"],)
    seen: set[str] = set()
    while process.poll() is None:
        now = {path.name for path in box.scratch.glob("bench-*")}
        ended = seen - now
        seen |= now
        if choices["phase"] == "between" and len(ended) > choices["trial"]:
            return
        if len(seen) > choices["trial"] and any(name in phase(box) for name in meant):
            time.sleep(choices["lag_s"] * 0.1)
            return
        time.sleep(PAUSE_S)
