"""Measures a ladder of sizes, step by step as the race says, and puts a forecast to the test at its end."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from bench.advise import race, scores
from bench.advise.advice import Advice, advise
from bench.advise.climb_plan import ClimbPlan, entrant_of
from bench.advise.contenders import contenders
from bench.advise.document import as_document
from bench.advise.memory import fits_at
from bench.advise.race import Halt, RaceState, Round
from bench.advise.sources import entrant_name
from bench.families import CONTROL
from bench.records.directory import Run, read_run
from bench.request import PlannedTrial
from bench.runs import execution
from bench.runs.campaign import Campaign, start
from bench.runs.progress import Progress
from bench.runs.selection import Selection
from bench.tasks import TASKS

FORECAST = "advice.json"  # in a run's directory: what was forecast of it before it began
LEFT_OUT = {"budget": "the budget had no room for it with {} rows", "memory": "{} rows may not fit into memory"}


@dataclass
class Climb:
    """A ladder that is being measured.

    Attributes:
        plan: What it is measured with.
        tell: Takes a sentence for the terminal.
        progress: Makes what shows so many trials.
        runs: The runs so far, one for each size.
        names: Their names, and that of one that was begun.
        advice: What they say.
        left_out: Why some trials were not begun, by name.
        scores: A sentence for each figure of the forecast that was put to the test.
    """

    plan: ClimbPlan
    tell: Callable[[str], None]
    progress: Callable[[int], Progress]
    runs: list[Run] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    advice: Advice | None = None
    left_out: dict[str, str] = field(default_factory=dict)
    scores: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._until = time.monotonic() + self.plan.budget_s
        self._entrants = self.plan.entrants(self.plan.ladder.dataset)
        self._sizes = self.plan.sizes()

    def measure(self) -> Halt:
        """Measure until the race is over, then a forecast if there is time; return why it was over."""
        while isinstance(step := race.next_step(self._state()), Round):
            self._measure(step)
        self._confirm()
        return step

    def _state(self) -> RaceState:
        task = TASKS[self.plan.request.task]
        metric = task.graded_by(self.plan.ladder.dataset).metrics[0]
        measured = {task.rows_described(run.run["dataset"]) for run in self.runs}
        known = self.advice.field if self.advice else None
        return RaceState(self._entrants, self._sizes, measured, self._left_s, known, metric)

    @property
    def _left_s(self) -> float:
        return self._until - time.monotonic()

    def _measure(self, step: Round, *, forecast: dict[str, Any] | None = None) -> None:
        """Measure one size, and think about what is known then.

        Args:
            step: The size, and who is measured.
            forecast: What is written down before.
        """
        who, rows_are = f"{len(step.entrants)} of {len(self._entrants)}", TASKS[self.plan.request.task].rows_are
        self.tell(f"{step.rows:,} rows {rows_are}: {who} contenders, {max(0.0, self._left_s):.0f} s left.")
        campaign = self._start(step)
        if forecast:
            (campaign.directory.path / FORECAST).write_text(json.dumps(forecast, indent=1) + "\n")
        trials = self._ordered(campaign)
        begun = set()
        with self.progress(len(trials)) as progress:
            for planned in trials:
                entrant = entrant_of(planned)
                if reason := self._obstacle(planned, step.rows):
                    if entrant not in begun:
                        self.left_out[entrant_name(*entrant)] = LEFT_OUT[reason].format(f"{step.rows:,}")
                    continue
                begun.add(entrant)
                one = replace(campaign, trials=[planned])
                options = {"deadline": self._until, "end": self._until}
                for _ in execution.execute(one, self.plan.timeout_s, progress, self.plan.retries, **options):
                    pass
        self.runs.append(read_run(campaign.directory.path))
        if contenders(self.runs, self.plan.request.task):
            self.advice = advise(self.runs, self.plan.question, self.plan.stated, self.plan.table)

    def _start(self, step: Round) -> Campaign:
        wanted = set(step.entrants)
        names = {strategy for strategy, _ in wanted}
        chosen = {name: plugin for name, plugin in self.plan.plugins.items() if name in names or name == CONTROL}
        table = self.plan.ladder.dataset
        facts = {name: getattr(table, name) for name in ("name", "fingerprint", "rows", "train_rows", "test_rows")}
        campaign = start(
            replace(self.plan.request, strategies=tuple(sorted(names))),
            self.plan.ladder.sample(step.rows),
            Selection(chosen, {}),
            self.plan.results,
            self.plan.command,
            wanted=lambda planned: entrant_of(planned) in wanted or (_is_control(planned) and not self.runs),
            sample_of=facts,
            storage=self.plan.storage,
        )
        self.names.append(campaign.directory.name)
        return campaign

    def _ordered(self, campaign: Campaign) -> list[PlannedTrial]:
        """Return the trials of a size in a fresh random order; the very first is run twice, since it finds all cold."""
        trials = random.Random(campaign.directory.name).sample(campaign.trials, len(campaign.trials))  # noqa: S311
        cold = [] if self.runs else [planned for planned in trials if not _is_control(planned)][:1]
        return [*cold, *trials]

    def _obstacle(self, planned: PlannedTrial, rows: int) -> str:
        """Return why a trial is not begun; empty where it is."""
        if _is_control(planned):
            return ""
        state, entrant = self._state(), entrant_of(planned)
        if race.trial_s(state, entrant, rows) > self._left_s:
            return "budget"
        look = state.looks.get(entrant)
        return "memory" if look and self.advice and not fits_at(look.contender, rows, self.advice.rooms) else ""

    def _confirm(self) -> None:
        """Measure the first two at the largest size that there is time for; what is expected is on disk before."""
        state = self._state()
        first = race.finalists(state)
        if not first or not self.advice or self._left_s < race.CONFIRMED_FROM * self.plan.budget_s:
            return
        largest = max(state.measured)
        sizes = [
            size
            for size in self._sizes
            if size > largest and sum(race.trial_s(state, each, size) for each in first) < self._left_s
        ]
        if not sizes:
            return
        question = replace(self.plan.question, rows=max(sizes) / self.advice.share)
        expected = as_document(advise(self.runs, question, self.plan.stated, self.plan.table))
        self._measure(Round(max(sizes), tuple(first)), forecast=expected)
        if any(each.largest.point for each in contenders(self.runs[-1:], expected["question"]["task"])):
            found = scores.score(expected, self.runs[-1])
            scores.keep(self.plan.results, found)
            self.scores += [each.told for each in found]
        else:
            self.scores.append("The forecast was not put to the test: no trial of it was undisturbed and ended well.")


def _is_control(planned: PlannedTrial) -> bool:
    return planned.trial.strategy == CONTROL
