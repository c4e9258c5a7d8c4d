"""The parent process of a trial: runs it in a process session of its own, and makes exactly one record."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import psutil

from bench import scrub
from bench.machine import variables
from bench.machine.scratch import scratch_directory, sweep
from bench.model import Place
from bench.records.directory import Record
from bench.request import PlannedTrial
from bench.spark.marks import TRIAL_VARIABLE
from bench.trial import death, log_limit, record, saved_models, semaphores, shared_files
from bench.trial.counters import MachineCounters
from bench.trial.edges import Edges
from bench.trial.models import with_initial
from bench.trial.outcome import Evidence, Outcome
from bench.trial.prctl import adopt_orphans
from bench.trial.probe import TreeProbe
from bench.trial.processes import ProcessTree, end_abandoned
from bench.trial.timeline import current, read_events
from bench.trial.wire import write_trial
from bench.trial.workers import THIS, WorkerEnvironment

THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
SECONDS_TO_END = 5.0  # for a trial's other processes to end after its worker
SECONDS_BETWEEN_WATCHES = 1.0
PREFIX = "bench-trial-"  # of a trial's own directory, whose name is the mark of its processes

Watcher = Callable[[str, float], None]


class TrialInterrupt(KeyboardInterrupt):
    """Ctrl-C was pressed during a trial; ``record`` is the record of that trial."""

    def __init__(self, interrupted: Record) -> None:
        super().__init__()
        self.record = interrupted


def run(
    planned: PlannedTrial,
    *,
    run_name: str,
    environment: str,
    log: Path,
    timeout_s: float,
    watch: Watcher | None = None,
    worker: WorkerEnvironment = THIS,
    keep_model: Callable[[Path], str] | None = None,
) -> Record:
    """Run one trial in a process session of its own and return its record.

    Args:
        planned: The trial, with the facts about its strategy.
        run_name: Name of the run, for the record.
        environment: Fingerprint of the environment, for the record.
        log: File for the output of the trial's processes; the last two parts of its path go into the record.
        timeout_s: Seconds after which the trial is killed, with a stack dump in the log.
        watch: Called about once a second with the phase and the seconds since the spawn.
        worker: The environment that runs it.
        keep_model: Puts a model in its place, and returns that.

    Raises:
        TrialInterrupt: Ctrl-C was pressed; the record is in it.
    """
    adopt_orphans()
    sweep(PREFIX, end=end_abandoned)
    started_at = record.now()
    with scratch_directory(PREFIX) as directory:
        planned = _with_own_places(with_initial(planned, directory), f"{run_name}/{log.stem}")
        planned = saved_models.with_place(planned, directory) if keep_model else planned
        with log.open("ab") as output:
            execution = _Execution(planned, directory, output, timeout_s, watch, worker)
            outcome = execution.run()
        log_limit.trim(log)
        scrub.clean_file(log)
        result = record.make(
            planned,
            outcome,
            execution.evidence(),
            run=run_name,
            environment=environment,
            log=f"{log.parent.name}/{log.name}",
            started_at=started_at,
            worker=worker,
        )
        result = shared_files.clear(planned, result)
        result = saved_models.keep(planned, result, keep_model) if keep_model else result
    if outcome.status == "interrupted":
        raise TrialInterrupt(result)
    return result


def _with_own_places(planned: PlannedTrial, name: str) -> PlannedTrial:
    """Return a plan whose predictions and shared files have a place of their own below the one that was named."""
    trial = planned.trial
    own = replace(trial, write_to=_below(trial.write_to, name), shared=_below(trial.shared, name))
    return replace(planned, trial=own)


def _below(place: Place | None, name: str) -> Place | None:
    return place and replace(place, path=f"{place.path.rstrip('/')}/{name}")


class _Execution:
    """One worker from its spawn until no process of it is left."""

    def __init__(
        self,
        planned: PlannedTrial,
        directory: Path,
        log: BinaryIO,
        timeout_s: float,
        watch: Watcher | None,
        worker: WorkerEnvironment,
    ) -> None:
        scratch = directory / "scratch"
        scratch.mkdir()
        self._trial = with_scratch(planned, scratch).trial
        self._directory, self._events = directory, directory / "events.jsonl"
        self._log, self._environment = log, worker
        self._timeout_s, self._watch = timeout_s, watch

    def run(self) -> Outcome:
        """Spawn the worker, wait for its end, and kill every process that it left."""
        where = self._environment
        write_trial(self._directory / "trial.json", self._trial, where.trial_fields, where.dataset_fields)
        threads = dict.fromkeys(THREAD_VARIABLES, str(self._trial.threads_per_worker))
        inherited = os.environ if where.environ is None else where.environ
        environ = variables.for_trial(inherited, local=self._trial.master.startswith("local"))
        semaphores.note_existing(self._directory)
        self._before = MachineCounters.now()
        self._worker = psutil.Popen(
            [where.python, "-m", "bench.worker", str(self._directory)],
            cwd=self._trial.scratch,
            env={**environ, **threads, TRIAL_VARIABLE: self._directory.name, "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._tree = ProcessTree(self._worker.pid, self._directory.name)
        self._probe = TreeProbe(self._tree)
        self._left = 0
        try:
            outcome = self._wait()
        except KeyboardInterrupt:
            outcome = Outcome("interrupted", "Ctrl-C was pressed.", self._phase())
        finally:
            self._ended = time.monotonic()
            try:
                self._probe.sample()
            finally:
                self._end_tree()
            self._after = MachineCounters.now()
        return outcome or self._read_outcome()

    def _wait(self) -> Outcome | None:
        """Sleep until the worker ends or its time is up; sample its processes now and then, and at the edges of hooks.

        Events are on disk before the work goes on, so that a sample is taken within milliseconds of its edge.
        """
        deadline = self._before.wall + self._timeout_s
        watched = self._before.wall
        with Edges(self._events, self._worker) as edges:
            while True:
                pause = self._probe.sample()
                if edges.wait(max(0.0, min(pause, deadline - time.monotonic()))):
                    return None
                now = time.monotonic()
                if now >= deadline:
                    return self._time_out()
                if self._watch and now - watched >= SECONDS_BETWEEN_WATCHES:
                    watched = now
                    self._watch(self._phase(), now - self._before.wall)

    def _phase(self) -> str:
        return current(read_events(self._events))

    def _time_out(self) -> Outcome:
        phase = self._phase()
        self._log.write(self._tree.dump_stacks().encode())
        return Outcome(
            "timeout",
            f"It did not end within {self._timeout_s:g} s and was in phase {phase}: "
            "read the stack dump in its log, or give it more time with --timeout.",
            phase,
        )

    def _end_tree(self) -> None:
        if self._worker.poll() is not None:
            self._tree.wait(SECONDS_TO_END)
        self._left = self._tree.kill()
        self._worker.wait()
        semaphores.remove_left(self._directory)

    def _read_outcome(self) -> Outcome:
        path = self._directory / "outcome.json"
        try:
            outcome = json.loads(path.read_text())
        except (FileNotFoundError, ValueError):  # it died before it wrote the file, or could not write it whole
            return Outcome("failed", self._death(), self._phase())
        if outcome["status"] == "ok" and self._worker.returncode:
            return Outcome("failed", self._death(), "other")
        return Outcome(**outcome)

    def _death(self) -> str:
        out_of_memory = self._before.killed is not None and self._before.killed != self._after.killed
        return death.reason(self._worker.returncode, self._directory, out_of_memory=out_of_memory)

    def evidence(self) -> Evidence:
        """Return the observations of the trial."""
        return Evidence(
            events=read_events(self._events),
            before=self._before,
            after=self._after,
            ended=self._ended,
            probe=self._probe,
            processes_left=self._left,
        )


def with_scratch(planned: PlannedTrial, scratch: Path) -> PlannedTrial:
    """Return a plan with the directory that the strategy may write to."""
    return replace(planned, trial=replace(planned.trial, scratch=scratch))
