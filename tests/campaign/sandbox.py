"""A directory for one plan: places of its own, strategies, planted secrets, and a mark on each process it starts."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import subprocess
import sysconfig
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

MARK = "BENCH_CAMPAIGN"
BENCH = str(Path(sysconfig.get_path("scripts"), "bench"))
SECONDS_FOR_A_COMMAND = 600.0  # a limit against hangs, beside other work; what is measured here is no time
# Credentials that commands get, which nothing that they write may hold.
PLANTED = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "MLFLOW_TRACKING_PASSWORD", "MLFLOW_TRACKING_TOKEN")
SHM = Path("/dev/shm")  # noqa: S108 - looked at, and of this mount namespace alone


@dataclass(frozen=True)
class Ending:
    """The end of one command.

    Attributes:
        arguments: What `bench` was called with.
        code: Exit code, negative for a signal; None where it hung and was killed.
        printed: What it wrote to standard output.
        complaints: What it wrote to standard error.
    """

    arguments: tuple[str, ...]
    code: int | None
    printed: str
    complaints: str

    @property
    def shown(self) -> str:
        """The command, its exit code and its last words, for a person."""
        last = self.complaints.strip().splitlines()[-1:] or [""]
        return f"bench {' '.join(self.arguments)}: {self.code} {last[0][:300]}"


@dataclass
class Sandbox:
    """The places of one plan, and the processes that it starts.

    Attributes:
        root: Its directory.
        environ: The environment of its commands.
        endings: The commands that have ended, in order.
        hit: Whom and where a fault hit, once it did.
        prefix: Command by which `bench` is run: on another host, or as another user.
        words: What words in capitals in the arguments of a plan stand for.
        heeded: Whether the harness heeded signals when a fault hit it.
        asked_at: When a signal asked the harness to end, by the monotonic clock.
        lived_on_s: For how many seconds it lived after that.
        keeps_from_removing: Whether the fault does: see `faults.Fault`.
    """

    root: Path
    environ: dict[str, str]
    endings: list[Ending] = field(default_factory=list)
    hit: str = ""
    prefix: tuple[str, ...] = ()
    words: dict[str, str] = field(default_factory=dict)
    heeded: bool = True
    asked_at: float | None = None
    lived_on_s: float = 0.0
    keeps_from_removing: bool = False

    @property
    def token(self) -> str:
        """The value of the mark that all of its processes carry."""
        return self.environ[MARK]

    @property
    def results(self) -> Path:
        """The directory of runs."""
        return self.root / "results"

    @property
    def data(self) -> Path:
        """The directory of datasets."""
        return self.root / "data"

    @property
    def scratch(self) -> Path:
        """The temporary directory."""
        return self.root / "scratch"

    def place(self, name: str) -> Path:
        """Return the directory that a fault means: results, data, scratch, home or shm."""
        return SHM if name == "shm" else self.root / name

    def start(
        self,
        arguments: Sequence[str],
        *,
        environ: Mapping[str, str] | None = None,
        before: Callable[[], None] | None = None,
    ) -> subprocess.Popen[bytes]:
        """Start `bench` in a process session of its own.

        Args:
            arguments: What it is called with.
            environ: More variables.
            before: Called in the child before `bench` begins.
        """
        number = len(list(self.root.glob("*.out")))
        with (self.root / f"{number}.out").open("wb") as out, (self.root / f"{number}.err").open("wb") as errors:
            process = subprocess.Popen(
                [*self.prefix, BENCH, *arguments],
                cwd=self.root,
                env={**self.environ, **(environ or {})},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=errors,
                start_new_session=True,
                preexec_fn=before,
            )
        process.bench = (tuple(arguments), number)  # type: ignore[attr-defined]
        return process

    def end(self, process: subprocess.Popen[bytes]) -> Ending:
        """Wait for the end of a command."""
        arguments, number = process.bench  # type: ignore[attr-defined]
        try:
            code: int | None = process.wait(SECONDS_FOR_A_COMMAND)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            code = None
        out, errors = ((self.root / f"{number}.{kind}").read_text(errors="replace") for kind in ("out", "err"))
        ending = Ending(arguments, code, out, errors)
        self.endings.append(ending)
        return ending

    def run(self, *arguments: str) -> Ending:
        """Run `bench` to its end, without a fault."""
        return self.end(self.start(arguments))

    def processes(self) -> list[psutil.Process]:
        """Return its processes that are alive, wherever they are in the tree: they inherit the mark."""
        wanted = f"{MARK}={self.token}".encode()
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(OSError, psutil.Error):
                if wanted in Path(f"/proc/{process.pid}/environ").read_bytes().split(b"\0"):
                    found.append(process)
        return [one for one in found if _lives(one)]

    def wait_for_silence(self, seconds: float) -> list[str]:
        """Wait until none of its processes is left, so many seconds at most; return what is left."""
        deadline = time.monotonic() + seconds
        while (left := self.processes()) and time.monotonic() < deadline:
            time.sleep(0.05)
        return [f"{one.pid} {' '.join(_command(one))[:120]}" for one in left]


def _lives(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _command(process: psutil.Process) -> list[str]:
    with contextlib.suppress(psutil.Error):
        return process.cmdline()
    return []


@contextlib.contextmanager
def sandbox(under: Path, site: Path, datasets: Path) -> Iterator[Sandbox]:
    """Make a sandbox, and take it away again with all that is mounted in it and runs in it.

    Args:
        under: Directory for it.
        site: Directory of its strategies.
        datasets: Datasets that it gets a copy of.
    """
    token = secrets.token_hex(8)
    root = under / f"plan-{token}"
    for name in ("results", "scratch", "home"):
        (root / name).mkdir(parents=True)
    shutil.copytree(datasets, root / "data")
    foreign = ("BENCH_", "AWS_", "MLFLOW_")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    environ = {
        **inherited,
        "BENCH_DATA": str(root / "data"),
        "BENCH_RETRY_DISTURBED": "0",
        "HOME": str(root / "home"),
        "TMPDIR": str(root / "scratch"),
        "PYTHONPATH": str(site),
        "PYTHONSAFEPATH": "1",
        **{name: secrets.token_hex(20) for name in PLANTED},
        MARK: token,
    }
    box = Sandbox(root, environ)
    try:
        yield box
    finally:
        for process in box.processes():
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        for name in ("results", "data", "scratch", "home"):
            if os.path.ismount(root / name):
                subprocess.run(["umount", "--lazy", str(root / name)], check=True)
        shutil.rmtree(root, ignore_errors=True)
