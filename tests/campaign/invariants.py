"""What must hold after any command, whatever befell it."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator

from tests.campaign.faults import Fault
from tests.campaign.sandbox import SHM, Ending, Sandbox

NAMES = ("exit code", "whole", "nothing runs", "disk", "no secret", "resume")
DOCUMENTED = (0, 1, 2, 5, 130)  # of the verbs that are played; docs/reference/exit-codes.md
SIGNALS = {"SIGTERM": signal.SIGTERM, "SIGHUP": signal.SIGHUP, "SIGINT": signal.SIGINT}
_TRACEBACK = re.compile(r"^Traceback \(most recent call last\)", re.MULTILINE)
# Places of a run's directory, and of a night's.
KEPT = re.compile(r"run\.json|records\.jsonl|report\.html|logs|logs/[\w.-]+\.log")


def exit_code(ending: Ending, fault: Fault) -> Iterator[str]:
    """Yield what is wrong about the end of a command: a hang, a code that is not documented, a traceback, no sentence.

    A signal may find the harness before it has begun to heed signals; it then dies as any program does.
    """
    early = -SIGNALS.get(fault.name.partition(" ")[0], 0)
    if ending.code is None:
        yield f"it hung: {ending.shown}"
    elif ending.code < 0:
        if not (fault.mortal and ending.code == -signal.SIGKILL) and ending.code != early:
            yield f"it died of signal {-ending.code}: {ending.shown}"
    elif ending.code not in DOCUMENTED:
        yield f"no documented exit code: {ending.shown}"
    elif _TRACEBACK.search(ending.complaints):
        yield f"a traceback: {ending.shown}"
    # A night says by its verdict what could not be measured.
    elif ending.code in (2, 5) and "Error: " not in ending.complaints and not ending.printed:
        yield f"no sentence: {ending.shown}"


def shared_memory() -> set[str]:
    """Return the names in /dev/shm."""
    return {path.name for path in SHM.iterdir()}


def disk(box: Sandbox, shared: set[str]) -> Iterator[str]:
    """Yield what was left behind in the scratch directory, in shared memory, and beside results and datasets."""
    named = " ".join(ending.complaints for ending in box.endings)  # what a sentence says is kept, is kept on purpose
    left = [str(path.relative_to(box.scratch)) for path in box.scratch.iterdir() if str(path) not in named]
    # Native libraries and the JVM keep directories of their users; the JVM's are empty.
    left = [name for name in left if not name.startswith("hsperfdata_")]
    # What was measured of a run that goes to a store stays here until all of it is there.
    if any(ending.code is not None and ending.code < 0 for ending in box.endings):
        left = [name for name in left if not name.startswith("bench-run-")]
    if left:
        yield f"left in the scratch directory: {', '.join(sorted(left)[:5])}"
    ours = {"results", "data", "scratch", "home"}
    here = {path.name for path in box.root.iterdir() if path.suffix not in (".out", ".err")} - ours
    if here:
        yield f"left in the working directory: {', '.join(sorted(here)[:5])}"
    if more := shared_memory() - shared:
        yield f"left in shared memory: {', '.join(sorted(more)[:5])}"
    for place in (box.results, box.data):
        if hidden := [path.name for path in place.rglob(".*")]:
            yield f"left in {place.name}: {', '.join(sorted(hidden)[:5])}"
    for run in (path for path in box.results.iterdir() if path.is_dir() and path.name not in ("night", "next")):
        names = [str(path.relative_to(run)) for path in run.rglob("*")]
        if odd := [name for name in names if not KEPT.fullmatch(name)]:
            yield f"left in a run: {', '.join(sorted(odd)[:5])}"
    if names := {path.name for path in box.data.iterdir()} - {"tiny", "imported"}:
        yield f"left among the datasets: {', '.join(sorted(names)[:5])}"


def secrets(box: Sandbox) -> Iterator[str]:
    """Yield each file that has a planted credential in it."""
    planted = [box.environ[name].encode() for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")]
    for path in box.root.rglob("*"):
        if path.is_file() and any(one in path.read_bytes() for one in planted):
            yield f"a credential is in {path.relative_to(box.root)}"
