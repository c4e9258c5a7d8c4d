"""The kernel's own high-water marks of memory, which a sampling probe may miss; see proc_pid_status(5)."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path


def peak_bytes(pid: int | None = None) -> int:
    """Return the peak resident memory of a process since its start or since `reset_peak`; 0 where it is not told.

    ``getrusage`` would not do: its figure survives ``exec``, so it is the parent's where the parent's is larger.

    Args:
        pid: Its id; this process if not given.
    """
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid or os.getpid()}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return 0


def reset_peak(pid: int | None = None) -> None:
    """Let the peak of a process begin anew at what it has now, where the kernel lets us.

    Args:
        pid: Its id; this process if not given.
    """
    with contextlib.suppress(OSError):
        Path(f"/proc/{pid or os.getpid()}/clear_refs").write_text("5")
