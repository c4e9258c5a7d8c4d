"""What a trial takes of NVIDIA's GPUs, as their driver's own library tells (NVML), where it answers."""

from __future__ import annotations

import functools
import importlib.util
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class GpuSample:
    """All GPUs at one moment; None where the driver does not tell, as of a part of a GPU (MIG).

    Attributes:
        moment: ``CLOCK_MONOTONIC``.
        used_bytes: Memory in use on all of them, whoever uses it: in a container the driver names processes by ids that
            nobody there knows.
        busy: Share of the last sixth of a second to second in which a kernel ran, summed: 2 where two were busy.
    """

    moment: float
    used_bytes: int | None
    busy: float | None


class GpuProbe:
    """Follows the GPUs during a trial.

    Attributes:
        samples: One for each call of `sample`; none where there is no GPU, or nobody to ask.
    """

    def __init__(self) -> None:
        """Open the driver's library, the first time in this process."""
        self._handles = handles()
        self.samples: list[GpuSample] = []

    def sample(self) -> None:
        """Take a sample."""
        if self._handles:
            import pynvml

            used = _total(pynvml.nvmlDeviceGetMemoryInfo, self._handles, "used")
            busy = _total(pynvml.nvmlDeviceGetUtilizationRates, self._handles, "gpu")
            self.samples.append(GpuSample(time.monotonic(), used, None if busy is None else busy / 100))


@functools.cache
def handles() -> tuple[Any, ...]:
    """Return NVML's handles of the GPUs; none without a GPU or ``nvidia-ml-py``, which the extras for GPUs bring."""
    if importlib.util.find_spec("pynvml") is None:
        return ()
    import pynvml

    try:
        pynvml.nvmlInit()
        return tuple(map(pynvml.nvmlDeviceGetHandleByIndex, range(pynvml.nvmlDeviceGetCount())))
    except pynvml.NVMLError:  # no driver, as on every machine without such a GPU; or none that we may ask
        return ()


def _total(ask: Callable[[Any], Any], asked: Sequence[Any], name: str) -> int | None:
    """Return the sum of a number over GPUs; None where one of them does not tell it."""
    import pynvml

    try:
        return sum(int(getattr(ask(handle), name)) for handle in asked)
    except pynvml.NVMLError:
        return None


def figures(seen: Sequence[GpuSample], measured: tuple[float, float] | None) -> dict[str, float | int]:
    """Return what a record says of GPUs; nothing where nothing is known.

    Args:
        seen: The samples of a trial, the first of which was taken before it used any GPU.
        measured: Begin and end of the phase that is measured, if there was one.

    Returns:
        ``gpu_memory_bytes``, by how much the memory in use grew at most; and ``gpu_share``, the mean of
        `GpuSample.busy` over the phase.
    """
    found: dict[str, float | int] = {}
    if used := [sample.used_bytes for sample in seen if sample.used_bytes is not None]:
        found["gpu_memory_bytes"] = max(used) - used[0]
    began, ended = measured or (0.0, 0.0)
    if busy := [sample.busy for sample in seen if sample.busy is not None and began < sample.moment <= ended]:
        found["gpu_share"] = round(statistics.fmean(busy), 4)
    return found
