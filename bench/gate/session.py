"""One night of the gate, from what was asked for to the verdict."""

from __future__ import annotations

import importlib.metadata
import secrets
import tempfile
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from bench import environment, record, references
from bench.datasets import ensure
from bench.errors import BenchError
from bench.gate import arms, budget, cases, environments, judgement, revisions, stored, verdict
from bench.gate.arms import Arm
from bench.gate.cases import Absent
from bench.gate.measured import Measured
from bench.gate.night import Night, Say
from bench.gate.schedule import ARMS, Shuffler
from bench.gate.verdict import Document
from bench.model import Dataset
from bench.plan import Request
from bench.results import RunDirectory
from bench.stats.sequential import Rules


@dataclass(frozen=True)
class GateRequest:
    """What ``bench gate`` was asked for.

    Attributes:
        out: Directory of the night, claimed already.
        request: What to run, as for ``bench run``.
        data: Names or paths of the datasets; none means the default, or the stored baseline's own.
        baseline: A revision, or a stored run; None where two environments are compared.
        candidate: A revision; None means the one that is checked out.
        pythons: The interpreters of two existing environments, baseline first; none where revisions are compared.
        results: Directory that holds runs.
        threshold: A case is ``ok`` if it is surely less than this much slower, as a share.
        budget_s: Seconds that all may take.
        timeout_s: Seconds that each run may take.
        strict: Whether doubt fails.
        seed: Seed of the order of the cases.
        command: The command line, for the record.
    """

    out: Path
    request: Request
    data: tuple[str, ...] = ()
    baseline: str | None = None
    candidate: str | None = None
    pythons: tuple[str, ...] = ()
    results: Path = Path("results")
    threshold: float = 0.10
    budget_s: float = 5400.0
    timeout_s: float = 600.0
    strict: bool = False
    seed: int = field(default_factory=lambda: secrets.randbelow(2**31))
    command: tuple[str, ...] = ()


