"""What a plan does: each work is a command under a fault, and what has to come of it with the fault gone."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from random import Random

from bench.datasets.store import open_dataset
from bench.errors import BenchError
from bench.gate.verdict import verdict
from bench.records.directory import read_run
from tests.campaign.sandbox import Ending, Sandbox

DATASET = "tiny"
NIGHTLY = "sklearn_histgbt"  # an arm sees what is installed in its environment, and no PYTHONPATH
# What `bench report` finds in place of its report.
FORMER = b"what was there before"


class Work(ABC):
    """One kind of work.

    Attributes:
        name: Its name.
        weight: How often it is drawn.
        real: Whether a framework works in it, which takes a minute: `--real` says how often it is drawn.
        mounts: Whether it takes the right to mount, as hosts do.
        phases: Moments that a fault may wait for; an empty one is a share of the whole command.
        targets: The kinds of process that there are in it.
        codes: The exit codes that are documented for its verb: docs/reference/exit-codes.md.
    """

    name: str
    weight: float
    real: bool = False
    mounts: bool = False
    phases: tuple[str, ...] = ("",)
    targets: frozenset[str] = frozenset({"harness"})
    codes: tuple[int, ...] = (0, 2, 5, 130)

    @abstractmethod
    def draw(self, random: Random, target: str) -> tuple[str, ...]:
        """Return the arguments of its command.

        Args:
            random: Decides them.
            target: A kind of process that there has to be.
        """

    def prepare(self, box: Sandbox) -> None:
        """Put in place what its command needs."""

    @abstractmethod
    def check(self, box: Sandbox, ending: Ending) -> Iterator[str]:
        """Yield a sentence for each thing that is not as it must be after the command that met the fault."""

    @abstractmethod
    def finish(self, box: Sandbox, arguments: tuple[str, ...]) -> Iterator[str]:
        """Complete the work without a fault, and yield a sentence for each thing that is not as it must be."""

    def tells(self, ending: Ending) -> bool:
        """Return whether what a command has printed says why it ended with 2 or 5, where no sentence does."""
        return False

    def kept_elsewhere(self, box: Sandbox) -> Iterator[tuple[str, bytes]]:
        """Yield name and content of each file that it has written outside of the sandbox."""
        yield from ()


class TableImport(Work):
    """`bench data import`, and the same again."""

    name, weight = "import", 4.0

    def draw(self, random: Random, target: str) -> tuple[str, ...]:
        """Return an import, with or without the right to replace the dataset, which then is there."""
        replace = ("--force",) if random.random() < 0.5 else ()
        return ("data", "import", "../table.parquet", "--label", "label", "--name", "imported", *replace)

    def check(self, box: Sandbox, ending: Ending) -> Iterator[str]:
        """See that the dataset is there whole, or not at all; and that one that was there is not lost."""
        there = (box.data / "imported").exists()
        if ending.code == 0 and not there:
            yield "the import succeeded, and there is no dataset"
        killed = ending.code is not None and ending.code < 0  # the next import puts it back
        if "--force" in ending.arguments and not there and not killed:
            yield "the import lost the dataset that was there"
        if there:
            yield from _dataset_faults(box)

    def finish(self, box: Sandbox, arguments: tuple[str, ...]) -> Iterator[str]:
        """Import again; the dataset is the one that an import without a fault gives."""
        ending = box.run(*arguments, *(() if "--force" in arguments else ("--force",)))
        if ending.code != 0:
            yield f"without the fault it ends so: {ending.shown}"
        else:
            yield from _dataset_faults(box)


class Report(Work):
    """`bench report` of a run that is there, in place of a file that is there."""

    name, weight = "report", 1.5
    kinds = ("html", "md", "json", "csv", "parquet")

    def draw(self, random: Random, target: str) -> tuple[str, ...]:
        """Return a report in one of the formats."""
        kind = random.choice(self.kinds)
        return ("report", "../run", "--format", kind, "--out", f"results/report.{kind}")

    def prepare(self, box: Sandbox) -> None:
        """Put a file in each report's place."""
        for kind in self.kinds:
            (box.results / f"report.{kind}").write_bytes(FORMER)

    def check(self, box: Sandbox, ending: Ending) -> Iterator[str]:
        """See that a report is there, or the file that was there."""
        path = box.root / ending.arguments[-1]
        if not path.exists():
            yield "the file that was there is lost"
        elif ending.code == 0 and path.read_bytes() == FORMER:
            yield "the report succeeded, and was not written"

    def finish(self, box: Sandbox, arguments: tuple[str, ...]) -> Iterator[str]:
        """Write it again: what the fault left is the same, or what was there before."""
        path = box.root / arguments[-1]
        left = path.read_bytes() if path.exists() else FORMER
        ending = box.run(*arguments)
        if ending.code != 0:
            yield f"without the fault it ends so: {ending.shown}"
        elif left not in (FORMER, path.read_bytes()):
            yield f"half a report was left: {len(left)} bytes of {path.stat().st_size}"


class Gate(Work):
    """`bench gate` of this environment against itself."""

    name, weight = "gate", 0.3
    codes = (0, 1, 2, 5, 130)

    def draw(self, random: Random, target: str) -> tuple[str, ...]:
        """Return a short night."""
        pythons = ("--python", "PYTHON", "--python", "PYTHON")
        more = ("--strategy", NIGHTLY, "--data", DATASET, "--cores", "1", "--workers", "1", "--budget", "60s")
        return ("gate", *pythons, *more, "--timeout", "60s", "--out", "results/night")

    def tells(self, ending: Ending) -> bool:
        """Say what could not be measured by the verdict."""
        return "Exit code" in ending.printed

    def check(self, box: Sandbox, ending: Ending) -> Iterator[str]:
        """See that the verdict, if there is one, can be read, and so can the runs of both arms."""
        night = box.results / "night"
        try:
            if (night / "verdict.json").exists():
                verdict.read(night)
            elif ending.code in (0, 1, 130) and night.exists():
                yield f"a night without a verdict: {ending.shown}"
            for run in night.glob("*/run.json"):
                read_run(run.parent)
        except BenchError as error:
            yield f"a night cannot be read: {error}"

    def finish(self, box: Sandbox, arguments: tuple[str, ...]) -> Iterator[str]:
        """Have another night."""
        ending = box.run(*arguments[:-1], "results/next")
        if ending.code not in (0, 1, 5):  # beside other work it may find the one arm slower, or no time for pairs
            yield f"without the fault it ends so: {ending.shown}"
        elif not (box.results / "next" / "verdict.json").exists():
            yield f"without the fault there is no verdict: {ending.shown}"


def _dataset_faults(box: Sandbox) -> Iterator[str]:
    try:
        found = open_dataset(str(box.data / "imported"))
    except BenchError as error:
        yield f"the imported dataset cannot be opened: {error}"
        return
    wanted = (box.root.parent / "imported.fingerprint").read_text()
    if found.fingerprint != wanted:
        yield f"the imported dataset has the fingerprint {found.fingerprint} instead of {wanted}"
