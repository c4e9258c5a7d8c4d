"""What a record says of GPUs comes of samples; without a GPU it says nothing."""

from __future__ import annotations

import contextlib
import ctypes

import pytest

from bench.trial import gpus
from bench.trial.gpus import GpuSample

SEEN = [
    GpuSample(9.0, 700, 0.0),
    GpuSample(10.5, 900, 0.4),
    GpuSample(11.5, 2_700, 1.6),
    GpuSample(12.5, 800, 1.0),
    GpuSample(13.5, 700, 0.0),
]


def test_memory_is_what_came_and_busy_is_of_the_measured_phase() -> None:
    """What others held before does not count; nor does what ran before and after the phase."""
    assert gpus.figures(SEEN, (10.0, 13.0)) == {"gpu_memory_bytes": 2_000, "gpu_share": 1.0}


def test_what_the_driver_does_not_tell_is_left_out() -> None:
    """A part of a GPU tells no share; a trial that ended before the phase has none; no samples say nothing."""
    assert gpus.figures([GpuSample(9.0, 5, None), GpuSample(11.0, 8, None)], (10.0, 13.0)) == {"gpu_memory_bytes": 3}
    assert gpus.figures(SEEN, None) == {"gpu_memory_bytes": 2_000}
    assert gpus.figures(SEEN, (20.0, 21.0)) == {"gpu_memory_bytes": 2_000}
    assert gpus.figures([], (10.0, 13.0)) == {}


def has_driver() -> bool:
    """Return whether NVIDIA's driver has put its library here."""
    with contextlib.suppress(OSError):
        return bool(ctypes.CDLL("libnvidia-ml.so.1"))
    return False


def test_without_a_driver_nobody_is_asked() -> None:
    """NVML's own answer is that its library is not there; the probe then takes no samples."""
    pynvml = pytest.importorskip("pynvml")
    if has_driver():
        pytest.skip("there is a driver")
    with pytest.raises(pynvml.NVMLError) as raised:
        pynvml.nvmlInit()
    assert raised.value.value == pynvml.NVML_ERROR_LIBRARY_NOT_FOUND
    gpus.handles.cache_clear()
    probe = gpus.GpuProbe()
    probe.sample()
    assert probe.samples == []
