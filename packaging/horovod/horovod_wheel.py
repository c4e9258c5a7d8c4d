"""Builds Horovod's wheel for the pinned TensorFlow, and for PyTorch where it is asked to: a PEP 517 backend.

It fetches the source distribution with pip, from whatever index this machine uses, checks its digest, changes the few
lines in `EDITS`, and lets Horovod's own setup build it: about four minutes of CPU time, once for all Pythons.

With the version of a PyTorch in `BENCH_HOROVOD_TORCH` that PyTorch comes into the build's environment, and the wheel is
for both frameworks, and for one Python, whose interface PyTorch's holds. That takes four minutes and a half.

Where that fails, for want of a compiler, say, the wheel holds no module and says why in its summary: all else still
installs, and whoever needs Horovod finds it missing.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

NAME, VERSION = "horovod", "0.28.1"
TORCH = os.environ.get("BENCH_HOROVOD_TORCH", "")  # a version, such as 2.13.0+cpu
OLDEST_PYTHON = "cp311"
SHA256 = "92a43f5a94c43907a56805bad15f19700c62ffc83b7ca483f9e104e229f67ef0"
# File, a text that is in it once, and what to put in its place.
EDITS = (
    # Does not compile against TensorFlow 2.21: XLA operations, off by default.
    ("horovod/tensorflow/CMakeLists.txt", '"${PROJECT_SOURCE_DIR}/horovod/tensorflow/xla_mpi_ops.cc"', ""),
    # GCC 14 refuses an assignment to a constant, also where nothing calls it.
    ("third_party/flatbuffers/include/flatbuffers/stl_emulation.h", "const size_type count_;", "size_type count_;"),
    # The library is TensorFlow's and knows nothing of Python: with a name for all, one wheel does for each version.
    ("CMakeLists.txt", "sysconfig.get_config_var('EXT_SUFFIX'), ", ""),
    ("horovod/common/util.py", "ext_suffix = sysconfig.get_config_var('EXT_SUFFIX')", "ext_suffix = '.so'"),
    # Without lines for debuggers, which take longer to compile and nine tenths of the wheel.
    ("setup.py", "else 'RelWithDebInfo'", "else 'Release'"),
    # PyTorch's headers are C++20, and gloo has to be compiled as for TensorFlow: one of them is enough, too.
    ("horovod/torch/CMakeLists.txt", "set(CMAKE_CXX_STANDARD 14)", "set(CMAKE_CXX_STANDARD 20)"),
    ("horovod/torch/CMakeLists.txt", "PYTORCH_LINKER_LIBS gloo)", "PYTORCH_LINKER_LIBS compatible17_gloo)"),
    ("CMakeLists.txt", "add_subdirectory(third_party/gloo)", "add_subdirectory(third_party/gloo EXCLUDE_FROM_ALL)"),
    # A PyTorch with CUDA, beside a compiler of CUDA, is no wish for a Horovod with CUDA.
    ("cmake/Modules/FindPytorch.cmake", "(torch.version.cuda is not None) and (CUDA_HOME is not None)", "False"),
)
OPTIONS = {
    "HOROVOD_WITH_TENSORFLOW": "1",
    "HOROVOD_WITH_PYTORCH" if TORCH else "HOROVOD_WITHOUT_PYTORCH": "1",
    "HOROVOD_WITHOUT_MXNET": "1",
    "HOROVOD_WITH_GLOO": "1",
    "HOROVOD_WITHOUT_MPI": "1",
    "CMAKE_GENERATOR": "Ninja",  # which PyPI has: a machine with a compiler need not have make
    # Horovod's sources count on other headers for these two, and those of GCC 14 do not bring them.
    "CXXFLAGS": "-include stdexcept -include string",
}


def get_requires_for_build_wheel(config_settings=None):
    """Return what the build takes beside that which pyproject.toml names."""
    return [f"torch=={TORCH}"] if TORCH else []


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    """Build the wheel, one without a module if a program that it takes fails, and return its file name."""
    with tempfile.TemporaryDirectory() as directory:
        try:
            return _compiled(Path(directory), Path(wheel_directory))
        except subprocess.CalledProcessError as error:
            program = " ".join(part for part in error.cmd[1:4] if not part.startswith("--"))
            reason = f"Horovod could not be built here: `{program}` ended with exit code {error.returncode}."
            sys.stderr.write(f"{reason}\n")
            return _without_module(Path(wheel_directory), reason)


def _compiled(directory, wheel_directory):
    source = _source(directory)
    for file, found, instead in EDITS:
        _edit(source / file, found, instead)
    # Its setup.py imports horovod from its own directory, which Python leaves out of the path if told to.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONSAFEPATH"}
    cores = str(len(os.sched_getaffinity(0)))
    jobs = {"CMAKE_BUILD_PARALLEL_LEVEL": cores, "MAKEFLAGS": f"-j{cores}"}  # without the latter it takes eight
    # Its verbose mode, the default, gives Ninja an argument that only make knows.
    options = ["--dist-dir", wheel_directory.absolute(), *([] if TORCH else ["--py-limited-api", OLDEST_PYTHON])]
    _run("setup.py", "--quiet", "bdist_wheel", *options, cwd=source, env=environment | OPTIONS | jobs)
    return next(wheel_directory.glob(f"{NAME}-{VERSION}-*.whl")).name


def _source(directory):
    """Fetch the source distribution, check it, and return the folder that it unpacks to."""
    only = ["--no-deps", "--no-build-isolation", "--no-binary", NAME]
    _run("-m", "pip", "download", "--quiet", *only, "--dest", directory, f"{NAME}=={VERSION}")
    archive = directory / f"{NAME}-{VERSION}.tar.gz"
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    if digest != SHA256:
        raise RuntimeError(f"{archive.name} has the SHA-256 {digest}, not {SHA256}: nobody has looked at this source.")
    shutil.unpack_archive(archive, directory)  # without a filter: Python 3.11.2, Debian 12's own, has none
    return directory / f"{NAME}-{VERSION}"


def _edit(file, found, instead):
    text = file.read_text()
    if text.count(found) != 1:
        raise RuntimeError(f"{file} does not hold {found!r} exactly once: nobody has looked at this source.")
    file.write_text(text.replace(found, instead))


def _run(*arguments, **options):
    subprocess.run([sys.executable, *arguments], check=True, **options)


def _without_module(wheel_directory, reason):
    information = f"{NAME}-{VERSION}.dist-info"
    kind = "Wheel-Version: 1.0\nGenerator: horovod_wheel\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    files = {
        "METADATA": f"Metadata-Version: 2.1\nName: {NAME}\nVersion: {VERSION}\nSummary: {reason}\n",
        "WHEEL": kind,
        "RECORD": "".join(f"{information}/{name},,\n" for name in ("METADATA", "WHEEL", "RECORD")),
    }
    name = f"{NAME}-{VERSION}-py3-none-any.whl"
    with zipfile.ZipFile(wheel_directory / name, "w") as wheel:
        for path, text in files.items():
            wheel.writestr(f"{information}/{path}", text)
    return name
