"""Prints how near the ways to score come to two ceilings: `uv run python benchmarks/inference.py [ROUNDS]`.

The ceilings are `ceilings/compute.py` and `ceilings/transport.py`; one after the other they allow 1 / (1 / compute + 1
/ transport) rows/s. Everything is a trial of its own, on 2 million rows, and rounds are interleaved; rates are those
without loading the model and its first call. With `--memory` it prints instead the peak memory on 1 and on 10 million
rows, with a heap of 1 GB: a JVM collects late and fills its heap, by default a quarter of the machine's memory. Run it
on a quiet machine; a round takes about four minutes on 2 cores.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from bench import plugins
from bench.datasets.makers.synthetic import make_synthetic
from bench.machine.limits import cores_available
from bench.model import Dataset
from bench.records.directory import Record
from bench.request import Request
from bench.runs import plan
from bench.testing.support import install_strategies
from bench.trial import references, runner

CEILINGS = {name: Path(__file__).parent / "ceilings" / f"{name}.py" for name in ("compute", "transport")}
ON_SPARK = ("map_in_arrow", "predict_batch_udf", "map_in_pandas", "udf_pandas_iter", "udf_pandas")
NAIVE = ("udf_pandas_naive", "udf_row")
TARGETS = {"map_in_arrow": 0.8, "predict_batch_udf": 0.8, "tensorflow": 0.85}
NAIVE_FACTOR = 500
ROWS = 2_000_000
MILLIONS = (1, 10)
HEAP = "spark.driver.memory=1g"
REQUEST = Request(task="predict", cores=cores_available(), budget_s=20.0, workers=(min(2, cores_available()),))


def main(rounds: int, *, memory: bool) -> None:
    """Measure and print medians.

    Args:
        rounds: Number of measurements of each.
        memory: Whether to print peak memory instead of rates.
    """
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".benchmark-") as home:
        os.environ["BENCH_DATA"] = home
        with install_strategies(Path(home, "installed"), CEILINGS):
            if memory:
                print_memory(home)
            else:
                print_rates(rounds, make_synthetic(ROWS, name="rows").dataset, home)


def print_rates(rounds: int, dataset: Dataset, directory: str) -> None:
    """Print rows/s of each way and of the ceilings.

    Args:
        rounds: Number of measurements of each.
        dataset: The rows.
        directory: For logs.
    """
    names = (*CEILINGS, "tensorflow", *ON_SPARK, *NAIVE)
    rates: dict[str, list[float]] = {name: [] for name in names}
    for number in range(rounds):
        for name in names:
            record = trial(name, dataset, directory)
            rate = record["rows_per_s_warm"] or dataset.rows / record["phases"]["predict"]
            rates[name].append(rate)
            print(f"round {number + 1}: {name} {rate:,.0f} rows/s", file=sys.stderr, flush=True)
    medians = {name: statistics.median(values) for name, values in rates.items()}
    both = 1 / (1 / medians["compute"] + 1 / medians["transport"])
    print(f"{dataset.rows:,} rows of {len(dataset.features)} features, {REQUEST.cores} cores, n = {rounds} each")
    print(f"{'':<20}{'median rows/s':>15}{'lowest':>12}{'highest':>12}{'of its ceiling':>16}{'target':>8}")
    for name in names:
        ceiling = medians["compute"] if name == "tensorflow" else both if name in ON_SPARK else None
        share = f"{medians[name] / ceiling:.2f}" if ceiling else ""
        figures = "".join(f"{value:>12,.0f}" for value in (min(rates[name]), max(rates[name])))
        print(f"{name:<20}{medians[name]:>15,.0f}{figures}{share:>16}{TARGETS.get(name, ''):>8}")
    factor = medians["udf_pandas"] / medians["udf_pandas_naive"]
    print(f"compute and transport one after the other: {both:,.0f} rows/s")
    print(f"udf_pandas / udf_pandas_naive: {factor:,.0f} (target: at least {NAIVE_FACTOR})")


def print_memory(directory: str) -> None:
    """Print the peak memory of ways on little and on much data."""
    datasets = [make_synthetic(number * 10**6, name=f"rows{number}").dataset for number in MILLIONS]
    print(f"{'peak memory, MB':<20}" + "".join(f"{number:>10} M" for number in MILLIONS))
    request = replace(REQUEST, spark_conf=(HEAP,))
    for name in ("tensorflow", *ON_SPARK):
        records = [trial(name, dataset, directory, request) for dataset in datasets]
        peaks = [record["resources"]["peak_memory_bytes"] / 1e6 for record in records]
        print(f"{name:<20}" + "".join(f"{peak:>12,.0f}" for peak in peaks), flush=True)


def trial(name: str, dataset: Dataset, directory: str, request: Request = REQUEST) -> Record:
    """Run one trial and return its record."""
    facts = plugins.load(name).strategy
    planned = plan.make(request, {name: facts}, dataset, references.ensure(dataset))[0]
    log = Path(directory, "log")
    record = runner.run(planned, run_name="benchmark", environment="", log=log, timeout_s=900)
    if record["status"] != "ok":
        sys.exit(f"{name}: {record['status']}: {record['reason']}\n{log.read_text()[-3000:]}")
    return record


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:] if word.isdigit()]
    main(numbers[0] if numbers else 5, memory="--memory" in sys.argv)
