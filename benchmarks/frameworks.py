"""Prints how training in `bench` compares with each framework's own minimal script.

    uv run python benchmarks/frameworks.py [ROUNDS] [STRATEGY …]

A script of `benchmarks/minimal/` does the same work, with the same workers and threads, and shares no code with
`strategies`. The clocks of both begin when Spark runs, or the imports are done, and end with a model on the driver.
Run it on a quiet machine; a round with all strategies takes about eight minutes on 2 cores.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pairs

from bench.machine.limits import cores_available
from bench.request import Request

SCRIPTS = Path(__file__).parent / "minimal"
TARGET = 1.05


def main(rounds: int, strategies: list[str]) -> None:
    """Measure in interleaved rounds and print medians.

    Args:
        rounds: Number of measurements of each.
        strategies: Their names; none means all that have a script.
    """
    request = Request(cores=cores_available(), epochs=2)
    names = strategies or sorted(path.stem.removeprefix("train_") for path in SCRIPTS.glob("train_*.py"))
    seconds = pairs.measure(request, names, rounds, lambda name: [sys.executable, str(SCRIPTS / f"train_{name}.py")])
    pairs.print_ratios(seconds, TARGET)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3, sys.argv[2:])
