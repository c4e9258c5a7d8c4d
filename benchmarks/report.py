"""Prints how long a report of 10,000 records takes and how large it is: `uv run python benchmarks/report.py`.

Three shapes of 10,000 records: few cases with many repeats, many cases with five each, and a case for each record. Each
is written by `bench report` in a fresh process, and opened in Chromium, if there is one, where sorting, filtering and
expanding are timed until the page has been laid out again.
"""

from __future__ import annotations

import copy
import json
import os
import random
import shutil
import subprocess
import sysconfig
import tempfile
import time
from pathlib import Path

from bench import environment
from bench.records.directory import Record, RunDirectory

SHAPES = ((20, 500), (2_000, 5), (10_000, 1))  # cases, repeats
TARGETS = "at most 5 s and 8 MB"
CLICKS = """() => {
  const times = {}, time = (name, act) => {
    const began = performance.now(); act(); document.body.offsetHeight; times[name] = performance.now() - began; };
  const find = document.getElementById("find");
  time("sort", () => document.querySelectorAll("#cases th button")[3].click());
  time("filter", () => { find.value = "way_1"; find.dispatchEvent(new Event("input")); });
  time("expand", () => document.querySelector("#cases td button").click());
  return times;
}"""


def main() -> None:
    """Measure each shape once and print a table."""
    print(f"{'cases':>6}{'repeats':>9}{'html s':>9}{'MB':>7}{'parquet s':>11}{'md s':>7}{'open s':>8}", end="  ")
    print("sort, filter, expand ms")
    for cases, repeats in SHAPES:
        with tempfile.TemporaryDirectory() as directory:
            run = make_run(Path(directory), cases, repeats)
            seconds = {kind: write(run, kind) for kind in ("html", "parquet", "md")}
            report = run / "out.html"
            megabytes = report.stat().st_size / 1e6
            opened, clicks = browse(report)
            print(
                f"{cases:>6}{repeats:>9}{seconds['html']:>9.2f}{megabytes:>7.2f}{seconds['parquet']:>11.2f}"
                f"{seconds['md']:>7.2f}{opened:>8}  {clicks}"
            )
    print(f"target: html {TARGETS}")


def make_run(directory: Path, cases: int, repeats: int) -> Path:
    """Write a run as `bench run` does and return its directory.

    Args:
        directory: Directory to write the run to.
        cases: Number of cases.
        repeats: Records of each.
    """
    described = environment.describe(cores=2)
    noise = random.Random(0)  # noqa: S311 - no secret is made here
    records = [
        _record(case, repeat, noise, described["fingerprint"]) for repeat in range(repeats) for case in range(cases)
    ]
    dataset = {"name": "made", "path": "made", "label": "y", "features": ["x"], "fingerprint": "made"}
    run = RunDirectory(directory / "run")
    run.create(
        {
            "schema": 1,
            "run": "run",
            "started_at": "2026-11-24T00:00:00Z",
            "command": ["bench", "run"],
            "request": {"task": "train", "cores": 2},
            "environment": described,
            "dataset": {**dataset, "rows": 100_000, "train_rows": 80_000, "test_rows": 20_000},
            "plan": [],
        }
    )
    lines = "".join(json.dumps(record) + "\n" for record in records)
    (run.path / "records.jsonl").write_text(lines)  # at once: ten thousand flushes are no part of the measurement
    for record in records:
        (run.path / record["log"]).touch()
    return run.path


def _record(case: int, repeat: int, noise: random.Random, mark: str) -> Record:
    seconds = (1 + case % 97) * noise.lognormvariate(0, 0.05)
    family, workers = ("gbt", "mlp", "linear")[case % 3], 1 + case % 4
    status = "failed" if noise.random() < 0.01 else "ok"
    record: Record = copy.deepcopy(TEMPLATE)
    record["trial"].update(strategy=f"way_{case // 4}", family=family, workers=workers, repeat=repeat)
    record.update(
        status=status,
        reason=None if status == "ok" else "ValueError: out of luck",
        wall_s=seconds + 2,
        phases={"start": 0.1, "setup": 1.7, "train": seconds, "predict": 0.1, "teardown": 0.05, "other": 0.05},
        time_to_model_s=seconds if status == "ok" else None,
        rows_per_s=80_000 / seconds,
        quality={"auc": 0.7 + 0.05 * noise.random(), "log_loss": 0.5},
        environment=mark,
        log=f"logs/{case:05d}-{repeat:03d}.log",
    )
    return record


TEMPLATE: Record = {
    "schema": 1,
    "run": "run",
    "trial": {
        "strategy": "",
        "task": "train",
        "dataset": "made",
        "workers": 1,
        "cores": 2,
        "threads_per_worker": 1,
        "repeat": 0,
        "seed": 0,
        "family": "gbt",
        "fingerprint": "made",
        "model": None,
    },
    "status": "ok",
    "reason": None,
    "phase": None,
    "wall_s": 0.0,
    "phases": {},
    "inner": {"load": [0.05]},
    "slowest": {"load": 0.05},
    "time_to_model_s": None,
    "rows": 80_000,
    "rows_per_s": None,
    "quality": None,
    "resources": {"peak_memory_bytes": 300_000_000, "cpu_s": 5.0, "stall_share": 0.1, "foreign_cpu_share": 0.01},
    "notes": {"cores_enforced": True},
    "environment": "",
    "log": None,
    "started_at": "2026-11-24T00:00:00.000Z",
}


def write(run: Path, kind: str) -> float:
    """Write a report in a fresh process and return the seconds that it took, all in all.

    Args:
        run: The run.
        kind: The format.
    """
    began = time.monotonic()
    command = [
        str(Path(sysconfig.get_path("scripts"), "bench")),
        "report",
        str(run),
        "--format",
        kind,
        "--out",
        str(run / f"out.{kind}"),
    ]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - began


def browse(report: Path) -> tuple[str, str]:
    """Return the seconds until the page was there, and the milliseconds that the table took, as text.

    Args:
        report: The report.
    """
    chromium = shutil.which("chromium")
    if not chromium:
        return "", "no chromium here"
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"] if os.geteuid() == 0 else [])
        page = browser.new_page()
        began = time.monotonic()
        page.goto(report.as_uri())
        opened = time.monotonic() - began
        times = page.evaluate(CLICKS)
        browser.close()
    return f"{opened:.2f}", ", ".join(f"{value:.0f}" for value in times.values())


if __name__ == "__main__":
    main()
