"""A full output, a full disk, a limit, a removed directory: one sentence and exit code 2, by the real command."""

from __future__ import annotations

import errno
import importlib
import os
import py_compile
import re
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.cli import VERBS
from bench.cli.surroundings import fault
from bench.datasets.makers.synthetic import make_synthetic

Bench = Callable[..., subprocess.CompletedProcess[str]]
KEPT = Path(__file__).parents[2] / "results" / "flights" / "records.json"


def sentence(result: subprocess.CompletedProcess[str]) -> str:
    """Return the one sentence of a refusal."""
    assert result.returncode == 2, result.stderr
    assert re.fullmatch(r"Error: .+\.\n", result.stderr), result.stderr
    return result.stderr


@pytest.mark.parametrize(
    ("error", "remedy"),
    [
        (OSError(errno.EMFILE, "Too many open files"), "raise the limit (`ulimit -n`)"),
        (BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable"), "raise the limit (`ulimit -u`)"),
        (OSError(errno.EIO, "Input/output error", "/data/part"), "The file /data/part cannot be read or written"),
        (MemoryError(), "raise `ulimit -v`"),
        (ImportError("libarrow.so.2600: failed to map segment from shared object"), "raise `ulimit -v`"),
        (ImportError("libarrow.so.2600: cannot open shared object file: Too many open files"), "`ulimit -n`"),
        (RuntimeError("can't start new thread"), "raise the limit (`ulimit -u`"),
    ],
)
def test_what_the_machine_refuses_is_no_bug(error: Exception, remedy: str) -> None:
    """Limits and broken disks get a sentence, with what to do."""
    assert remedy in (fault(error) or "")


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize(
    "arguments",
    [
        *(f"{verb} --help" for verb in VERBS),
        *("--help", "--version", "list", "data list", "data describe few --json", "data describe few"),
        *(
            "data make synthetic --rows 500 --name more",
            "show {kept}",
            "compare {kept} {kept}",
            "run --data few --strategy null --dry-run",
        ),
        "report {kept} --format csv",
    ],
)
@pytest.mark.usefixtures("home")
def test_a_full_output(bench_command: list[str], arguments: str, unbuffered: str) -> None:
    """Every verb says that its output cannot be written to, whether Python keeps it in a buffer or not."""
    if "few" in arguments:
        make_synthetic(500, 4, name="few")
    command = [*bench_command, *arguments.format(kept=KEPT).split()]
    with open("/dev/full", "w") as full:
        result = subprocess.run(
            command,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
            check=False,
        )
    assert "Standard output cannot be written to (No space left on device): " in sentence(result)


def test_a_reader_that_ends_early(bench_command: list[str]) -> None:
    """A closed pipe is no fault of the output, and nothing is said of it."""
    command = f"{bench_command[0]} --help | true"
    result = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.parametrize(("arguments", "code"), [("list", 141), ("doctor", 141), ("show nowhere", 2)])
def test_a_reader_that_has_ended(tmp_path: Path, bench_command: list[str], arguments: str, code: int) -> None:
    """It is no fault, and no 1, which says that something is slower; messages that nobody reads change nothing."""
    reader, writer = os.pipe()
    os.close(reader)
    command = [*bench_command, *arguments.split()]
    for streams in ({"stdout": writer, "stderr": subprocess.PIPE}, {"stdout": writer, "stderr": writer}):
        result = subprocess.run(command, cwd=tmp_path, check=False, text=True, **streams)
        assert result.returncode == code
        assert "Traceback" not in (result.stderr or "")
    os.close(writer)


@pytest.mark.parametrize("arguments", ["list", "data list", "run", "report", "doctor"])
def test_a_working_directory_that_was_removed(tmp_path: Path, bench_command: list[str], arguments: str) -> None:
    """A shell whose directory is gone is told to leave it."""
    command = f"mkdir gone && cd gone && rmdir ../gone && {bench_command[0]} {arguments}"
    result = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "The working directory has been removed: " in sentence(result)


@pytest.mark.parametrize("arguments", ["data make synthetic --rows 1e5 --name s", "report {kept} --out r.csv"])
def test_a_limit_on_the_size_of_files(home: Path, tmp_path: Path, bench_command: list[str], arguments: str) -> None:
    """A file that may not grow is no traceback, and nothing half-written is left."""
    before = sorted(tmp_path.rglob("*"))
    result = subprocess.run(
        [*bench_command, *arguments.format(kept=KEPT).split()],
        cwd=tmp_path,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert re.search("raise the limit|File too large", sentence(result))
    assert sorted(tmp_path.rglob("*")) == before
    assert not list(home.iterdir())


def test_a_limit_on_the_address_space(tmp_path: Path, bench_command: list[str]) -> None:
    """A report whose charts need more address space than there is says so, instead of a signal and a native stack."""
    result = subprocess.run(
        [*bench_command, "report", str(KEPT), "--out", "report.html"],
        cwd=tmp_path,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (2**35, 2**35)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert "charts take 68 GiB of address space" in sentence(result)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("megabytes", [60, 120, 150, 200])
def test_a_limit_of_memory_below_what_libraries_take(bench_command: list[str], megabytes: int) -> None:
    """Between these NumPy raises a SystemError, the loader an ImportError, OpenBLAS exits or sends SIGINT."""
    limit = megabytes * 10**6
    result = subprocess.run(
        [*bench_command, "data", "list"],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert "NumPy and pyarrow take 400 MB: raise `ulimit -v`" in sentence(result)


@pytest.mark.skipif(os.geteuid() != 0, reason="a limit of processes counts all of a user: only root can be another")
@pytest.mark.parametrize(
    ("imports", "call", "told"),
    [
        ("import vl_convert\nfrom bench.writing.draw import svg", "svg({}, 'a')", "charts"),
        (
            "import pyarrow.fs\nfrom bench.model import Storage\nfrom bench.stores.filesystem import filesystem",
            "filesystem('s3://b/x', Storage('http://127.0.0.1:1', 'us-east-1'))[0].get_file_info('b/x')",
            "object stores",
        ),
        (
            "from bench.cli.surroundings import check_blas_threads\nos.sched_getaffinity = lambda _: range(8)",
            "check_blas_threads()",
            "NumPy and SciPy",
        ),
        (
            "import pyarrow as pa\nimport pyarrow.parquet as pq\nfrom bench.model import Storage\n"
            "from bench.datasets.makers.source import open_source\npa.set_cpu_count(8)\n"
            "pq.write_table(pa.table({'x': [1]}), 'x.parquet')\nsource = open_source('x.parquet', Storage(), None)",
            "list(source.batches(['x']))",
            "readers of tables",
        ),
    ],
    ids=["charts", "store", "BLAS", "table"],
)
def test_a_limit_of_processes(tmp_path: Path, imports: str, call: str, told: str) -> None:
    """Where few threads can be started there is a sentence.

    The charts' engine would die, Amazon's library hang, OpenBLAS send SIGINT, as if a user had pressed Ctrl-C, and
    pyarrow read a file that it has closed.
    """
    user = 60_001  # nobody's: another test of this kind would count
    program = (
        f"import resource, os\n{imports}\n"
        f"os.setreuid({user}, {user})\n"
        "few = len(os.listdir('/proc/self/task')) + 2\n"
        "resource.setrlimit(resource.RLIMIT_NPROC, (few, few))\n"
        f"try:\n    {call}\n"
        "except OSError as error:\n    print(error)\n"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    assert re.search(rf"{told} take \d+ threads, though few processes", done.stdout)


@pytest.mark.parametrize("spare", [4, 10])
def test_a_limit_of_open_files(spare: int) -> None:
    """Where few files can be opened, charts refuse with a sentence; of their engine a thread would panic."""
    program = (
        "import resource, os, vl_convert\n"
        "from bench.writing.draw import svg\n"
        f"few = max(map(int, os.listdir('/proc/self/fd'))) + {spare}\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (few, few))\n"
        "try:\n    svg({}, 'a')\n"
        "except OSError as error:\n    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "charts take 16 open files" in done.stdout


def test_a_compiled_module_that_was_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Python 3.11 keeps what a limit of size has cut off, and cannot load it: the sentence names the file."""
    source = tmp_path / "cut_off_by_a_limit.py"
    source.write_text("VALUES = list(range(9))\n")
    compiled = Path(py_compile.compile(str(source), doraise=True))
    compiled.write_bytes(compiled.read_bytes()[:40])
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(EOFError) as caught:
        importlib.import_module(source.stem)
    assert f"Python wrote {compiled} in part" in (fault(caught.value) or "")
    assert fault(EOFError("of another file")) is None


def test_a_user_without_a_home() -> None:
    """Without HOME and without an entry in the passwords, the sentence names the variable to set."""
    if os.geteuid():
        pytest.skip("only root becomes a user without an entry")
    program = (
        "import os, sys, platformdirs, bench.datasets.store as store\n"
        "from bench.errors import UsageError\n"
        "os.setuid(54321)\n"
        "try: store.home()\n"
        "except UsageError as error: sys.exit(str(error))"
    )
    environ = {name: os.environ[name] for name in os.environ.keys() - {"HOME", "BENCH_DATA", "XDG_DATA_HOME"}}
    result = subprocess.run([sys.executable, "-c", program], env=environ, capture_output=True, text=True, check=False)
    assert result.stderr == "This user has no home directory: set BENCH_DATA to a directory for datasets.\n"


@pytest.mark.parametrize("arguments", ["show {file}", "run --resume {file}", "report {file}"])
@pytest.mark.parametrize("kind", ["file", "pipe"])
def test_a_file_instead_of_a_run(tmp_path: Path, bench: Bench, arguments: str, kind: str) -> None:
    """A file or a pipe where a run's directory belongs is said to be no run."""
    if kind == "pipe":
        os.mkfifo(tmp_path / "it")
    else:
        (tmp_path / "it").write_text("text")
    assert re.search("is no run|is no export", sentence(bench(*arguments.format(file="it").split())))


@pytest.mark.parametrize("kilobytes", [1012, 1016, 1020, 1024])
@pytest.mark.usefixtures("home")
def test_a_full_disk_for_scratch(tmp_path: Path, bench: Bench, kilobytes: int) -> None:
    """Wherever a trial comes to the end of the disk for its own files, the disk is named, and there is no traceback."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk], capture_output=True).returncode:
        pytest.skip("no small disk can be mounted here")
    try:
        make_synthetic(500, 4, name="few")
        (disk / "fill").write_bytes(b"0" * kilobytes * 1024)
        result = bench("run", "--strategy", "null", "--data", "few", "--cores", "1", TMPDIR=str(disk))
    finally:
        subprocess.run(["umount", disk], check=True)
    assert "Traceback" not in result.stderr
    if result.returncode:
        assert f"The disk that holds {disk} is full" in " ".join((result.stdout + result.stderr).split())


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ("show nowhere", 2),
        ("nonsense", 2),
        ("run --strategy nope", 2),
        ("run --data few --strategy null --cores 1", 0),
        ("data make synthetic --rows 500 --name more", 0),
        ("data describe few --json", 0),
        ("compare {kept} {kept}", 0),
        ("report {kept} --out r.html", 0),
        ("doctor", 0),  # as tests/doctor has it
    ],
)
@pytest.mark.usefixtures("home")
def test_a_full_standard_error(tmp_path: Path, bench_command: list[str], arguments: str, code: int) -> None:
    """A message that cannot be written is lost, and the exit code is what it would be."""
    make_synthetic(500, 4, name="few")
    command = [*bench_command, *arguments.format(kept=KEPT).split()]
    with open("/dev/full", "w") as full:
        again = [*command, "--force"] if "synthetic" in arguments else command
        result = subprocess.run(again, cwd=tmp_path, stdout=subprocess.PIPE, stderr=full, text=True, check=False)
    assert result.returncode == code
    assert "Traceback" not in result.stdout


@pytest.mark.parametrize("arguments", ["--help", "run --help", "data import --help", "history --help"])
def test_python_without_docstrings(bench: Bench, arguments: str) -> None:
    """The help is whole where PYTHONOPTIMIZE has Python leave docstrings out."""
    usual, optimised = bench(*arguments.split()), bench(*arguments.split(), PYTHONOPTIMIZE="2")
    assert optimised.returncode == 0
    assert optimised.stdout == usual.stdout
    assert not optimised.stderr


def test_an_option_that_leaves_docstrings_out(bench_command: list[str]) -> None:
    """Python's own option is the caller's to leave out, and is no endless loop."""
    command = [sys.executable, "-OO", *bench_command, "--help"]
    for environ in ({}, {"PYTHONOPTIMIZE": "2"}):
        result = subprocess.run(
            command, env={**os.environ, **environ}, capture_output=True, text=True, check=False, timeout=60
        )
        assert "Python leaves docstrings out (-OO)" in sentence(result)


@pytest.mark.usefixtures("home")
def test_names_that_are_not_utf8(tmp_path: Path, bench_command: list[str]) -> None:
    """In a directory with a Latin-1 name all verbs work, and print the name as it is."""
    make_synthetic(500, 4, name="few")
    place = os.fsencode(tmp_path) + b"/d\xe9p\xf4t"
    os.mkdir(place)

    def verb(*arguments: str | bytes) -> bytes:
        result = subprocess.run([*bench_command, *arguments], cwd=place, capture_output=True, check=False)
        assert result.returncode == 0, result.stderr
        return result.stdout

    printed = verb("run", "--strategy", "null", "--data", "few", "--cores", "1", "--out", b"\xe9")
    assert b"Records and logs: " + place + b"/\xe9/" in printed
    (run,) = os.listdir(place + b"/\xe9")
    assert verb("show", b"\xe9/" + run)
    for kind in ("html", "md", "text", "json", "csv", "parquet"):
        assert b"Report: r\xe9.x" in verb("report", b"\xe9/" + run, "--format", kind, "--out", b"r\xe9.x")
    shutil.copy(KEPT, place + b"/k\xe9.json")
    assert verb("compare", b"k\xe9.json", b"k\xe9.json")


@pytest.mark.usefixtures("home")
def test_rows_in_a_path_that_is_not_utf8(tmp_path: Path, bench: Bench) -> None:
    """Arrow opens no such path, which is a sentence before anything runs: for the input, datasets and scratch files."""
    make_synthetic(500, 4, name="few")
    place = tmp_path / os.fsdecode(b"d\xe9p\xf4t")
    shutil.copytree(Path(os.environ["BENCH_DATA"], "few"), place)
    file = str(place / "split=train" / "part-00000.parquet")
    for refused in (
        bench("data", "import", file, "--label", "label", "--name", "x"),
        bench("run", "--data", str(place), "--strategy", "null"),
        bench("run", "--data", "few", "--strategy", "null", TMPDIR=str(place)),
        bench("data", "make", "synthetic", "--rows", "500", "--name", "x", BENCH_DATA=str(place)),
    ):
        assert "is no UTF-8, and Arrow opens no other: " in sentence(refused)
    assert not (tmp_path / "results").exists()
