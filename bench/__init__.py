"""All that a strategy may import from the harness."""

import pluggy

from bench.errors import Skip
from bench.model import Dataset, Strategy, Trial
from bench.rows.predictions import PredictionWriter

hookimpl = pluggy.HookimplMarker("bench")

__all__ = ["Dataset", "PredictionWriter", "Skip", "Strategy", "Trial", "hookimpl"]
