"""Prints how long datasets take to make, import and open, and how much memory: `uv run python benchmarks/data.py`.

Each step is a process of its own. It takes about two minutes on 2 cores, and 3 GB of disk for as long.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

STEPS = {
    "make flights": "from bench.datasets.makers.flights import make_flights as f; f()",
    "open flights": "from bench.datasets import open_dataset as f; f('flights')",
    "load flights' manifest": "from bench.datasets import home, load_manifest as f; f(home() / 'flights')",
    "make synthetic, 1e6 x 28": "from bench.datasets.makers.synthetic import make_synthetic as f;"
    " f(10**6, name='small')",
    "make synthetic, 1e7 x 28": "from bench.datasets.makers.synthetic import make_synthetic as f;"
    " f(10**7, name='large')",
    "import 8e5 x 28": "from bench.datasets.makers.ingest import import_parquet as f;"
    " f('small/split=train', 'label', name='i')",
    "import 8e6 x 28": "from bench.datasets.makers.ingest import import_parquet as f;"
    " f('large/split=train', 'label', name='j')",
    "verify 1e7 x 28": "from bench.datasets.format.fingerprint import verify_content as f;"
    "from bench.datasets import read_manifest; f(read_manifest('large'))",
}
CHILD = """
import json, resource, time
start = time.perf_counter()
{step}
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps([time.perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss / 1000]))
"""


def main() -> None:
    """Run the steps, one after the other, in an empty home of datasets."""
    print(f"{'step':<26}{'seconds':>9}{'CPU s':>9}{'peak MB':>9}")
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".benchmark-") as home:
        for name, step in STEPS.items():
            command = [sys.executable, "-c", CHILD.format(step=step)]
            environ = {**os.environ, "BENCH_DATA": home}
            result = subprocess.run(command, cwd=home, env=environ, stdout=subprocess.PIPE, check=True)
            wall, cpu, peak = json.loads(result.stdout)
            print(f"{name:<26}{wall:>9.2f}{cpu:>9.2f}{peak:>9.0f}")


if __name__ == "__main__":
    main()
