"""What befalls the tracker: a thread of the worker that lets ranks find each other, so that no signal reaches it."""

from __future__ import annotations

import contextlib
import ctypes
import os
import socket
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import psutil

from tests.campaign import victims
from tests.campaign.faults import Choices, Fault
from tests.campaign.sandbox import Sandbox
from tests.campaign.works import Work

PIDFD_GETFD = 438
ACCUMULATORS = 1  # PySpark's driver listens for them, before there is a tracker


@dataclass(frozen=True)
class Tracker(Fault):
    """The tracker is gone: its socket is shut, in the worker, and with it, maybe, those of the ranks.

    XGBoost's tracker and Horovod's rendezvous are threads of the worker. The socket that the worker listened at last is
    theirs, once ranks are to be started.
    """

    def draw(self, random: Random, work: Work) -> dict[str, Any]:
        """Choose how long the tracker lives, and whether its connections go with it."""
        return {"lag_s": 6 * random.random() ** 2, "connected": random.random() < 0.5}

    def act(self, box: Sandbox, process: subprocess.Popen[bytes], choices: Choices, usual_s: float) -> None:
        """Wait for a tracker, and shut its socket."""
        while process.poll() is None:
            worker = victims.find(box, process, "worker")
            found = _listening(worker.pid) if worker else []
            if worker and len(found) > ACCUMULATORS:
                time.sleep(choices["lag_s"])
                phase = victims.phase(box)
                number = shut(worker.pid, found[-1], connected=choices["connected"])
                box.hit = f"{number} sockets in {phase}" if number else ""
                return
            time.sleep(victims.PAUSE_S)


def shut(pid: int, listening: int, *, connected: bool) -> int:
    """Shut a socket of another process for both directions; return how many were shut.

    Args:
        pid: The process.
        listening: The file descriptor of a socket that listens.
        connected: Whether to shut what is connected to its port, too.
    """
    files = [listening]
    with contextlib.suppress(OSError, psutil.Error), _taken(pid, listening) as tracker:
        port = tracker.getsockname()[1]
        if connected:
            ours = psutil.Process(pid).net_connections("tcp")
            files += [one.fd for one in ours if one.laddr.port == port and one.raddr]
    number = 0
    for file in files:
        with contextlib.suppress(OSError), _taken(pid, file) as taken:
            taken.shutdown(socket.SHUT_RDWR)
            number += 1
    return number


def _listening(pid: int) -> Sequence[int]:
    with contextlib.suppress(psutil.Error):
        found = psutil.Process(pid).net_connections("tcp")
        return sorted(one.fd for one in found if one.status == psutil.CONN_LISTEN)
    return []


def _taken(pid: int, file: int) -> socket.socket:
    """Return a copy of another process's socket.

    Raises:
        OSError: There is none, or it may not be had.
    """
    process = os.pidfd_open(pid)
    try:
        found = ctypes.CDLL(None, use_errno=True).syscall(PIDFD_GETFD, process, file, 0)
        if found < 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        return socket.socket(fileno=found)
    finally:
        os.close(process)