class Session:
    """A night in the making; its document can be had at any moment."""

    def __init__(self, asked: GateRequest, say: Say) -> None:
        """Begin.

        Args:
            asked: What was asked for.
            say: Tells a person what is going on.
        """
        self._asked = asked
        self._say = say
        self._rules = replace(Rules(), threshold=asked.threshold)
        self._deadline = time.monotonic() + asked.budget_s
        self._started_at = record.now()
        self._arms: dict[str, Arm] = {}
        self._datasets: dict[str, Dataset] = {}
        self._measured: list[Measured] = []
        self._absent: list[Absent] = []
        self._grades: dict[cases.Key, dict[str, float]] = {}
        self._warnings: list[str] = []

    def conduct(self) -> Document:
        """Do all of it and return the verdict, which is on disk then; whatever ends it early is on disk, too.

        Raises:
            BenchError: Something that was asked for cannot be done.
            KeyboardInterrupt: Ctrl-C was pressed.
        """
        try:
            self._write("running")
            self._conduct()
        except KeyboardInterrupt:
            self._write("interrupted", 130, "Ctrl-C was pressed.")
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
            self._arms, sources = self._prepare(stack)
            for request, dataset in sources:
                self._datasets[dataset.name] = dataset
                self._find_cases(request, dataset)
            directories = self._make_directories(sources)
            shuffler = Shuffler(asked.seed)
            night = Night(self._arms, directories, self._rules, shuffler, asked.timeout_s, self._deadline, self._say)
            began = time.monotonic()
            until = began + (self._deadline - began) * budget.WARM_UP_SHARE
            unmeasured = night.warm_up(shuffler.shuffled(self._measured), until)
            self._leave_out(unmeasured, "The warm-ups of other cases took what time there was for warm-ups")
            sound = [measured for measured in self._measured if not measured.failure]
            _, unaffordable = budget.cut(sound, self._deadline - time.monotonic(), self._rules)
            self._leave_out(unaffordable, "There is no time for it")
            self._write("running")
            night.measure(self._measured, self._keep)

    def _prepare(self, stack: ExitStack) -> tuple[dict[str, Arm], list[tuple[Request, Dataset]]]:
        """Return the arms, and what to run on which dataset."""
        asked = self._asked
        cores = asked.request.cores
        if asked.pythons:
            pair = zip(ARMS.values(), asked.pythons, strict=True)
            return {name: arms.ask(name, python, python, cores=cores) for name, python in pair}, self._sources()
        repository = revisions.top(Path.cwd())
        assert asked.baseline is not None  # noqa: S101 - the command line sees to it
        run = stored.find(asked.baseline, asked.results)
        earlier = stored.read(run, asked.data[0] if asked.data else None) if run else None
        baseline = revisions.resolve(repository, earlier.commit if earlier else asked.baseline)
        candidate = revisions.resolve(repository, asked.candidate or "HEAD")
        if asked.candidate is None:
            revisions.refuse_dirty(repository)
        if earlier:
            self._grades, self._warnings = earlier.grades, list(earlier.warnings)
            cores = earlier.request.cores
            request = replace(earlier.request, strategies=asked.request.strategies or earlier.request.strategies)
            sources = [(replace(request, repeat=1), earlier.dataset)]
        else:
            sources = self._sources()
        if baseline == candidate:
            self._warnings.append("Both arms are the same commit: this night can only show how sure the gate is.")
        labels = {"baseline": asked.baseline, "candidate": asked.candidate or "HEAD"}
        directory = Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-gate-", ignore_cleanup_errors=True))
        )
        found = {}
        for name, commit in (("baseline", baseline), ("candidate", candidate)):
            self._say(f"{name}: {labels[name]}, commit {commit[:12]}")
            checkout = stack.enter_context(revisions.checked_out(repository, commit, directory / name))
            code = directory / f"{name}-environment"
            python = environments.make(checkout, repository, code)
            found[name] = arms.ask(name, labels[name], python, cores=cores, commit=commit, code=code)
        return found, sources

    def _sources(self) -> list[tuple[Request, Dataset]]:
        return [(self._asked.request, ensure(name)) for name in self._asked.data or ("flights",)]

    def _find_cases(self, request: Request, dataset: Dataset) -> None:
        both = self._arms["baseline"], self._arms["candidate"]
        reference = None
        if request.task == "predict":
            offers = [arm.offers[name] for name in cases.selected(*both, request) for arm in both if name in arm.offers]
            if any(offer.strategy and offer.strategy.scores == "reference" and not offer.missing for offer in offers):
                reference = references.ensure(dataset, Path(request.model) if request.model else None)
        found, absent = cases.match(*both, request, dataset, reference)
        self._measured += [Measured(case) for case in found]
        self._absent += absent

    def _make_directories(self, sources: list[tuple[Request, Dataset]]) -> dict[tuple[str, str], RunDirectory]:
        """Make a run's directory for each arm and dataset, which everything that reads runs can read."""
        made = {}
        for request, dataset in sources:
            for name, arm in self._arms.items():
                directory = RunDirectory(self._asked.out / f"{name}-{dataset.name}")
                planned = [measured.case.planned(name) for measured in self._measured]
                directory.create(
                    {
                        "schema": 1,
                        "run": directory.name,
                        "started_at": self._started_at,
                        "command": list(self._asked.command),
                        "request": asdict(request),
                        "environment": {**arm.environment, "commit": _commit(arm)},
                        "dataset": asdict(dataset),
                        "plan": [record.describe(one) for one in planned if one.trial.dataset.name == dataset.name],
                    }
                )
                made[name, dataset.name] = directory
        return made

    def _leave_out(self, left: list[Measured], why: str) -> None:
        """Take cases out of the plan; one whose warm-ups show that its answer got worse is told all the same."""
        for measured in left:
            measured.out_of_time = True
            if judgement.is_worse(measured, self._grades.get(measured.case.key)):
                continue
            needed = f": {measured.pair_s * budget.USUAL_PAIRS / 60:.1f} min" if measured.pair_s else ""
            self._absent.append(Absent(measured.case.key, "left_out", f"{why}{needed}. A larger --budget takes it in."))
            self._measured.remove(measured)

    def _entries(self) -> list[judgement.Entry]:
        judged = [judgement.entry(one, self._rules, self._grades.get(one.case.key)) for one in self._measured]
        return judged + [judgement.absent(case) for case in self._absent]

    def _write(self, state: str, exit_code: int | None = None, reason: str | None = None) -> Document:
        document = self._document(state, exit_code, reason)
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
            "command": list(asked.command),
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
    """Return the commit as an environment has it; a revision that was checked out for the night is clean."""
    return arm.environment.get("commit") or (arm.commit and {"id": arm.commit, "dirty": False}) or None
