"""One night of the gate, from the request to the verdict."""

from __future__ import annotations

import importlib.metadata
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import asdict, replace
from typing import Any

from bench import environment, scrub
from bench.errors import EXIT_INTERRUPTED, BenchError
from bench.gate.arms.arms import Arm
from bench.gate.arms.preparing import prepare
from bench.gate.measuring import budget, cases
from bench.gate.measuring.cases import AbsentCase
from bench.gate.measuring.measurements import CaseMeasurements
from bench.gate.measuring.night import PairRunner
from bench.gate.measuring.schedule import Shuffler
from bench.gate.request import GateRequest as GateRequest
from bench.gate.request import Key, Say
from bench.gate.verdict import judgement, verdict
from bench.gate.verdict.verdict import Document, VerdictEntry
from bench.model import Dataset
from bench.records.directory import RunDirectory
from bench.records.header import RunHeader
from bench.request import Request
from bench.stats.looks import Rules
from bench.tasks import TASKS
from bench.trial import record, references


class GateNight:
    """A night of the gate; after each round, its verdict so far is on disk."""

    def __init__(self, asked: GateRequest, say: Say) -> None:
        """Start the budget.

        Args:
            asked: The request.
            say: Tells a person about the progress.
        """
        self._asked = asked
        self._say = say
        self._rules = replace(Rules(), threshold=asked.threshold)
        self._deadline = time.monotonic() + asked.budget_s
        self._started_at = record.now()
        self._arms: Mapping[str, Arm] = {}
        self._datasets: dict[str, Dataset] = {}
        self._measured: list[CaseMeasurements] = []
        self._absent: list[AbsentCase] = []
        self._grades: Mapping[Key, dict[str, float]] = {}
        self._warnings: list[str] = []

    def conduct(self) -> Document:
        """Conduct the night, write the verdict to disk and return it; an early end is on disk, too.

        Raises:
            BenchError: The request cannot be met.
            KeyboardInterrupt: Ctrl-C was pressed.
        """
        try:
            self._write("running")
            self._conduct()
        except KeyboardInterrupt:
            self._write("interrupted", EXIT_INTERRUPTED, "Ctrl-C was pressed.")
            raise
        except BenchError as error:
            self._write("failed", error.exit_code, str(error))
            raise
        except BaseException as error:
            self._write("failed", BenchError.exit_code, f"{type(error).__name__}: {error}")
            raise
        code = judgement.exit_code(self._entries(), strict=self._asked.strict)
        return self._write("finished", code)

    def _conduct(self) -> None:
        asked = self._asked
        with ExitStack() as stack:
            prepared = prepare(asked, stack, self._say)
            self._arms, self._grades, self._warnings = prepared.arms, prepared.grades, list(prepared.warnings)
            for request, dataset in prepared.sources:
                self._datasets[dataset.name] = dataset
                self._find_cases(request, dataset)
            directories = self._make_directories(prepared.sources)
            shuffler = Shuffler(asked.seed)
            pairs = PairRunner(
                self._arms, directories, self._rules, shuffler, asked.timeout_s, self._deadline, self._say
            )
            began = time.monotonic()
            until = began + (self._deadline - began) * budget.WARM_UP_SHARE
            warm_ups = budget.cheapest_first(shuffler.shuffle(self._measured), prepared.walls)
            unmeasured = pairs.warm_up(warm_ups, until)
            self._leave_out(unmeasured, "The warm-ups of other cases took what time there was for warm-ups")
            self._take_out_skipped()
            sound = [measured for measured in self._measured if not measured.failure]
            _, unaffordable = budget.cut(sound, self._deadline - time.monotonic(), self._rules)
            self._leave_out(unaffordable, "There is no time for it")
            self._write("running")
            pairs.measure(self._measured, self._keep)

    def _find_cases(self, request: Request, dataset: Dataset) -> None:
        both = self._arms["baseline"], self._arms["candidate"]
        reference = None
        if TASKS[request.task].scores_given_model:
            offers = [arm.offers[name] for name in cases.selected(*both, request) for arm in both if name in arm.offers]
            if any(offer.strategy and offer.strategy.scores == "reference" and not offer.missing for offer in offers):
                reference = references.ensure_for(request, dataset)
        found, absent = cases.match(*both, request, dataset, reference)
        self._measured += [CaseMeasurements(case) for case in found]
        self._absent += absent

    def _make_directories(self, sources: list[tuple[Request, Dataset]]) -> dict[tuple[str, str], RunDirectory]:
        """Make a run's directory for each arm and dataset; `bench report` and all other readers of runs read it."""
        made = {}
        for request, dataset in sources:
            for name, arm in self._arms.items():
                directory = RunDirectory(self._asked.out / f"{name}-{dataset.name}")
                planned = [measured.case.planned(name) for measured in self._measured]
                header = RunHeader(
                    run=directory.name,
                    started_at=self._started_at,
                    command=self._asked.command,
                    request=asdict(request),
                    environment={**arm.environment, "commit": _commit(arm)},
                    dataset=asdict(dataset),
                    plan=tuple(record.describe(one) for one in planned if one.trial.dataset.name == dataset.name),
                )
                directory.create(header.as_json())
                made[name, dataset.name] = directory
        return made

    def _leave_out(self, left: list[CaseMeasurements], why: str) -> None:
        """Take cases out of the plan, except those whose warm-ups already show a worse answer."""
        for measured in left:
            measured.out_of_time = True
            if judgement.is_worse(measured, self._grades.get(measured.case.key)):
                continue
            needed = f": {measured.pair_s * budget.USUAL_PAIRS / 60:.1f} min" if measured.pair_s else ""
            self._absent.append(
                AbsentCase(measured.case.key, "left_out", f"{why}{needed}. A larger --budget takes it in.")
            )
            self._measured.remove(measured)

    def _take_out_skipped(self) -> None:
        """Take out the cases whose own setup has shown that they cannot run here."""
        for measured in list(self._measured):
            if gone := measured.unable:
                self._absent.append(AbsentCase(measured.case.key, *gone))
                self._measured.remove(measured)

    def _entries(self) -> list[VerdictEntry]:
        judged = [judgement.entry(one, self._rules, self._grades.get(one.case.key)) for one in self._measured]
        return judged + [judgement.absent_entry(case) for case in self._absent]

    def _write(self, state: str, exit_code: int | None = None, reason: str | None = None) -> Document:
        document: Document = scrub.anything(self._document(state, exit_code, reason))
        verdict.write(self._asked.out, document)
        return document

    def _keep(self) -> None:
        self._write("running")

    def _document(self, state: str, exit_code: int | None, reason: str | None) -> Document:
        asked = self._asked
        facts = {name: environment.facts(arm.environment) for name, arm in self._arms.items()}
        a, b = facts.get("baseline", {}), facts.get("candidate", {})
        return {
            "schema": verdict.SCHEMA,
            "state": state,
            "exit_code": exit_code,
            "reason": reason,
            "night": asked.out.name,
            "started_at": self._started_at,
            "ended_at": None if state == "running" else record.now(),
            "bench": importlib.metadata.version("tf-spark-bench"),
            "command": scrub.command(asked.command),
            "request": {
                **asdict(asked.request),
                "data": list(asked.data),
                "baseline": asked.baseline,
                "candidate": asked.candidate,
                "pythons": list(asked.pythons),
                **{name: getattr(asked, name) for name in ("threshold", "budget_s", "timeout_s", "strict")},
                "seed": asked.seed,
            },
            "rules": asdict(self._rules),
            "arms": {
                name: {
                    "label": arm.label,
                    "commit": arm.commit,
                    "environment": {**arm.environment, "commit": _commit(arm)},
                }
                for name, arm in self._arms.items()
            },
            "differences": {
                name: [a.get(name), b.get(name)] for name in sorted(a.keys() | b.keys()) if a.get(name) != b.get(name)
            },
            "datasets": {name: dataset.fingerprint for name, dataset in self._datasets.items()},
            "warnings": self._warnings,
            "cases": self._entries(),
        }


def _commit(arm: Arm) -> dict[str, Any] | None:
    """Return the commit of an arm's code: the revision's, which is clean, or that of its environment's bench."""
    known: dict[str, Any] | None = arm.environment.get("commit")
    if arm.commit is None or (known and known["id"] == arm.commit):
        return known
    return {"id": arm.commit, "dirty": False}
