"""Turns faults of the place where `bench` was started into sentences: a full disk, a limit, a removed directory."""

from __future__ import annotations

import errno
import os
import resource
import sys
import tempfile
import traceback

from bench.errors import UsageError
from bench.headroom import check_threads
from bench.writing.clean import shown

ADDRESS_SPACE_BYTES = 400 * 10**6  # of the libraries alone, with OpenBLAS on two cores
MOST_BLAS_THREADS = 64  # of the OpenBLAS that the wheels of NumPy and SciPy bring
_BLAS_THREADS = ("OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS", "OMP_NUM_THREADS")  # in the order that it asks for them
_FULL = (errno.ENOSPC, errno.EDQUOT)


def keep_docstrings() -> None:
    """Start again where Python leaves docstrings out: they are the help, and not all libraries import without them.

    Raises:
        UsageError: Python was told so by an option, and not by its environment variable.
    """
    if sys.flags.optimize < 2:
        return
    if os.environ.get("PYTHONOPTIMIZE") in (None, "", "1"):
        raise UsageError("Python leaves docstrings out (-OO), which are the help of bench: start it without.")
    environ = {**os.environ, "PYTHONOPTIMIZE": "1"}
    os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], environ)  # noqa: S606 - this very program again


def check_directory() -> None:
    """See that the working directory is there.

    Raises:
        UsageError: It was removed while a shell stood in it.
    """
    try:
        os.getcwd()
    except FileNotFoundError as error:
        raise UsageError("The working directory has been removed: change to one that is there, with `cd`.") from error


def check_address_space() -> None:
    """See that there is address space for NumPy and pyarrow.

    With less, OpenBLAS ends the process or sends it SIGINT, and nobody is told why.

    Raises:
        UsageError: It is limited to less.
    """
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit != resource.RLIM_INFINITY and limit < ADDRESS_SPACE_BYTES:
        raise UsageError(
            f"This process may have {limit / 1e6:,.0f} MB of address space, and NumPy and pyarrow take "
            f"{ADDRESS_SPACE_BYTES / 1e6:,.0f} MB: raise `ulimit -v`."
        )


def check_blas_threads() -> None:
    """See that the threads can be started that OpenBLAS starts with NumPy, and once more with SciPy.

    Where it cannot, it sends the process SIGINT, as if somebody had pressed Ctrl-C. Where address space is limited
    nothing is tried, since a thread takes some for good: 64 MB for what it allocates (glibc's arenas), and its stack.

    Raises:
        OSError: They cannot be started.
    """
    if resource.getrlimit(resource.RLIMIT_AS)[0] != resource.RLIM_INFINITY:
        return
    given = [int(os.environ[name]) for name in _BLAS_THREADS if os.environ.get(name, "").isdecimal()]
    threads = min([len(os.sched_getaffinity(0)), MOST_BLAS_THREADS, *given[:1]])
    check_threads(2 * max(threads - 1, 0), "NumPy and SciPy")


def require_utf8(*paths: str) -> None:
    """See that Arrow can open paths, before trials fail for it.

    Args:
        paths: The paths, or URIs.

    Raises:
        UsageError: One has bytes that are no UTF-8.
    """
    for path in paths:
        if any("\udc80" <= character <= "\udcff" for character in path):  # how Python reads such bytes
            raise UsageError(_no_utf8(path))


def _no_utf8(path: str) -> str:
    return f"The path {shown(path)} is no UTF-8, and Arrow opens no other: rename it, or name another place."


def fault(error: Exception) -> str | None:
    """Return a sentence about a disk, a limit or a path that is no UTF-8; None for any other error.

    Args:
        error: An error that no one has turned into a sentence before.
    """
    if isinstance(error, UnicodeEncodeError) and error.reason == "surrogates not allowed":
        return _no_utf8(error.object)
    if isinstance(error, MemoryError):
        return "This process may not have the memory that it needs: raise `ulimit -v`."
    if isinstance(error, RuntimeError) and "can't start new thread" in str(error):
        return "No thread can be started: raise the limit (`ulimit -u`, or that of the container)."
    if isinstance(error, ImportError):
        return _unloadable(error)
    if isinstance(error, EOFError):
        return _damaged_module(error)
    if not isinstance(error, OSError):
        return None
    name = os.fsdecode(error.filename) if isinstance(error.filename, (str, bytes)) else ""
    if error.errno in _FULL:
        where = name or f"{tempfile.gettempdir()}, the results or the datasets"
        return f"The disk that holds {where} is full: make room, or set TMPDIR, BENCH_DATA or --out to another disk."
    if error.errno == errno.ENOMEM:
        return f"This process may not have the memory that it needs ({error.strerror}): raise `ulimit -v`."
    if error.errno in (errno.EMFILE, errno.ENFILE):
        return f"No more files can be opened ({error.strerror}): raise the limit (`ulimit -n`)."
    if error.errno == errno.EAGAIN and not name:
        return f"No process can be started ({error.strerror}): raise the limit (`ulimit -u`)."
    if error.errno == errno.EIO:
        what = f"The file {name}" if name else "A file of the results, the datasets or the temporary directory"
        return f"{what} cannot be read or written ({error.strerror}): see whether its disk is sound."
    if error.errno == errno.EFBIG:
        what = f"The file {name}" if name else "A file"
        return f"{what} would be larger than this process may write: raise the limit (`ulimit -f`)."
    return None


def _unloadable(error: ImportError) -> str | None:
    """Return a sentence about a limit below which the dynamic loader cannot load a library; None for another reason."""
    why = str(error)
    if "failed to map segment" in why or "annot allocate memory" in why:  # glibc has it in both cases
        return f"This process may not have the memory that a library needs ({why}): raise `ulimit -v`."
    if os.strerror(errno.EMFILE) in why:
        return f"No more files can be opened ({why}): raise the limit (`ulimit -n`)."
    return None


def _damaged_module(error: EOFError) -> str | None:
    """Return a sentence about a compiled module that Python could not write whole; None for another end of a file."""
    for frame, _ in traceback.walk_tb(error.__traceback__):
        if path := frame.f_locals.get("bytecode_path"):  # of importlib's loader
            return f"Python wrote {path} in part, as it does where files may not grow: remove that file."
    return None
