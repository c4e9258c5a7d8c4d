"""Cases in the file format of pytest-benchmark, so that its `compare`, and the CI actions that read it, work on them.

A case is a benchmark, a repeat is a round; a round's value is the time to a model, or the time to score. Only cases
with an ``ok`` trial are in it: the format has no word for the others. Quality and success rates are in ``extra_info``.
"""

from __future__ import annotations

import json
import statistics
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Any

from bench import scrub
from bench.findings.cases import Case, times
from bench.findings.groups import Group, Panel, panels
from bench.findings.names import case_name
from bench.records.directory import Run
from bench.records.disturbance import WHOLE
from bench.writing.clean import shown

VERSION = "5.3.1"  # of pytest-benchmark, whose format this is


def as_json(runs: Sequence[Run]) -> str:
    """Return the cases as JSON text.

    Args:
        runs: The runs; machine and commit are the first one's, since the format has room for one.
    """
    found = panels(runs)
    first = runs[0].run
    names = [_benchmark(case, group, panel, found) for panel in found for group in panel.groups for case in group.cases]
    exported = {
        "machine_info": _machine(first["environment"]),
        "commit_info": _commit(first["environment"]["commit"]),
        "benchmarks": [benchmark for benchmark in names if benchmark],
        "datetime": first["started_at"],
        "version": VERSION,
    }
    return json.dumps(scrub.anything(exported), indent=4, allow_nan=False) + "\n"


def _benchmark(case: Case, group: Group, panel: Panel, found: Sequence[Panel]) -> dict[str, Any] | None:
    # The control takes no time of its own: it measures the harness around it.
    quiet = [record["wall_s"] for record in case.undisturbed_in(WHOLE)]
    data = ([] if case.disturbed else times(case)) if case.works else quiet
    if not data:  # nothing disturbed either: whoever reads it would rank by it
        return None
    name = f"{shown(case.strategy)}[{case.task}-{shown(case.dataset)}-workers{case.workers}]"
    told = "".join(f",{setting}={shown(str(value))}" for setting, value in group.settings.items())
    machine = f" on machine {panel.number}" if len(found) > 1 else ""
    return {
        "group": f"{case.task} {shown(case.dataset)}{told}{machine}",
        "name": name,
        "fullname": f"bench/{group.dataset['fingerprint']}{told}::{name}",
        "params": {
            "strategy": shown(case.strategy),
            "task": case.task,
            "dataset": shown(case.dataset),
            "workers": case.workers,
            "cores": case.cores,
        },
        "param": f"{case.task}-{shown(case.dataset)}-workers{case.workers}",
        "extra_info": {
            "case": case_name(case),
            "family": shown(case.family),
            "fingerprint": group.dataset["fingerprint"],
            "trials": len(case.records),
            "ok": len(case.ok),
            **{metric.name: case.median("quality", metric.name) for metric in case.problem.metrics},
            **({"time_to_model_s": case.median("time_to_model_s")} if case.kind.milestone else {}),
            "peak_memory_bytes": case.median("resources", "peak_memory_bytes"),
            "cpu_s": case.median("resources", "cpu_s"),
        },
        "options": {
            "disable_gc": False,
            "timer": "bench",
            "min_rounds": len(data),
            "max_time": 0.0,
            "min_time": 0.0,
            "warmup": False,
        },
        "stats": stats(data),
    }


def stats(data: Sequence[float]) -> dict[str, Any]:
    """Return what pytest-benchmark computes of rounds, field by field as its ``Stats`` does it.

    Args:
        data: Seconds of each round, at least one.
    """
    ordered, number = sorted(data), len(data)
    mean, total = statistics.mean(data), sum(data)
    stddev = statistics.stdev(data) if number > 1 else 0
    q1, q3 = _quartiles(ordered)
    iqr = q3 - q1
    beyond = sum(value < mean - stddev or value > mean + stddev for value in data)
    far = sum(value < q1 - 1.5 * iqr or value > q3 + 1.5 * iqr for value in data)
    return {
        "min": ordered[0],
        "max": ordered[-1],
        "mean": mean,
        "stddev": stddev,
        "rounds": number,
        "median": statistics.median(data),
        "iqr": iqr,
        "q1": q1,
        "q3": q3,
        "iqr_outliers": far,
        "stddev_outliers": beyond,
        "outliers": f"{beyond};{far}",
        "ld15iqr": ordered[0] if number == 1 else ordered[bisect_left(ordered, q1 - 1.5 * iqr)],
        "hd15iqr": ordered[0] if number == 1 else ordered[bisect_right(ordered, q3 + 1.5 * iqr) - 1],
        "ops": number / total if total else 0,
        "total": total,
        "data": list(data),
        "iterations": 1,
    }


def _quartiles(ordered: Sequence[float]) -> tuple[float, float]:
    """Return the quartiles by method 3 (odd numbers) and 2 (even ones) of Wikipedia's "Quartile"."""
    number = len(ordered)
    if number == 1:
        return ordered[0], ordered[0]
    if number % 2 == 0:
        return statistics.median(ordered[: number // 2]), statistics.median(ordered[number // 2 :])
    n = number // 4
    if number % 4 == 1:
        return 0.25 * ordered[n - 1] + 0.75 * ordered[n], 0.75 * ordered[3 * n] + 0.25 * ordered[3 * n + 1]
    return 0.75 * ordered[n] + 0.25 * ordered[n + 1], 0.25 * ordered[3 * n + 1] + 0.75 * ordered[3 * n + 2]


def _machine(environment: dict[str, Any]) -> dict[str, Any]:
    host = environment["host"]
    implementation, _, version = environment["python"].partition(" ")
    return {
        "node": host["id"],
        "processor": "",
        "machine": host["architecture"],
        "python_implementation": implementation,
        "python_implementation_version": version,
        "python_version": version,
        "release": host["kernel"],
        "system": host["system"],
        "cpu": {"brand_raw": host["cpu"], "count": host["cores"], "arch_string_raw": host["architecture"]},
    }


def _commit(commit: dict[str, Any] | None) -> dict[str, Any]:
    if commit is None:
        return {"id": "unversioned", "dirty": False}
    return {"id": commit["id"], "dirty": commit["dirty"], "project": "tf-spark-bench"}
