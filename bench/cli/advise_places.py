"""Reads what `bench advise` is asked of places: machines, prices, probes and limits."""

from __future__ import annotations

from pathlib import Path

from bench.advise.market import MarketQuestion
from bench.advise.odds import Goal
from bench.errors import UsageError
from bench.prices import machine_types
from bench.prices.bill import Checkpoints
from bench.prices.machine_types import THIS
from bench.records.directory import Run
from bench.records.reading import read

LEAST_CHECKPOINT_S = 60.0


def ask_of_places(
    machines: Path | None,
    probes: tuple[Path, ...],
    goal: Goal,
    deadline_s: float | None,
    most_cost: float | None,
    checkpoint_s: float | None = None,
    write_s: float | None = None,
) -> MarketQuestion:
    """Return what is asked of places.

    Args:
        machines: File of machines and prices; the probes that it names lie beside it.
        probes: Further files of `bench advise probe`.
        goal: What is to be the least.
        deadline_s: Seconds that it may take from the order of a machine to the end.
        most_cost: What it may cost at most.
        checkpoint_s: Seconds of work between two checkpoints, on spot; None where there are none.
        write_s: Seconds that writing one takes; None for no time.

    Raises:
        UsageError: There are no prices for what is asked, or a file cannot be read.
    """
    if machines is None and (goal == "cost" or most_cost is not None):
        option = "--goal cost" if goal == "cost" else "--max-cost"
        raise UsageError(f"{option} takes prices, and none are built in: add --machines FILE.")
    if checkpoint_s is not None and checkpoint_s < LEAST_CHECKPOINT_S:
        raise UsageError(f"--checkpoint-every {checkpoint_s:g}s is too often: write {LEAST_CHECKPOINT_S:g}s or more.")
    if write_s and checkpoint_s is None:
        raise UsageError("--checkpoint-takes is of checkpoints: add --checkpoint-every with the time between two.")
    if checkpoint_s is not None and machines is None:
        raise UsageError("--checkpoint-every is of machines on spot: add --machines FILE with their terms.")
    prices = machine_types.read(machines) if machines else None
    found: dict[str, list[Run]] = {path.name: _read(path) for path in probes}
    for machine in prices.machines if prices else ():
        if machines and machine.probe not in (None, THIS) and machine.probe not in found:
            found[str(machine.probe)] = _read(machines.parent / str(machine.probe))
    saved = Checkpoints(checkpoint_s, write_s or 0.0) if checkpoint_s else None
    return MarketQuestion(goal, prices, found, deadline_s, most_cost, saved)


def _read(path: Path) -> list[Run]:
    if not path.is_file():
        raise UsageError(f"There is no probe {path}: `bench advise probe` writes one on the machine in question.")
    return read([path], path.parent)
