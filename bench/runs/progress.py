"""Shows the running trial on the terminal, at next to no cost for the measurement."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.markup import escape

from bench.records.directory import Record
from bench.records.disturbance import disturbances
from bench.request import PlannedTrial


class Progress:
    """A line that follows the running trial, and one that stays for each that has ended.

    The runner draws it once a second; a thread of its own would disturb the trial.
    """

    def __init__(self, console: Console, total: int) -> None:
        """Start before the first trial.

        Args:
            console: Where to draw; if it is no terminal, only the lines that stay are drawn.
            total: Number of trials.
        """
        self._live = Live(console=console, auto_refresh=False, transient=True)
        self._console = console
        self._total = total
        self._number = 0
        self._name = ""

    def add(self, number: int) -> None:
        """Show that so many trials are run again, because others disturbed them."""
        self._total += number
        what = "1 trial" if number == 1 else f"{number} trials"
        self._console.print(f"Others disturbed {what}: once more.", highlight=False)

    def begin(self, planned: PlannedTrial) -> None:
        """Show the beginning of a trial."""
        trial = planned.trial
        workers = f" with {trial.workers} workers" if trial.workers > 1 else ""
        self._number += 1
        self._name = f"[{self._number}/{self._total}] {trial.strategy}{workers}, repeat {trial.repeat}"
        self.watch("start", 0.0)

    def watch(self, phase: str, elapsed_s: float) -> None:
        """Show the phase of the running trial."""
        if self._console.is_terminal:
            self._live.update(escape(f"{self._name}: {phase}, {elapsed_s:.0f} s"), refresh=True)

    def end(self, record: Record) -> None:
        """Print the status of a trial that has ended."""
        spoiled = "; ".join(disturbances(record)) if record["status"] == "ok" else ""
        told = (
            f"{self._name}: {record['status']}, {record['wall_s']:.1f} s{', disturbed: ' if spoiled else ''}{spoiled}"
        )
        self._console.print(escape(told), highlight=False, soft_wrap=True)

    def revise(self, record: Record) -> None:
        """Print the new status of a trial that had ended before."""
        trial = record["trial"]
        which = f"{trial['strategy']} with {trial['workers']} workers, repeat {trial['repeat']}"
        told = f"{which}: {record['status']} after all"
        self._console.print(escape(told), highlight=False, soft_wrap=True)

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()
