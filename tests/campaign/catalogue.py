"""All works and faults that plans are made of."""

from __future__ import annotations

import errno
import resource
import signal

from tests.campaign.faults import Fault, Pause, Signal
from tests.campaign.hosts import Cut, HostsRun
from tests.campaign.limits import Clock, Errno, Group, Limit, Processes
from tests.campaign.places import Home, HomeDisk, SharedMemory, SmallDisk
from tests.campaign.resumes import AtResume, OtherVersion
from tests.campaign.runs import RankRun, RealRun, RunOnDisk
from tests.campaign.sockets import Tracker
from tests.campaign.stores import BucketRun, StoreFault, Twins
from tests.campaign.works import Gate, Report, TableImport, Work

WORKS: tuple[Work, ...] = (RunOnDisk(), RealRun(), RankRun(), HostsRun(), BucketRun(), TableImport(), Report(), Gate())
MB = 10**6
REAL = ("real run", "run of ranks")
RUNS = ("run", *REAL)
_SIGNALS: tuple[Fault, ...] = (
    Signal("SIGKILL harness", 3, mortal=True),
    *(Signal(f"{number.name} harness", 2, number=number) for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)),
    *(
        Signal(f"{number.name} {target}", weight, RUNS, number=number, target=target)
        for target, weight in (("worker", 2), ("child", 1))
        for number in (signal.SIGKILL, signal.SIGTERM, signal.SIGHUP)
    ),
    *(
        Signal(f"{number.name} {target}", 1, REAL, number=number, target=target)
        for target in ("jvm", "python worker", "executor", "rank")
        for number in (signal.SIGKILL, signal.SIGTERM, signal.SIGHUP)
    ),
    Pause("SIGSTOP and SIGCONT harness", 1),
    *(Pause(f"SIGSTOP and SIGCONT {target}", 1, RUNS, target=target) for target in ("worker", "child")),
    *(
        Pause(f"SIGSTOP and SIGCONT {target}", 0.5, REAL, target=target)
        for target in ("jvm", "python worker", "executor", "rank")
    ),
    Pause("a tenth of the time for the worker", 0.5, RUNS, target="worker", slow=True),
    *(
        Pause(f"a tenth of the time for a {target}", 0.5, ("run of ranks",), target=target, slow=True)
        for target in ("rank", "python worker")
    ),
    Tracker("the tracker is gone", 2, ("run of ranks",)),
    Cut("a cut between hosts", 6, ("run on hosts",), mounts=True),
)
_ERRORS: tuple[Fault, ...] = tuple(
    Errno(f"{errno.errorcode[number]} on {place}", weight, works, place=place, number=number)
    for place, works, weight in (
        ("results", (*RUNS, "report"), 1.5),
        ("data", ("import",), 1.0),
        ("scratch", RUNS, 1.0),
        ("shm", REAL, 0.5),
    )
    for number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
)
_DISKS: tuple[Fault, ...] = (
    SmallDisk("a full disk of results", 2, (*RUNS, "report"), mounts=True, place="results"),
    SmallDisk("a full disk of datasets", 2, ("import",), mounts=True, place="data"),
    SmallDisk("a full scratch disk", 2, RUNS, mounts=True, place="scratch"),
    SharedMemory("a full /dev/shm", 2, RUNS, mounts=True),
)
_PIDS = {"controller": "pids", "file": "pids.max", "unified": "pids.max"}
_LIMITS: tuple[Fault, ...] = (
    Limit("RLIMIT_FSIZE", 2, limit=resource.RLIMIT_FSIZE, values=(512, 4096, 20_000, 100_000)),
    Limit("RLIMIT_NOFILE", 2, limit=resource.RLIMIT_NOFILE, values=(8, 12, 16, 20, 24, 32, 48)),
    Limit(
        "RLIMIT_AS",
        2,
        limit=resource.RLIMIT_AS,
        values=(60 * MB, 120 * MB, 200 * MB, 400 * MB, 800 * MB),
        real_values=(800 * MB, 2000 * MB, 4000 * MB, 8000 * MB),
    ),
    Processes("RLIMIT_NPROC", 2, values=(1, 2, 3, 4, 6, 9, 14, 24), real_values=(6, 12, 24, 60)),
    Group(
        "a group's memory",
        1.5,
        values=(40 * MB, 60 * MB, 90 * MB, 150 * MB),
        real_values=(250 * MB, 400 * MB, 600 * MB, 900 * MB),
        mortal=True,
        mounts=True,
    ),
    Group("a group's processes", 1.5, values=(1, 2, 3, 4, 6, 9), real_values=(6, 12, 24, 60), mounts=True, **_PIDS),
)
_PLACES: tuple[Fault, ...] = (
    Clock("the clock jumps", 2),
    Home("a home that is missing or read-only", 2, mounts=True),
    HomeDisk("a home on another disk", 2, (*RUNS, "import"), mounts=True),
)
_OTHERS: tuple[Fault, ...] = (
    StoreFault("the store", 12, ("bucket run",)),
    AtResume("another version resumes", 1, ("run",), other=OtherVersion("another version")),
    AtResume("the store at a resume", 4, ("bucket run",), other=StoreFault("the store")),
    AtResume("two harnesses resume", 1, ("run",), other=Twins("two harnesses at once")),
    AtResume(
        "a full disk at a resume",
        1,
        ("run",),
        mounts=True,
        other=SmallDisk("a full disk of results", mounts=True, place="results"),
    ),
    Twins("two harnesses at once", 1.5, ("run", "bucket run", "import", "report")),
)
FAULTS: tuple[Fault, ...] = (Fault("none", 1.5), *_OTHERS, *_SIGNALS, *_ERRORS, *_DISKS, *_LIMITS, *_PLACES)
