"""Functions of trainers that do not do what they should, for `observe_handoffs.py`."""

import os
import signal
import time

from bench.trial.memory_mark import peak_bytes, reset_peak


def die(rank, _world, blocks):
    """Take one block, and end the process of the second rank."""
    next(blocks)
    if rank == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.5)


def dawdle(_rank, _world, blocks):
    """Take rows slowly; return how many, and by how many bytes the process has grown."""
    reset_peak()
    before, rows = peak_bytes(), 0
    for features, _ in blocks:
        time.sleep(0.01)
        rows += len(features)
    return rows, peak_bytes() - before
