"""Packs this Python environment into one archive, which Spark unpacks on each executor."""

from __future__ import annotations

import sys
from pathlib import Path

from bench.errors import UsageError

NAME = "environment"  # of the directory that the archive is unpacked to, beside a task's other files


def pack_environment(out: Path, python: str | None = None, *, force: bool = False, prefix: str = sys.prefix) -> Path:
    """Pack an environment; the interpreter itself is not in it and must lie on each host.

    A checkout's code (an editable install) is not in the archive: our own code goes to executors by another way, and is
    always the driver's.

    Args:
        out: The archive, ``.tar.gz`` or ``.zip``.
        python: Prefix of the interpreter on the hosts, such as ``/usr``; the one of this machine by default.
        force: Whether an archive that is there is replaced.
        prefix: Directory of the environment; this one by default.

    Raises:
        UsageError: This is no virtual environment, or the archive cannot be written.
    """
    try:
        import venv_pack
    except ImportError as error:
        raise UsageError("Packing needs venv-pack2: pip install 'tf-spark-bench[spark]'.") from error
    if not out.name.endswith((".tar.gz", ".tgz", ".zip")):
        raise UsageError(f"{out} is no archive that Spark unpacks: give it a name that ends in .tar.gz or .zip.")
    # An archive that fails halfway must not replace the old one.
    temporary = out.with_name(f".{out.name}")
    try:
        if out.exists() and not force:
            raise UsageError(f"{out} is there already: give another --out, or --force to replace it.")
        form = "zip" if out.suffix == ".zip" else "tar.gz"
        venv_pack.pack(prefix, str(temporary), format=form, python_prefix=python, force=True, compress_level=1)
        temporary.replace(out)
    except venv_pack.VenvPackException as error:
        reason = " ".join(str(error).split()).rstrip(".")
        raise UsageError(f"This environment cannot be packed ({reason}): make one with `python -m venv`.") from error
    except OSError as error:
        raise UsageError(f"{out} cannot be written ({error.strerror}): give another --out, or make room.") from error
    finally:
        temporary.unlink(missing_ok=True)
    return out


def how_to_use(archive: Path) -> str:
    """Return the options of ``bench run`` by which executors work in a packed environment."""
    return (
        f"{archive}\nAdd to `bench run`:\n"
        f"--spark-conf spark.archives={archive.absolute()}#{NAME} --spark-conf spark.pyspark.python=./{NAME}/bin/python"
    )
