"""Keeps a trial's log readable, however much a strategy writes to it."""

from __future__ import annotations

import os
from pathlib import Path

LOG_LIMIT_BYTES = 2_000_000


def trim(log: Path) -> None:
    """Keep the head and the tail of a log that a strategy has flooded.

    Args:
        log: The file, which is changed.
    """
    size = log.stat().st_size
    if size > LOG_LIMIT_BYTES:
        half = LOG_LIMIT_BYTES // 2
        with log.open("r+b") as file:
            head = file.read(half)
            file.seek(-half, os.SEEK_END)
            tail = file.read()
            file.seek(0)
            file.write(head + f"\n[… {size - 2 * half:,} bytes left out …]\n".encode() + tail)
            file.truncate()
