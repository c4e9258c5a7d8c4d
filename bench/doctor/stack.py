"""Checks of the stack: the interpreter, Java, and each framework, in use for a moment."""

from __future__ import annotations

import importlib.util
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bench.doctor.check import Check
from bench.machine import commands, host, variables
from bench.spark import java

SECONDS_TO_TRY = 180
TESTED = ((3, 11), (3, 12), (3, 13))  # those with an environment in tox.ini


def run_checks() -> Iterator[Check]:
    """Check one thing after the other and yield each finding."""
    yield check_python(sys.version_info[:2])
    runtime = java.find()
    yield check_java(runtime)
    yield check_spark(runtime)
    tensorflow, gpus_seen = try_tensorflow()
    yield tensorflow
    yield try_framework("xgboost", "xgboost", "pip install 'tf-spark-bench[xgboost]'")[0]
    yield check_gpu(host.gpus(), gpus_seen)


def check_python(version: tuple[int, ...]) -> Check:
    """Judge the interpreter.

    Args:
        version: Its major and minor version.
    """
    finding = f"{platform.python_implementation()} {platform.python_version()}, {sys.executable}"
    if version in TESTED:
        return Check("Python", "ok", finding)
    tested = ", ".join(f"{major}.{minor}" for major, minor in TESTED)
    return Check("Python", "warning", finding, f"Use a Python on which the tests run: {tested}.")


def check_java(found: java.Java | None) -> Check:
    """Judge the Java for Spark.

    Args:
        found: The Java that `bench.spark.java` starts, if there is one.
    """
    if found is None:
        return Check("Java", "broken", f"no Java {java.OLDEST} or newer starts", java.REMEDY)
    finding = f"{found.version} from {found.source}, {found.home}"
    if found.has_vector_module:
        return Check("Java", "ok", finding)
    remedy = f"Install a JDK {java.OLDEST} or newer, which has {java.VECTOR_MODULE}: MLlib's BLAS is faster with it."
    return Check("Java", "warning", f"{finding}, without {java.VECTOR_MODULE}", remedy)


def check_spark(runtime: java.Java | None) -> Check:
    """Start a Spark session and send rows through a Python worker and back.

    Args:
        runtime: The Java to start it on.
    """
    if runtime is None:
        return Check("Spark", "broken", "cannot start without Java", java.REMEDY)
    with tempfile.TemporaryDirectory(prefix="bench-doctor-") as scratch:
        environ = {
            "JAVA_HOME": str(java.write_shim(runtime, Path(scratch))),
            "PYSPARK_PYTHON": sys.executable,
            "SPARK_LOCAL_IP": "127.0.0.1",
        }
        return try_framework("Spark", "pyspark", "pip install 'tf-spark-bench[spark]'", environ)[0]


def try_tensorflow() -> tuple[Check, int]:
    """Multiply two matrices with TensorFlow; return the check, and the number of GPUs that TensorFlow sees."""
    check, answer = try_framework("TensorFlow", "tensorflow", "pip install 'tf-spark-bench[tensorflow]'")
    return check, answer.get("gpus", 0)


def check_gpu(installed: tuple[str, ...], seen: int) -> Check:
    """Judge whether the machine's GPUs will be used.

    Args:
        installed: The GPUs that the driver knows.
        seen: Number of them that TensorFlow sees.
    """
    if not installed:
        return Check("GPU", "ok", "none here: everything runs on the CPU")
    finding = f"{'; '.join(installed)}; TensorFlow sees {seen}"
    if seen < len(installed):
        return Check("GPU", "warning", finding, "Run `pip install 'tf-spark-bench[gpu]'`, so that TensorFlow uses it.")
    return Check("GPU", "ok", finding)


def try_framework(
    name: str, module: str, install: str, environ: Mapping[str, str] | None = None
) -> tuple[Check, dict[str, Any]]:
    """Use a framework for a moment, in a process of its own.

    Args:
        name: Its name in the check.
        module: Its import name, as in `bench.doctor.usage`.
        install: The command that installs it.
        environ: Environment variables to add.

    Returns:
        The check, and the answer of the framework: ``version`` and more.
    """
    if importlib.util.find_spec(module) is None:
        return Check(name, "warning", "not installed", f"Run `{install}`, or its strategies are skipped."), {}
    command = [sys.executable, "-m", "bench.doctor.usage", module]
    try:
        code, printed, complaints = _run(command, {**variables.for_trial(os.environ), **(environ or {})})
    except subprocess.TimeoutExpired:
        return Check(name, "broken", f"hangs for {SECONDS_TO_TRY} s", f"Run `{install} --force-reinstall`."), {}
    if code:
        reason = commands.last_line(complaints, f"exit code {code}")
        return Check(name, "broken", f"fails: {reason}", f"Run `{install} --force-reinstall`."), {}
    answer = json.loads(printed.splitlines()[-1])
    more = "".join(f", {key} {value}" for key, value in answer.items() if key != "version")
    return Check(name, "ok", f"{answer['version']}{more}"), answer


def _run(command: list[str], environ: dict[str, str]) -> tuple[int, str, str]:
    """Run a command and return its exit code, output and errors, stripped; kill every process that it left.

    `bench.machine.commands.run` kills the command's process session only; Spark's JVM leaves it, but keeps the mark.

    Raises:
        subprocess.TimeoutExpired: It hangs.
    """
    from bench.spark.marks import TRIAL_VARIABLE
    from bench.trial.processes import ProcessTree

    mark = f"doctor-{os.getpid()}"
    with subprocess.Popen(
        command,
        env={**environ, TRIAL_VARIABLE: mark},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    ) as child:
        try:
            printed, complaints = child.communicate(timeout=SECONDS_TO_TRY)
        finally:
            ProcessTree(child.pid, mark).kill()
    return child.returncode, printed.strip(), complaints.strip()
