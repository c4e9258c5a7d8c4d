"""What must hold after any command, whatever befell it."""

from __future__ import annotations

import itertools
import re
import signal
from collections.abc import Iterator
from pathlib import Path

from tests.campaign.faults import Fault
from tests.campaign.sandbox import PLANTED, SHM, Ending, Sandbox
from tests.campaign.works import Work

NAMES = ("exit code", "whole", "nothing runs", "disk", "no secret", "resume")
INTERRUPTED = 130
SECONDS_TO_END = 2.0  # for who has come to the end anyway when a signal asks for it
KEEPS = re.compile(r"is kept in|could not be removed|go on with")
NO_FAULT = Fault("none")
_TRACEBACK = re.compile(r"^Traceback \(most recent call last\)", re.MULTILINE)
# Places of a run's directory, and of a night's.
KEPT = re.compile(r"run\.json|records\.jsonl|report\.html|logs|logs/[\w.-]+\.log")


def exit_code(
    ending: Ending, work: Work, fault: Fault = NO_FAULT, *, heeded: bool = True, lived_on_s: float = 0.0
) -> Iterator[str]:
    """Yield what is wrong about the end of a command.

    That is a hang, a code that is not documented, a signal that was not heeded, a traceback, or no sentence.

    Args:
        ending: The end.
        work: What was done.
        fault: What befell it.
        heeded: Whether the harness heeded signals when the fault came. Before, it dies as any program does.
        lived_on_s: For how many seconds it lived after a signal asked it to end.
    """
    if ending.code is None:
        yield f"it hung: {ending.shown}"
    elif ending.code < 0:
        killed = fault.mortal and ending.code == -signal.SIGKILL
        early = not heeded and ending.code == -(fault.interrupts or 0)
        if not killed and not early:
            yield f"it died of signal {-ending.code}: {ending.shown}"
    elif ending.code not in work.codes or (ending.code == INTERRUPTED and not fault.interrupts):
        yield f"no documented exit code: {ending.shown}"
    elif heeded and fault.interrupts and ending.code != INTERRUPTED and lived_on_s > SECONDS_TO_END:
        yield f"it went on for {lived_on_s:.1f} s after {fault.interrupts.name}: {ending.shown}"
    elif _TRACEBACK.search(ending.complaints) and not (fault.interrupts and _is_pythons_own(ending, heeded=heeded)):
        yield f"a traceback: {ending.shown}"
    elif ending.code in (2, 5) and "Error: " not in ending.complaints and not work.tells(ending):
        yield f"no sentence: {ending.shown}"


def _is_pythons_own(ending: Ending, *, heeded: bool) -> bool:
    """Return whether Python forgot a Ctrl-C that came while it imported the program, and printed that it did."""
    forgot = ending.complaints.startswith("Exception ignored in: ") and "\nKeyboardInterrupt" in ending.complaints
    return not heeded and forgot and len(_TRACEBACK.findall(ending.complaints)) == 1


def shared_memory() -> set[str]:
    """Return the names in /dev/shm."""
    return {path.name for path in SHM.iterdir()}


def disk(box: Sandbox, shared: set[str]) -> Iterator[str]:
    """Yield what was left behind in the scratch directory, in shared memory, and beside results and datasets."""
    # What a sentence says is kept, is kept on purpose.
    lines = [line for ending in box.endings for line in ending.complaints.splitlines()]
    named = " ".join(line for line in lines if KEEPS.search(line))
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


def secrets(box: Sandbox, work: Work) -> Iterator[str]:
    """Yield each file that has a planted credential in it, whether in the sandbox or where the work has written."""
    planted = [box.environ[name].encode() for name in PLANTED]
    here = ((str(path.relative_to(box.root)), path.read_bytes()) for path in box.root.rglob("*") if path.is_file())
    for name, content in itertools.chain(here, work.kept_elsewhere(box)):
        if any(one in content for one in planted):
            yield f"a credential is in {name}"


def untouched(box: Sandbox, datasets: Path) -> Iterator[str]:
    """Yield each file of a dataset that was only read, and is another now."""
    for path in (one for one in datasets.rglob("*") if one.is_file()):
        copy = box.data / path.relative_to(datasets)
        if not copy.is_file() or copy.read_bytes() != path.read_bytes():
            yield f"the dataset's {path.relative_to(datasets)} was changed or is gone"
