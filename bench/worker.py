"""The child process of a trial: calls its strategy's hooks under the only clock; ``python -m bench.worker DIR``.

DIR holds ``trial.json``. The worker adds ``events.jsonl`` (begin and end of each phase) and, at the end,
``outcome.json`` (a `bench.trial.outcome.Outcome`). A worker that dies leaves no outcome; its parent sees that.

The gate calls this module of other revisions by its name: it does not move.
"""

from __future__ import annotations

import faulthandler
import json
import os
import sys
import traceback
from pathlib import Path
from typing import Any

from bench import plugins
from bench.errors import Skip
from bench.model import Trial
from bench.rows.batching import clustered
from bench.spark import conf
from bench.stores import traffic
from bench.tasks import TASKS
from bench.trial.prctl import die_with_parent
from bench.trial.timeline import EventClock
from bench.trial.wire import read_trial

# The result of each hook, which later hooks take as an argument of that name.
RESULTS = {"setup": "session", "train": "model", "predict": "predictions"}


def main(directory: Path) -> None:
    """Run the trial that ``directory/trial.json`` describes.

    Args:
        directory: The trial's own directory.
    """
    faulthandler.enable()
    die_with_parent()
    clock = EventClock(directory / "events.jsonl")
    trial = read_trial(directory / "trial.json", clock)
    if conf.is_local(trial.master):
        _pin(trial.cores, clock)
    else:
        clock.note("cores_enforced", False)  # Spark hands out slots; only the cluster can enforce them
    if trial.workers > trial.cores:
        clock.note("oversubscribed", True)
    if clustered(trial.dataset):
        clock.note("row_order", f"sorted by label ({trial.dataset.clustered:.2f}): rows dealt out, batches mixed")
    outcome = call_hooks(trial, plugins.load(trial.strategy), clock)
    if traffic.own.requests:
        clock.measure("store_requests", traffic.own.requests)
        clock.measure("store_bytes", traffic.own.bytes)
    outcome["peak_resident_bytes"] = _peak_resident_bytes()
    (directory / "outcome.json").write_text(json.dumps(outcome))


def _pin(cores: int, clock: EventClock) -> None:
    """Pin this process, and every process that it starts, to the first ``cores`` of its cores."""
    if not hasattr(os, "sched_setaffinity"):
        clock.note("cores_enforced", False)
        return
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])
    clock.note("cores_enforced", True)


def _peak_resident_bytes() -> int | None:
    """Return the kernel's own high-water mark, which a sampling probe may miss.

    ``getrusage`` would not do: its figure survives ``exec``, so it is the parent's where the parent's is larger.
    """
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    marks = [int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")]
    return marks[0] if marks else None


def call_hooks(trial: Trial, plugin: plugins.Plugin, clock: EventClock) -> dict[str, Any]:
    """Call the hooks of the trial's task in order; the teardown runs even after a failure.

    Args:
        trial: The trial.
        plugin: Its strategy.
        clock: The clock that records the phases.

    Returns:
        The fields of a `bench.trial.outcome.Outcome`.
    """
    outcome: dict[str, Any] = {"status": "ok", "reason": None, "phase": None, "predictions": None}
    given: dict[str, Any] = {"trial": trial, "session": None, "model": trial.model}
    try:
        for name in ("setup", *TASKS[trial.task].hooks):
            result = RESULTS[name]
            # A strategy that is given a model trains none.
            if given.get(result) is None and (name == "setup" or plugin.has(f"bench_{name}")):
                hook = getattr(plugin.hook, f"bench_{name}")
                with clock.phase(name):
                    given[result] = hook(**{argument: given[argument] for argument in hook.spec.argnames})
        answer = TASKS[trial.task].answer(given, trial.scratch)
        outcome["predictions"] = None if answer is None else str(answer)
    except Skip as skip:
        outcome.update(status="skipped", reason=str(skip))
    except (Exception, SystemExit) as error:  # a strategy may not end the process: the outcome would be lost
        outcome.update(_print_failure(error, clock))
    try:
        with clock.phase("teardown"):
            plugin.hook.bench_teardown(trial=trial, session=given["session"])
    except (Exception, SystemExit) as error:
        if outcome["status"] == "ok":
            outcome.update(_print_failure(error, clock))
    return outcome


def _print_failure(error: BaseException, clock: EventClock) -> dict[str, str | None]:
    traceback.print_exception(error)
    first_line = str(error).strip().partition("\n")[0]
    reason = f"{type(error).__name__}: {first_line}".strip(": ")
    return {"status": "failed", "reason": reason, "phase": clock.raised_in}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
