"""Compares the executors of a cluster with the driver: our code, the Python, the versions of frameworks."""

from __future__ import annotations

import importlib.metadata
import platform
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from bench import memory_available
from strategies.lib.ranks.errors import RankError
from strategies.lib.spark import ship

if TYPE_CHECKING:
    from bench.rows import Keys

ALWAYS_COMPARED = ("pyspark", "pyarrow", "numpy")


def describe(modules: Sequence[str]) -> dict[str, str | None]:
    """Return a description of this process: its Python, digests of all our code, and versions.

    Args:
        modules: Import names of the frameworks.

    Returns:
        By name; ``None`` for a module that is not installed.
    """
    found = importlib.metadata.packages_distributions()
    versions: dict[str, str | None] = {}
    for name in modules:
        names = found.get(name)
        versions[name] = importlib.metadata.version(names[0]) if names else None
    return {
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        **{package: ship.digest(package) for package in ship.OURS},
        **versions,
    }


def describe_executor(modules: Sequence[str], keys: Keys) -> tuple[str, int | None, dict[str, str | None]]:
    """Return the address of the executor that this task runs on, the memory it may use, and its description.

    The memory is in bytes, as `bench.memory_available` has it; for the description see `describe`.

    Args:
        modules: Import names of the frameworks.
        keys: The driver's keys, which this Python worker keeps for its later tasks.
    """
    from pyspark import BarrierTaskContext

    keys.use()
    context = BarrierTaskContext.get()
    host = context.getTaskInfos()[context.partitionId()].address.rpartition(":")[0]
    return host, memory_available(), describe(modules)


def require(own: Mapping[str, str | None], host: str, other: Mapping[str, str | None]) -> None:
    """Check that an executor is like the driver.

    Args:
        own: The driver's description, out of `describe`.
        host: The executor's address.
        other: The executor's description.

    Raises:
        RankError: They differ; the sentence names the difference and the remedy.
    """
    for name in own:
        if other[name] != own[name]:
            there = f"has {name} {other[name]}" if other[name] else f"lacks {name}"
            raise RankError(
                f"The executor on {host} {there}, and the driver has {own[name]}: use one environment on all hosts, "
                "such as `bench pack` makes."
            )
