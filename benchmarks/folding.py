"""Prints rows per CPU second of the scoring function without folding, as it is, and in pieces of 4,096 rows.

    python benchmarks/folding.py [ROUNDS] [THREADS]

The network of the family on 28 random features, batches of 65,536 and 16,384 rows (what our reader and Spark give), in
interleaved rounds; CPU seconds, which a busy machine changes less than it does times.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from bench import Dataset
from bench.rows.arrays import allocate
from strategies.lib.keras import model as model_file
from strategies.lib.keras import network

ROWS, FEATURES, SIZES, PIECE = 2**18, 28, (65_536, 16_384), 4096


def main(rounds: int, threads: int) -> None:
    """Measure and print.

    Args:
        rounds: Number of measurements of each.
        threads: Threads of TensorFlow.
    """
    tf = network.import_tensorflow(threads)
    names = tuple(f"f{number}" for number in range(FEATURES))
    zeros, ones = (0.0,) * FEATURES, (1.0,) * FEATURES
    model = network.mlp(tf, Dataset("rows", "", "label", names, ROWS, ROWS, 0, zeros, ones, ""), 0)
    rows = allocate(ROWS, FEATURES)
    rows[:] = np.random.default_rng(0).standard_normal(rows.shape, np.float32)
    functions: dict[str, Callable[[Any], Any]] = {
        "not folded": whole(tf, model),
        "folded": (score := model_file.compiled(model, FEATURES)),
        "folded, in pieces": lambda rows: [score(rows[at : at + PIECE]) for at in range(0, len(rows), PIECE)],
    }
    taken: dict[tuple[str, int], list[float]] = {(name, size): [] for size in SIZES for name in functions}
    for number in range(rounds + 1):  # the first one warms up
        for (name, size), seconds in taken.items():
            began = time.process_time()
            for start in range(0, ROWS, size):
                functions[name](network.in_place(tf, rows[start : start + size]))
            if number:
                seconds.append(time.process_time() - began)
    print(f"{rounds} rounds, {threads} threads\n{'':<20}{'batch':>8}{'rows per CPU s':>16}{'ratio':>7}")
    for (name, size), seconds in taken.items():
        ratio = statistics.median(taken["not folded", size]) / statistics.median(seconds)
        print(f"{name:<20}{size:>8,}{ROWS / statistics.median(seconds):>16,.0f}{ratio:>7.2f}")


def whole(tf: Any, model: Any) -> Callable[[Any], Any]:
    """Return one compiled function for a whole batch."""
    signature = [tf.TensorSpec((None, FEATURES), tf.float32)]
    function = tf.function(lambda rows: model(rows, training=False), input_signature=signature)
    return lambda rows: function(rows).numpy()


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:]] + [9, 2][len(sys.argv) - 1 :]
    main(*numbers)
