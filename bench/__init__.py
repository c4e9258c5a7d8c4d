"""All that a strategy may import from the harness, beside `bench.rows`, `bench.scaling` and, on Spark, `bench.spark`.

``hookimpl`` marks a hook; `Strategy` is what ``bench_strategy`` returns; `Skip` is raised in ``bench_setup``. `Trial`,
`Dataset`, `Network` and `Storage` are the types of what a hook is given. `rows` reads rows and writes scores, and
`PredictionWriter` writes scores that come in another way. `memory_available` returns the bytes that this machine gives
to a trial; `load_strategy` and `module_of` find a strategy by its name, for those that send their code to other hosts.
"""

import pluggy

from bench.errors import Skip
from bench.machine.limits import memory_available
from bench.model import Dataset, Network, Storage, Strategy, Trial
from bench.plugins import load as load_strategy
from bench.plugins import module_of
from bench.rows.predictions import PredictionWriter

hookimpl = pluggy.HookimplMarker("bench")

__all__ = [
    "Dataset",
    "Network",
    "PredictionWriter",
    "Skip",
    "Storage",
    "Strategy",
    "Trial",
    "hookimpl",
    "load_strategy",
    "memory_available",
    "module_of",
    "rows",
    "scaling",
    "spark",
]
