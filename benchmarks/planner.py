"""Prints the cost of planning with 100,000 files of 10 row groups: `uv run python benchmarks/planner.py [FILES]`.

The dataset is simulated: there is a manifest, which is what a rank plans from (the footers' row counts are in it), and
no file. Each rank is a process of its own, with another hash seed: the digest shows that all make the same plan. The
measurement begins with the manifest's text on the disk and ends with the rank's row groups and its steps.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

GROUPS, ROWS_OF_A_GROUP, BATCH, WORLD = 10, 10_007, 65_536, 64
RANKS = (0, 1, 63)
SECONDS, MEGABYTES = 10.0, 500.0  # the limits
CHILD = """
import hashlib, json, resource, sys, time
from bench.datasets import read_manifest
from bench.rows import groups as row_groups
began = time.perf_counter()
rank, world, batch = map(int, sys.argv[2:])
files = read_manifest(sys.argv[1]).files
rows = {{file.path: file.group_rows for file in sorted(files, key=lambda file: file.path)}}
groups = row_groups.listed(rows)
del files, rows
whole = sum(group.rows for group in groups)
mine = row_groups.shard(groups, rank, world)
steps = whole // world // (batch // world)
plan = hashlib.sha256("".join(f"{{g.path}} {{g.index}} {{g.rows}}\\n" for g in groups).encode() + str(steps).encode())
seconds = time.perf_counter() - began
used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
print(json.dumps([seconds, used, len(groups), len(mine), sum(g.rows for g in mine), steps, plan.hexdigest()[:12]]))
"""


def main(files: int) -> None:
    """Simulate a manifest and let a few ranks plan.

    Args:
        files: Files of the dataset.
    """
    with tempfile.TemporaryDirectory() as directory:
        (Path(directory) / "dataset.json").write_text(json.dumps(manifest(files)))
        size = (Path(directory) / "dataset.json").stat().st_size
        print(f"{files:,} files x {GROUPS} row groups, {WORLD} ranks; the manifest has {size / 1e6:.0f} MB")
        print(f"{'rank':>4}{'seconds':>9}{'peak MB':>9}{'groups':>11}{'own':>8}{'own rows':>13}{'steps':>8}  plan")
        plans = [planned(directory, rank) for rank in RANKS]
    for rank, (seconds, used, groups, own, rows, steps, digest) in zip(RANKS, plans, strict=True):
        print(f"{rank:>4}{seconds:>9.2f}{used:>9.0f}{groups:>11,}{own:>8,}{rows:>13,}{steps:>8,}  {digest}")
    if len({plan[-1] for plan in plans}) > 1:
        sys.exit("The ranks came to different plans.")
    if max(plan[0] for plan in plans) > SECONDS or max(plan[1] for plan in plans) > MEGABYTES:
        sys.exit(f"That is more than the {SECONDS:g} s or {MEGABYTES:g} MB that it may take.")


def planned(directory: str, rank: int) -> list[object]:
    """Return the cost and the result of one rank's planning."""
    command = [sys.executable, "-c", CHILD.format(), directory, str(rank), str(WORLD), str(BATCH)]
    environ = {**os.environ, "PYTHONHASHSEED": str(rank)}
    return json.loads(subprocess.run(command, env=environ, stdout=subprocess.PIPE, check=True).stdout)


def manifest(files: int) -> dict[str, object]:
    """Return the manifest of a dataset that is not there."""
    rows = [[ROWS_OF_A_GROUP + (file + group) % 3 for group in range(GROUPS)] for file in range(files)]
    total = sum(map(sum, rows))
    described = [
        {
            "path": f"split=train/part-{file:06}.parquet",
            "bytes": 1_200_000,
            "rows": sum(sizes),
            "row_groups": GROUPS,
            "footer_sha256": f"{file:064x}",
            "headers_sha256": f"{file:064x}",
            "group_rows": sizes,
        }
        for file, sizes in enumerate(rows)
    ]
    return {
        "schema": 1,
        "name": "simulated",
        "label": "label",
        "features": ["x0"],
        "rows": total,
        "train_rows": total,
        "test_rows": 0,
        "means": [0.0],
        "stds": [1.0],
        "fingerprint": "0" * 32,
        "best_auc": None,
        "floors": {},
        "files": described,
        "labels": {"train": {}, "test": {}},
        "imputed": {},
        "categories": {},
        "source": {},
    }


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
