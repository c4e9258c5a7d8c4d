"""The origin of the figures, and the reasons for doubt; pure."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from bench.findings.cases import Case, cases
from bench.findings.groups import Panel
from bench.findings.overhead import overhead
from bench.findings.ranking import busy_share
from bench.records.directory import Record, Run
from bench.report.phrases import overhead_of
from bench.rows.batching import CLUSTERED
from bench.writing import figures
from bench.writing.clean import shown

COMMAND_LIMIT = 2000


@dataclass(frozen=True)
class Provenance:
    """The origin of one run's figures.

    Attributes:
        run: The run's name.
        command: The command line that repeats it.
        facts: Further facts, by name.
        versions: Versions, by distribution.
        warnings: The reasons against trusting it, a sentence each.
    """

    run: str
    command: str
    facts: dict[str, str]
    versions: dict[str, str]
    warnings: tuple[str, ...]


def provenance(panel: Panel) -> list[Provenance]:
    """Return the origin of the figures of each run of a machine.

    Args:
        panel: The machine and its runs.
    """
    return [_of_run(run) for run in panel.runs]


def _of_run(run: Run) -> Provenance:
    surroundings, dataset, summaries = run.run["environment"], run.run["dataset"], cases(run.records)
    host, runtime = surroundings["host"], surroundings["java"]
    facts = {
        "began": shown(run.run["started_at"]),
        "machine": f"{shown(host['cpu'])}, {figures.cores(host['cores'])}, {figures.size(host['memory_bytes'])}",
        "architecture": shown(host["architecture"]),
        "GPUs": "; ".join(map(shown, host["gpus"])) or "none",
        "system": f"{shown(host['system'])}, kernel {shown(host['kernel'])}",
        "machine's mark": shown(host["id"]),
        "cores": _cores(run),
        "Python": shown(surroundings["python"]),
        "Java": shown(str(runtime["version"])) if runtime else "none",
        "commit": _commit(surroundings["commit"]),
        "environment": shown(surroundings["fingerprint"]),
        "dataset": f"{shown(dataset['name'])}: {dataset['train_rows']:,} rows to train on, {dataset['test_rows']:,} "
        f"to test on, {len(dataset['features'])} features; fingerprint {shown(dataset['fingerprint'])}",
        **_noise(run.records, summaries),
    }
    command = shown(shlex.join(run.run["command"]), COMMAND_LIMIT)
    versions = {shown(name): shown(str(version)) for name, version in surroundings["versions"].items()}
    return Provenance(shown(run.directory.name), command, facts, versions, tuple(_warnings(run, summaries)))


def _cores(run: Run) -> str:
    enforced = {record["notes"].get("cores_enforced") for record in run.records if record["status"] != "skipped"}
    how = "enforced by CPU affinity" if enforced == {True} else "not enforced in every trial"
    return f"{run.run['environment']['cores']} for each trial, {how}"


def _commit(commit: dict[str, object] | None) -> str:
    if commit is None:
        return "unknown: not run from a checkout"
    return f"{shown(str(commit['id']))}{', with changes that are in no commit' if commit['dirty'] else ''}"


def _noise(records: list[Record], summaries: list[Case]) -> dict[str, str]:
    """Return the largest disturbance of any trial by the machine's own counters, and the harness's overhead."""
    seen = {}
    for name, what in (
        ("foreign_cpu_share", "cores that other programs used, at most"),
        ("steal_share", "cores that the hypervisor took, at most"),
        ("stall_share", "time in which a task waited for a core, at most"),
    ):
        values = [value for record in records if (value := record["resources"].get(name)) is not None]
        if values:
            seen[what] = figures.share(max(values)) if name == "stall_share" else f"{max(values):.2f}"
    if found := overhead(summaries):
        seen["overhead of the harness itself"] = overhead_of(found, figures.seconds(found.seconds))
    return seen


def _warnings(run: Run, summaries: list[Case]) -> list[str]:
    found = [shown(warning, 400) for warning in run.warnings]
    found += filter(None, [busy_share(summaries)])
    left = sum(bool(record["notes"].get("processes_left")) for record in run.records)
    if left:
        found.append(f"{left} trials left processes behind, which were ended.")
    crowded = sum(bool(record["notes"].get("oversubscribed")) for record in run.records)
    if crowded:
        found.append(f"{crowded} trials had more workers than cores.")
    share = run.run["dataset"].get("clustered", 0.0)
    if share > CLUSTERED:
        found.append(
            f"Rows of the table lie sorted by their label ({figures.share(share)} of its variance is between stretches "
            "of rows): workers were dealt rows in turn, and models that learn batch by batch got them mixed."
        )
    return found
