"""Measures: warm-ups, then rounds of pairs, the most urgent stage first, until each case is settled or time is up."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from bench.gate.arms.arms import Arm
from bench.gate.measuring.measurements import CaseMeasurements, Failure, Pair
from bench.gate.measuring.schedule import Shuffler, order
from bench.gate.request import ARMS, Say
from bench.records.choice import SPOILABLE
from bench.records.directory import Record, RunDirectory
from bench.records.disturbance import disturbances
from bench.runs.execution import log_name
from bench.stats.looks import Rules
from bench.stats.sequential import PairRequest, Stage
from bench.trial import runner

ATTEMPTS = 3  # at a run on a disturbed machine, as far as time allows; the last one makes the pair
# A case that stood out is confirmed before others get more looks; a case without a sign of a slowdown comes last.
URGENCY: tuple[Stage, ...] = ("look", "confirm", "more", "assure")


@dataclass(frozen=True)
class PairRunner:
    """Runs the warm-ups and the pairs of a night.

    Attributes:
        arms: The two arms, by name.
        directories: Directories of the records, by arm and dataset.
        rules: The numbers of the procedure.
        shuffler: Orders the cases of each round.
        timeout_s: Seconds that each run may take.
        deadline: Moment of ``time.monotonic`` at which the budget is spent.
        say: Tells a person about the progress.
    """

    arms: Mapping[str, Arm]
    directories: dict[tuple[str, str], RunDirectory]
    rules: Rules
    shuffler: Shuffler
    timeout_s: float
    deadline: float
    say: Say

    def warm_up(self, cases: Sequence[CaseMeasurements], until: float) -> list[CaseMeasurements]:
        """Run each case once in each arm, and return the cases without a turn; a warm-up's time does not count.

        Args:
            cases: The cases, in the order of their warm-ups.
            until: Moment of ``time.monotonic`` after which no warm-up begins.
        """
        left: list[CaseMeasurements] = []
        for number, measured in enumerate(cases, 1):
            if time.monotonic() >= until:
                left.append(measured)
                continue
            self.say(f"warm-up {number} of {len(cases)}: {measured.case.key[0]}")
            self._warm_up(measured)
        return left

    def _warm_up(self, measured: CaseMeasurements) -> None:
        for arm in ARMS.values():
            # A strategy that skips in one arm runs in the other, too: that shows which arm lacks something.
            if measured.failure is None or measured.failure.status == "skipped":
                record, _ = self._run(measured, arm, "warm-up", 0)
                measured.warm_ups |= {arm: record} if record["status"] == "ok" else {}
                measured.skips |= {arm: record["reason"]} if record["status"] == "skipped" else {}

    def measure(self, cases: Sequence[CaseMeasurements], after_round: Callable[[], None]) -> None:
        """Measure rounds of pairs until each case is settled, has failed or is out of time.

        Args:
            cases: The cases, warmed up.
            after_round: Called after each round, to write the verdict so far.
        """
        while waiting := self._most_urgent(cases):
            stage, chosen = waiting
            self.say(
                f"{stage}: {len(chosen)} of {len(cases)} cases, {max(0, self.deadline - time.monotonic()):.0f} s left"
            )
            retries = sum(measured.retries for measured in chosen)
            for measured in self.shuffler.shuffle(chosen):
                if time.monotonic() + measured.pair_s > self.deadline:
                    measured.out_of_time = True
                else:
                    self._run_pair(measured, stage)
            if repeated := sum(measured.retries for measured in chosen) - retries:
                self.say(f"{repeated} runs were repeated, because the machine was disturbed")
            after_round()

    def _most_urgent(self, cases: Sequence[CaseMeasurements]) -> tuple[Stage, list[CaseMeasurements]] | None:
        steps = [(measured, measured.next(self.rules)) for measured in cases]
        for stage in URGENCY:
            chosen = [measured for measured, step in steps if isinstance(step, PairRequest) and step.stage == stage]
            if chosen:
                return stage, chosen
        return None

    def _run_pair(self, measured: CaseMeasurements, stage: Stage) -> None:
        arms = order(len(measured.pairs))
        records: dict[str, Record] = {}
        noisy = False
        for letter in arms:
            arm = ARMS[letter]
            records[arm], disturbed = self._run_until_quiet(measured, arm, stage)
            noisy |= disturbed
            if measured.failure:
                return
        measured.pairs.append(Pair(stage, arms, records["baseline"], records["candidate"], noisy))

    def _run_until_quiet(self, measured: CaseMeasurements, arm: str, stage: Stage) -> tuple[Record, bool]:
        """Run one arm, again if the machine was disturbed; return the last record, and whether it was disturbed too."""
        for attempt in range(ATTEMPTS):
            if attempt and time.monotonic() + measured.pair_s > self.deadline:  # the other arm may still follow
                break
            measured.retries += bool(attempt)
            measured.failure = None  # of a try that others disturbed, and that ran out of time
            record, disturbed = self._run(measured, arm, stage, attempt)
            if not disturbed or record["status"] not in SPOILABLE:
                return record, False
        return record, True

    def _run(self, measured: CaseMeasurements, arm: str, stage: str, attempt: int) -> tuple[Record, str | None]:
        """Run one arm once, keep the record, and return it with the disturbance of the machine, if there was one."""
        planned = measured.case.planned(arm)
        number = measured.runs[arm]
        planned = replace(planned, trial=replace(planned.trial, repeat=number))
        directory = self.directories[arm, planned.trial.dataset.name]
        measured.runs[arm] += 1
        try:
            record = runner.run(
                planned,
                run_name=directory.name,
                environment=self.arms[arm].environment["fingerprint"],
                log=directory.logs / log_name(number, planned),
                timeout_s=self.timeout_s,
                worker=self.arms[arm].worker,
            )
        except runner.TrialInterrupt as interrupt:
            directory.append(interrupt.record)
            raise
        disturbed = "; ".join(disturbances(record)) or None
        record["notes"]["gate"] = {"stage": stage, "attempt": attempt, "disturbed": disturbed}
        directory.append(record)
        measured.walls[arm].append(record["wall_s"])
        if record["status"] != "ok":
            measured.failure = Failure(arm, record["status"], record["reason"])
        return record, disturbed
