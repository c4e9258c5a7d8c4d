"""Prints how long strategies take to set up: `uv run python benchmarks/set_up.py [ROUNDS] [BEFORE]`.

BEFORE is the command `bench` of another environment, such as that of an older revision; its figures stand beside ours.
Everything is a trial on the dataset `flights`, and rounds are interleaved. Set-up begins when the worker's Python has
started and ends when training may begin: imports and, on Spark, the JVM and what the ranks import. Run it on a quiet
machine; a round takes about a minute on 2 cores, with BEFORE two.
"""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
import tempfile

ALONE = ("lightgbm", "xgboost", "xgboost_external", "tensorflow")
ON_SPARK = ("xgboost_spark", "xgboost_barrier", "lightgbm_spark")
TREES_S, BARRIER_S = 1.2, 1.0  # at most: trees in one process; ranks beyond xgboost_spark


def main(rounds: int, before: str | None) -> None:
    """Measure in interleaved rounds and print medians.

    Args:
        rounds: Number of measurements of each.
        before: The other command, if there is one.
    """
    commands = {"here": shutil.which("bench") or f"{sys.prefix}/bin/bench", **({"before": before} if before else {})}
    seconds: dict[tuple[str, str], list[float]] = {(name, of): [] for name in (*ALONE, *ON_SPARK) for of in commands}
    for number in range(rounds):
        for name in (*ALONE, *ON_SPARK):
            for of, command in list(commands.items())[:: -1 if number % 2 else 1]:
                seconds[name, of].append(set_up_s(command, name))
        print(f"round {number + 1} of {rounds}", file=sys.stderr, flush=True)
    print(f"{'set-up, s':<20}{'n':>4}" + "".join(f"{of:>18}" for of in commands))
    for name in (*ALONE, *ON_SPARK):
        print(f"{name:<20}{rounds:>4}" + "".join(f"{_shown(seconds[name, of]):>18}" for of in commands))
    print(f"targets: trees in one process at most {TREES_S} s, ranks at most xgboost_spark's and {BARRIER_S} s")


def set_up_s(command: str, strategy: str) -> float:
    """Return the seconds of a trial's set-up.

    Args:
        command: The command `bench` of some environment.
        strategy: Name of the strategy; it trains as little as it can.
    """
    little = ("--trees", "1", "--epochs", "1")
    with tempfile.TemporaryDirectory() as out:
        done = subprocess.run(
            [command, "run", "--strategy", strategy, *little, "--json", "--out", out], capture_output=True, text=True
        )
    records = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    found = [record for record in records if record["trial"]["strategy"] == strategy]
    if not found or found[-1]["status"] != "ok":
        sys.exit(f"{strategy} by {command}: {found[-1]['reason'] if found else done.stderr[-500:]}")
    return float(found[-1]["phases"]["setup"])


def _shown(values: list[float]) -> str:
    return f"{statistics.median(values):.2f} ({min(values):.2f}-{max(values):.2f})"


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5, sys.argv[2] if len(sys.argv) > 2 else None)
