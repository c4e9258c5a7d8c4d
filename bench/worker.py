"""The child process of a trial: calls its strategy's hooks under the only clock; ``python -m bench.worker DIR``.

DIR holds ``trial.json``. The worker adds ``events.jsonl`` (begin and end of each phase) and, at the end,
``outcome.json`` (a `bench.trial.outcome.Outcome`). A worker that dies leaves no outcome; its parent sees that.

The gate calls this module of other revisions by its name: it does not move.
"""

from __future__ import annotations

import faulthandler
import functools
import json
import os
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Any

from bench import pipelines, plugins
from bench.errors import Skip
from bench.machine.scratch import is_abandoned
from bench.model import Trial
from bench.rows import places
from bench.rows.batching import clustered
from bench.spark import conf
from bench.stores import traffic
from bench.tasks import TASKS
from bench.trial import memory_mark
from bench.trial.prctl import die_with_parent
from bench.trial.timeline import EventClock
from bench.trial.wire import read_trial

# The result of each hook, which later hooks take as an argument of that name.
RESULTS = {
    "setup": "session",
    "train": "model",
    "predict": "predictions",
    "handoff": "delivery",
    "pipeline": "predictions",
}


def main(directory: Path) -> None:
    """Run the trial that ``directory/trial.json`` describes.

    Args:
        directory: The trial's own directory.
    """
    faulthandler.enable()
    die_with_parent()
    if is_abandoned(directory):  # it died before the kernel was asked to tell
        sys.exit("The harness is gone.")
    clock = EventClock(directory / "events.jsonl")
    trial = read_trial(directory / "trial.json", clock)
    # What libraries leave there goes with the trial, such as the modules that TensorFlow's AutoGraph compiles.
    tempfile.tempdir = str(trial.scratch)
    if conf.is_local(trial.master):
        _pin(trial.cores, clock)
    else:
        clock.note("cores_enforced", False)  # Spark hands out slots; only the cluster can enforce them
    if trial.workers > trial.cores:
        clock.note("oversubscribed", True)
    if clustered(trial.dataset):
        clock.note("row_order", f"sorted by label ({trial.dataset.clustered:.2f}): rows dealt out, batches mixed")
    outcome = call_hooks(trial, pipelines.load(trial.strategy), clock)
    if traffic.own.requests:
        clock.measure("store_requests", traffic.own.requests)
        clock.measure("store_bytes", traffic.own.bytes)
    outcome["peak_resident_bytes"] = memory_mark.peak_bytes() or None
    (directory / "outcome.json").write_text(json.dumps(outcome))


def _pin(cores: int, clock: EventClock) -> None:
    """Pin this process, and every process that it starts, to the first ``cores`` of its cores."""
    if not hasattr(os, "sched_setaffinity"):
        clock.note("cores_enforced", False)
        return
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])
    clock.note("cores_enforced", True)


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
    task = TASKS[trial.task]
    given: dict[str, Any] = {"trial": trial, "session": None, "model": trial.model}
    try:
        for name in ("setup", *task.hooks):
            result = RESULTS[name]
            # A strategy that is given a model trains none.
            if given.get(result) is None and (name == "setup" or plugin.has(f"bench_{name}")):
                hook = getattr(plugin.hook, f"bench_{name}")
                call = functools.partial(hook, **{argument: given[argument] for argument in hook.spec.argnames})
                if name == task.measured and task.hands_over:
                    from bench.trial import passes  # with NumPy, which no other trial waits for at its start

                    given[result] = passes.take(name, call, trial, clock)
                else:
                    with clock.phase(name):
                        given[result] = call()
        answer = task.answer(given, trial.scratch)
        outcome["predictions"] = None if answer is None else str(answer)
        if answer is not None and trial.write_to and not task.composed:
            with clock.phase("write"):
                outcome["predictions"] = places.write(trial, answer)
        if plugin.has("bench_features"):
            from bench.pipelines.check import digests_of  # with NumPy, as above

            with clock.phase("check"):
                frame = plugin.hook.bench_features(trial=trial, session=given["session"])
                outcome["digests"] = digests_of(trial.dataset, frame)
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
