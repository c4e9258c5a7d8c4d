"""Executes the trials of a run, one after the other, and keeps each record."""

from __future__ import annotations

import math
import re
import secrets
import time
from collections.abc import Iterator
from pathlib import Path

from bench import plugins
from bench.families import family_of
from bench.records.choice import is_spoilt
from bench.records.directory import Record, read_run
from bench.request import PlannedTrial
from bench.runs.agreement import Agreement
from bench.runs.campaign import Campaign
from bench.runs.progress import Progress
from bench.trial import record, runner


def execute(
    campaign: Campaign,
    timeout_s: float,
    progress: Progress,
    retries: int = 0,
    deadline: float = math.inf,
    *,
    end: float = math.inf,
) -> Iterator[Record]:
    """Run the trials and yield each record once it is on disk; at the end again those that others disturbed.

    Args:
        campaign: Out of `start` or `resume`.
        timeout_s: Seconds that each trial may take.
        progress: Shows the progress.
        retries: How often a trial that others disturbed is run again.
        deadline: Moment after which no trial begins, seconds of ``CLOCK_MONOTONIC``.
        end: Moment at which a trial that still runs is ended, and counts as interrupted.

    Raises:
        runner.TrialInterrupt: Ctrl-C was pressed; the record of the interrupted trial is on disk.
    """
    directory, wanted = campaign.directory, campaign.trials
    number = len(list(directory.logs.iterdir()))
    agreement = Agreement(read_run(directory.path).records if number else ())
    for again in range(1 + retries):
        if again and wanted and time.monotonic() <= deadline:
            progress.add(len(wanted))
        spoiled = []
        for planned in wanted:
            if time.monotonic() > deadline:
                return
            progress.begin(planned)
            if reason := plugins.why_not(planned.strategy, planned.labelled):
                entry = record.make_skipped(planned, reason, run=directory.name, environment=campaign.environment)
            else:
                left_s = max(1.0, end - time.monotonic())
                log = log_name(number, planned, secrets.token_hex(2) if campaign.bucket else "")
                try:
                    entry = runner.run(
                        planned,
                        run_name=directory.name,
                        environment=campaign.environment,
                        log=directory.logs / log,
                        timeout_s=min(timeout_s, left_s),
                        watch=progress.watch,
                        keep_model=campaign.models.keeper(directory.name, Path(log).stem) if campaign.models else None,
                    )
                except runner.TrialInterrupt as interrupt:
                    _keep(campaign, interrupt.record)
                    raise
                if entry["status"] == "timeout" and left_s < timeout_s:
                    entry = {**entry, "status": "interrupted", "reason": "The budget ended while it ran."}
            number += 1
            wrong = agreement.add(entry)
            entry = next((successor for one, successor in wrong if one is entry), entry)
            _keep(campaign, entry)
            progress.end(entry)
            for revised in (successor for _, successor in wrong if successor is not entry):
                _keep(campaign, revised)
                progress.revise(revised)
                yield revised
            if is_spoilt(entry) and family_of(planned.strategy.family).works:
                spoiled.append(planned)
            yield entry
        wanted = spoiled


def _keep(campaign: Campaign, entry: Record) -> None:
    campaign.directory.append(entry)
    if campaign.bucket:
        campaign.bucket.keep(campaign.directory, entry)


def log_name(number: int, planned: PlannedTrial, token: str = "") -> str:
    """Return the name of a trial's log, with a token where another process may write a log of the same number."""
    trial = planned.trial
    strategy = re.sub(r"[^A-Za-z0-9_.-]", "_", trial.strategy)
    ending = f"-{token}.log" if token else ".log"
    return f"{number:04d}-{strategy}-{trial.task}-workers{trial.workers}-repeat{trial.repeat}{ending}"
