"""Writes files whole or not at all."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.errors import ResultsError

_LIMITS = (errno.EAGAIN, errno.EMFILE, errno.ENFILE, errno.ENOMEM)


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a file to write to, which takes the place of another one when the block has ended well.

    Args:
        path: The file to write.

    Yields:
        A path beside it; what is there when the block fails is removed.

    Raises:
        ResultsError: It cannot be written.
        OSError: A limit of this process is in the way, which is the same in any other place.
    """
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        try:
            yield scratch
            scratch.replace(path)
        finally:
            scratch.unlink(missing_ok=True)
    except OSError as error:
        if error.errno in _LIMITS:
            raise
        raise ResultsError(f"Cannot write {path}: {error.strerror}: choose another --out.") from error
