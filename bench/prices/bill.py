"""The price of a job on machines, on demand and on spot; pure."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bench.prices.machine_types import MachineType

HOUR_S = 3600.0
MOST_INTERRUPTIONS = 3.0  # expected while a job works once: beyond it repeats the work twenty times over

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Checkpoints:
    """How a job saves what it has done, so that after an interruption it goes on from there.

    Attributes:
        every_s: Seconds of work between two.
        write_s: Seconds that writing one takes, in which no work is done.
    """

    every_s: float
    write_s: float = 0.0


def price(machine: MachineType, nodes: int, seconds: float, *, spot: bool = False) -> float:
    """Return what machines cost, in the currency of their list.

    Args:
        machine: The machines.
        nodes: How many of them.
        seconds: From the order to the end, `MachineType.start_s` included.
        spot: Whether they are taken on the terms of spot, which the machine then has.
    """
    hour = machine.spot.hour if spot and machine.spot else machine.hour
    return (nodes * hour + machine.driver_hour) * max(seconds, machine.least_s) / HOUR_S + machine.once


def interruptions(machine: MachineType, nodes: int, seconds: float) -> float:
    """Return how many interruptions are expected in so many seconds of work on spot: any node's ends the job.

    Args:
        machine: The machines.
        nodes: How many of them.
        seconds: Of work.
    """
    return nodes * machine.spot.interruptions_per_hour / HOUR_S * seconds if machine.spot else 0.0


def expected_s(work_s: float, rate: float, again_s: float, saved: Checkpoints | None = None) -> float:
    """Return the seconds that are expected of a job that begins anew at each interruption, or at its last checkpoint.

    The mean of a sum: attempts until one lasts, whose lengths are exponential (A. Duda, "The effects of checkpointing
    on program execution time", Information Processing Letters 16, 1983). Each stretch up to a checkpoint is such a job,
    with the writing; the last has none to write.

    Args:
        work_s: Seconds of work without one.
        rate: Interruptions of the whole job in a second.
        again_s: Seconds until work begins again, reading a checkpoint included.
        saved: How it saves what it has done; None where it does not.
    """
    count, stretch_s, last_s = _stretches(work_s, saved)
    if rate <= 0:
        return count * stretch_s + last_s
    return (count * math.expm1(rate * stretch_s) + math.expm1(rate * last_s)) * (1 / rate + again_s)


def longest_s(work_s: float, saved: Checkpoints | None) -> float:
    """Return the seconds of work, and of writing, that an interruption may destroy; arguments as for `expected_s`."""
    count, stretch_s, last_s = _stretches(work_s, saved)
    return stretch_s if count else last_s


def _stretches(work_s: float, saved: Checkpoints | None) -> tuple[int, float, float]:
    """Return how many stretches end with a checkpoint, the seconds of each, and those of the last one."""
    if saved is None:
        return 0, 0.0, work_s
    count = max(0, math.ceil(work_s / saved.every_s) - 1)
    return count, saved.every_s + saved.write_s, work_s - count * saved.every_s


def drawn_s(
    work_s: Floats, rate: float, again_s: float, draws: np.random.Generator, saved: Checkpoints | None = None
) -> Floats:
    """Return seconds of jobs, drawn for each; arguments as for `expected_s`."""
    stretches = [_stretches(float(each), saved) for each in work_s]
    counts, lengths, lasts = (np.array(column, float) for column in zip(*stretches, strict=True))
    taken = _attempts_s(lasts, rate, again_s, draws)
    for number in range(int(counts.max(initial=0))):
        owners = np.flatnonzero(counts > number)
        taken[owners] += _attempts_s(lengths[owners], rate, again_s, draws)
    return taken


def _attempts_s(work_s: Floats, rate: float, again_s: float, draws: np.random.Generator) -> Floats:
    """Return the seconds of attempts until one lasts, drawn for each."""
    taken = work_s.copy()
    waiting = np.arange(len(work_s)) if rate > 0 else np.arange(0)
    while waiting.size:
        lasted = draws.exponential(1 / rate, waiting.size)
        ended = lasted < work_s[waiting]
        taken[waiting] += np.where(ended, lasted + again_s, 0.0)
        waiting = waiting[ended]
    return taken
