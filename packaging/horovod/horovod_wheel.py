"""Builds Horovod's wheel for the pinned TensorFlow: a PEP 517 backend.

It fetches the source distribution with pip, from whatever index this machine uses, checks its digest, leaves out the one
source that does not compile against TensorFlow 2.21 (XLA operations, off by default), and lets Horovod's own setup build the rest.

Where that fails, for want of a compiler, say, the wheel holds no module and says why in its description: all else
still installs, and whoever needs Horovod finds it missing.
"""

import hashlib
import os
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

NAME, VERSION = "horovod", "0.28.1"
SHA256 = "92a43f5a94c43907a56805bad15f19700c62ffc83b7ca483f9e104e229f67ef0"
UNBUILDABLE = "xla_mpi_ops.cc"
OPTIONS = {
    "HOROVOD_WITH_TENSORFLOW": "1",
    "HOROVOD_WITHOUT_PYTORCH": "1",
    "HOROVOD_WITHOUT_MXNET": "1",
    "HOROVOD_WITH_GLOO": "1",
    "HOROVOD_WITHOUT_MPI": "1",
}


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    """Build the wheel and return its file name."""
    with tempfile.TemporaryDirectory() as directory:
        try:
            return _compiled(Path(directory), Path(wheel_directory))
        except subprocess.CalledProcessError as error:
            reason = f"Horovod could not be built here: {' '.join(map(str, error.cmd))} ended with {error.returncode}."
            print(reason, file=sys.stderr)
            return _placeholder(Path(wheel_directory), reason)


def _compiled(directory, wheel_directory):
    source = _source(directory)
    cmake = source / "horovod" / "tensorflow" / "CMakeLists.txt"
    lines = cmake.read_text().splitlines(keepends=True)
    kept = [line for line in lines if UNBUILDABLE not in line]
    if len(kept) != len(lines) - 1:
        raise RuntimeError(f"{cmake} does not name {UNBUILDABLE} exactly once: this is not the source that was looked at.")
    cmake.write_text("".join(kept))
    jobs = {"MAKEFLAGS": f"-j{len(os.sched_getaffinity(0))}"}
    _run("setup.py", "-q", "bdist_wheel", "--dist-dir", wheel_directory.absolute(), cwd=source, env=os.environ | OPTIONS | jobs)
    return next(wheel_directory.glob(f"{NAME}-{VERSION}-*.whl")).name


def _source(directory):
    """Fetch the source distribution, check it, and return the folder that it unpacks to."""
    only = ["--no-deps", "--no-build-isolation", "--no-binary", NAME]
    _run("-m", "pip", "download", "--quiet", *only, "--dest", directory, f"{NAME}=={VERSION}")
    archive = directory / f"{NAME}-{VERSION}.tar.gz"
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    if digest != SHA256:
        raise RuntimeError(f"{archive.name} has the SHA-256 {digest} and not {SHA256}: it is not the source that was looked at.")
    with tarfile.open(archive) as file:
        file.extractall(directory, filter="data")
    return directory / f"{NAME}-{VERSION}"


def _run(*arguments, **options):
    subprocess.run([sys.executable, *arguments], check=True, **options)


def _placeholder(wheel_directory, reason):
    """Write a wheel without a module, whose description is the reason."""
    information = f"{NAME}-{VERSION}.dist-info"
    files = {
        f"{information}/METADATA": f"Metadata-Version: 2.1\nName: {NAME}\nVersion: {VERSION}\nSummary: {reason}\n",
        f"{information}/WHEEL": "Wheel-Version: 1.0\nGenerator: horovod_wheel\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{name},,\n" for name in [*files, f"{information}/RECORD"])
    name = f"{NAME}-{VERSION}-py3-none-any.whl"
    with zipfile.ZipFile(wheel_directory / name, "w") as wheel:
        for path, text in {**files, f"{information}/RECORD": record}.items():
            wheel.writestr(path, text)
    return name
