"""Says why a worker died before its work was done."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

from bench.machine import variables

LEAST_FREE_BYTES = 2**16  # a trial's own files fit in less


def reason(code: int, directory: Path, *, out_of_memory: bool) -> str:
    """Return the reason, as a sentence that says what to do.

    Args:
        code: The exit code of its process; negative for a signal.
        directory: The directory of the trial, which holds the scratch directory.
        out_of_memory: Whether the kernel has killed a process for want of memory meanwhile.
    """
    if shutil.disk_usage(directory).free < LEAST_FREE_BYTES:
        return f"The disk that holds {directory.parent} is full: make room there, or set TMPDIR to another disk."
    if code == -signal.SIGKILL and out_of_memory:
        return "The kernel killed it for want of memory: give it less data or more memory."
    # A library may end its process over a switch that it does not know.
    switches = ", ".join(variables.recorded(os.environ))
    see = f"see its log, and try it without {switches}" if switches else "see its log"
    if code < 0:
        return f"It was killed by {signal.Signals(-code).name}: {see}."
    return f"It ended with exit code {code} before its work was done: {see}."
