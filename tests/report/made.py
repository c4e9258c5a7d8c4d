"""Makes runs as `bench run` leaves them, with figures that a test chooses."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import environment
from bench.records.directory import Record, Run, RunDirectory, validate

RECORD, KIND_RECORD = (
    json.loads(path.read_text().splitlines()[1])
    for path in sorted((Path(__file__).parents[1] / "records").glob("schema-*.jsonl"))
)
FAMILIES = {"null": "control", "xgboost": "gbt", "lightgbm": "gbt", "tensorflow": "mlp", "mllib_linear": "linear"}
HOST = {
    "id": "0123456789ab",
    "cpu": "Test CPU",
    "cores": 2,
    "memory_bytes": 16 * 2**30,
    "memory_physical_bytes": 16 * 2**30,
    "system": "Debian GNU/Linux 12 (bookworm)",
    "kernel": "6.1",
    "architecture": "x86_64",
    "gpus": [],
}


@dataclass(frozen=True)
class MadeCase:
    """The figures that a case is to have measured.

    Attributes:
        seconds: Of each repeat, or one for all, with 2 % of noise.
        auc: Of each repeat, where two classes are told apart.
        grades: All grades of each repeat; a log loss beside ``auc`` if not given.
        workers: Number of workers.
        family: Its family.
        status: Of each repeat; ``ok`` if not given.
        reason: The reason of each repeat that is not ``ok``.
        inner: Inner phases of each repeat.
        foreign: Cores that other programs used, over the whole trial.
        machine: What others took, by phase and name, where it is known phase by phase.
    """

    seconds: float | Sequence[float]
    auc: float = 0.7
    grades: Mapping[str, float] | None = None
    workers: int = 1
    family: str = ""
    status: str | Sequence[str] = "ok"
    reason: str = "ValueError: out of luck"
    inner: Mapping[str, Sequence[float]] | None = None
    foreign: float = 0.01
    machine: Mapping[str, Mapping[str, float]] | None = None


def make_run(
    cases: Sequence[tuple[str, MadeCase]],
    *,
    name: str = "20261124T000000Z-0000",
    task: str = "train",
    rows: int = 100_000,
    dataset: str = "flights",
    problem: str = "binary",
    repeats: int = 5,
    host: Mapping[str, Any] = {},
    versions: Mapping[str, str] = {},
    request: Mapping[str, Any] = {},
    path: Path | None = None,
    seed: int = 0,
) -> Run:
    """Return a run in which each case took the seconds that it was to take.

    Args:
        cases: Strategies, and the figures that they are to have measured.
        name: Name of the run.
        task: ``train``, ``predict``, ``cluster`` or ``pipeline``.
        rows: Rows of the dataset.
        dataset: Its name.
        problem: Its kind of problem.
        repeats: Of each case.
        host: Differences from the usual host.
        versions: Versions of distributions.
        request: Differences from the usual request.
        path: Where the run's directory is to be.
        seed: Of the noise.
    """
    noise = random.Random(f"{name} {seed}")  # noqa: S311 - no secret is made here
    surroundings = _environment(host, versions)
    records = [
        _record(strategy, made, repeat, noise, name, task, rows, (dataset, problem), surroundings["fingerprint"])
        for repeat in range(repeats)
        for strategy, made in cases
    ]
    run = {
        "schema": 1,
        "run": name,
        "started_at": "2026-11-24T00:00:00Z",
        "command": ["bench", "run", "--repeat", str(repeats)],
        "request": {"task": task, "cores": 2, "seed": 0, "epochs": 5, "trees": 20, **request},
        "environment": surroundings,
        "dataset": {
            "name": dataset,
            "problem": problem,
            "path": f"/somewhere/{dataset}",
            "label": "late",
            "features": ["a", "b", "c"],
            "rows": rows,
            "train_rows": rows,
            "test_rows": rows // 4,
            "fingerprint": f"{dataset}-{rows}",
        },
        "plan": [record["trial"] for record in records],
    }
    for record in records:
        validate(record)
    return Run(RunDirectory((path or Path("nowhere")) / name), run, records, [])


def _environment(host: Mapping[str, Any], versions: Mapping[str, str]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "cores": 2,
        "host": {**HOST, **host},
        "python": "CPython 3.11.7",
        "java": {"version": "17.0.15", "source": "PATH", "has_vector_module": True},
        "versions": {"tensorflow": "2.21.0", "tf-spark-bench": "0.1.0", **versions},
        "subjects": ["tf-spark-bench"],
        "commit": {"id": "0" * 40, "dirty": False},
    }
    return {**described, "fingerprint": environment.fingerprint(described)}


def _record(
    strategy: str,
    made: MadeCase,
    repeat: int,
    noise: random.Random,
    run: str,
    task: str,
    rows: int,
    data: tuple[str, str],
    mark: str,
) -> Record:
    dataset, problem = data
    record = copy.deepcopy(RECORD if problem == "binary" and task in ("train", "predict") else KIND_RECORD)
    family = made.family or FAMILIES.get(strategy, "gbt")
    status = made.status if isinstance(made.status, str) else made.status[repeat]
    if isinstance(made.seconds, int | float):
        seconds = made.seconds * (1 + noise.uniform(-0.02, 0.02))
    else:
        seconds = made.seconds[repeat]
    record["trial"].update(
        strategy=strategy,
        task=task,
        family=family,
        dataset=dataset,
        problem=problem,
        workers=made.workers,
        threads_per_worker=max(1, 2 // made.workers),
        fingerprint=f"{dataset}-{rows}",
        repeat=repeat,
    )
    ok = status == "ok"
    measured = task if task in ("predict", "pipeline") else "train"
    hooks = {} if task == "pipeline" else {"train": 0.0, "predict": 0.2}
    phases = {"start": 0.1, "setup": 1.0, **hooks, "teardown": 0.01, "other": 0.05}
    phases[measured] = seconds
    record.update(
        run=run,
        status=status,
        reason=None if ok else made.reason,
        phase=None if ok else "train",
        phases=phases,
        wall_s=sum(phases.values()),
        inner={name: list(values) for name, values in (made.inner or {}).items()},
        environment=mark,
        log=f"logs/{repeat:04d}.log",
        time_to_model_s=seconds if ok and measured == "train" else None,
    )
    record["resources"].update(foreign_cpu_share=made.foreign, steal_share=0.0, cpu_s=2 * seconds)
    if made.machine:
        record["machine"] = {name: dict(shares) for name, shares in made.machine.items()}
    if ok and family != "control":
        record.update(rows=rows, rows_per_s=rows / seconds)
        record["quality"] = dict(made.grades or {"auc": made.auc, "log_loss": 0.5})
    return record


def write_run(run: Run) -> Path:
    """Write a run as `bench run` does, with a log for each record; return its directory.

    Args:
        run: The run.
    """
    run.directory.create(run.run)
    for record in run.records:
        run.directory.append(record)
        if record["log"]:
            (run.directory.path / record["log"]).write_text("what it printed\n")
    return run.directory.path
