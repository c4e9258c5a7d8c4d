"""The script that makes the calibration, by its path: it belongs to the checkout, and no installed package has it."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "calibrate.py"

_spec = importlib.util.spec_from_file_location("calibrate", SCRIPT)
assert _spec
assert _spec.loader
calibrate = importlib.util.module_from_spec(_spec)
sys.modules[_spec.name] = calibrate  # where its data classes look their own types up
_spec.loader.exec_module(calibrate)
