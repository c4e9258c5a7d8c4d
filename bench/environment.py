"""Describes the machine, the stack and the commit for the record; imports no framework.

The gate calls this module of other revisions by its name: it does not move.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.machine import variables
from bench.machine.commands import SECONDS_FOR_A_TOOL, git
from bench.machine.host import describe_host, digest
from bench.plugins import GROUP
from bench.spark import java


def describe(cores: int, cluster: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return a description of the machine, the stack and the commit of a run, ready for JSON.

    It holds no host name, and of the environment variables those only that change figures.

    Args:
        cores: Cores that each trial gets.
        cluster: Spark's master and the settings that were given for it, secrets hidden; None on this machine without
            such settings.

    Returns:
        ``cores``; ``host`` (see `bench.machine.host.Host`); ``python``; ``java`` (None if there is none); ``versions``
        of the distributions that hold strategies and of their requirements, by name; ``subjects``, the distributions
        that hold strategies; ``cluster``, where there is one; ``commit`` (``id``, ``dirty``; None outside a checkout of
        this project); ``variables`` that change figures (see `bench.machine.variables`), where any is set; and
        ``fingerprint`` (see `fingerprint`).
    """
    subjects, versions = _distributions()
    host = describe_host()
    environment = {
        "cores": cores,
        "host": {**asdict(host), "gpus": list(host.gpus)},
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "java": _java(),
        "versions": versions,
        "subjects": subjects,
        "commit": commit(Path(__file__).resolve().parents[1]),
    }
    if cluster:
        environment["cluster"] = cluster
    if found := variables.recorded(os.environ):
        environment["variables"] = found
    return {**environment, "fingerprint": fingerprint(environment)}


def facts(environment: dict[str, Any]) -> dict[str, Any]:
    """Return the facts that make two runs incomparable where they differ, by the name that a refusal calls them.

    These are the machine (its id, CPU, memory in whole GiB, architecture, GPUs), the cores, and the versions of Python,
    Java and everything that strategies require, and the environment variables that change figures. The time and the
    kernel are left out. So are the commit and the version of a package that holds strategies (this one too), because
    people compare two of just these.

    Args:
        environment: Out of `describe`.
    """
    described = environment["host"]
    machine = {name: described[name] for name in ("id", "cpu", "architecture")}
    memory = described["memory_bytes"]
    runtime = environment["java"]
    stack = {name: version for name, version in environment["versions"].items() if name not in environment["subjects"]}
    return {
        **{f"machine {name}": value for name, value in machine.items()},
        "machine GPUs": ", ".join(described["gpus"]) or "none",
        "machine memory in GiB": None if memory is None else round(memory / 2**30),
        "cores": environment["cores"],
        "Python": environment["python"],
        "Java": runtime and runtime["version"],
        **_cluster(environment.get("cluster")),
        **{f"variable {name}": value for name, value in environment.get("variables", {}).items()},
        **stack,
    }


def _cluster(cluster: dict[str, Any] | None) -> dict[str, Any]:
    """Return the facts of a cluster, its master and its settings; none on one machine."""
    if cluster is None:
        return {}
    return {"Spark master": cluster["master"], "Spark settings": json.dumps(cluster["settings"], sort_keys=True)}


def fingerprint(environment: dict[str, Any]) -> str:
    """Return 12 hexadecimal digits that differ where any of the `facts` differ.

    Args:
        environment: Out of `describe`, or read back from JSON.
    """
    return digest(json.dumps(facts(environment), sort_keys=True))


def commit(directory: Path) -> dict[str, Any] | None:
    """Return the commit that is checked out, None if the directory is not the top of a checkout.

    Args:
        directory: The top of a repository: a package that is installed *inside* some repository is not its code.

    Returns:
        ``id``, and ``dirty``: whether anything differs from that commit.
    """
    if not (directory / ".git").exists():
        return None
    head = git(directory, "rev-parse", "HEAD", timeout_s=SECONDS_FOR_A_TOOL)
    status = git(directory, "status", "--porcelain", timeout_s=SECONDS_FOR_A_TOOL)
    return None if head is None else {"id": head, "dirty": status is None or bool(status)}


def _distributions() -> tuple[list[str], dict[str, str]]:
    """Return the distributions that hold strategies, and the versions of these and of their requirements."""
    found = [entry.dist for entry in importlib.metadata.entry_points(group=GROUP)]
    subjects = {dist.name: dist for dist in found if dist}
    versions = {name: dist.version for name, dist in subjects.items()}
    for dist in subjects.values():
        for requirement in dist.requires or ():
            name = re.split(r"[^\w.-]", requirement, maxsplit=1)[0]
            version = _version(name)
            if version is not None and name not in versions:
                versions[name] = version
    return sorted(subjects), dict(sorted(versions.items()))


def _version(distribution: str) -> str | None:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None


def _java() -> dict[str, Any] | None:
    found = java.find()
    if found is None:
        return None
    return {"version": found.version, "source": found.source, "has_vector_module": found.has_vector_module}
