"""Puts a pipeline together by its name, as a strategy like any other: engine, hand-off, trainer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pluggy

from bench import plugins
from bench.errors import UsageError
from bench.families import family_of
from bench.model import Dataset, Strategy, Trial
from bench.pipelines import definition, growth
from bench.pipelines.engine import ARROW, ENGINES, SPARK, Engine
from bench.pipelines.form import naming_missing, require_form
from bench.pipelines.stage_clock import StageClock
from bench.pipelines.strategy_transfer import of_strategy
from bench.pipelines.transfer import IMPLIED, TRANSFERS, FeatureTransfer
from bench.plugins import Plugin
from bench.rows import places
from bench.scaling import LIMITS, Scale, Terms, undivided

JOINT = "+"
hookimpl = pluggy.HookimplMarker("bench")
ETL, HANDOFF, TRAIN, PREDICT, WRITE = "etl", "handoff", "train", "predict", "write"


def is_composed(name: str) -> bool:
    """Return whether a name is that of a pipeline out of parts."""
    return JOINT in name


def load(name: str) -> Plugin:
    """Return a strategy by its name; a pipeline is put together.

    Args:
        name: A strategy's, or parts with ``+`` between them.

    Raises:
        UsageError: There is no such part, or parts do not fit.
        PluginError: One cannot be imported, or breaks the contract.
    """
    if not is_composed(name):
        return plugins.load(name)
    engine_name, *between, trainer_name = name.split(JOINT)
    if len(between) > 1:
        raise UsageError(f"{name!r} has too many parts: write ENGINE+TRAINER or ENGINE+HANDOFF+TRAINER.")
    engine, trainer = ENGINES[engine_name], plugins.load(trainer_name)
    return plugins.check(name, Composition(engine, _transfer(name, engine, between, trainer), trainer))


def _transfer(name: str, engine: Engine, between: Sequence[str], trainer: Plugin) -> FeatureTransfer:
    reads = trainer.strategy.reads
    if not trainer.has("bench_train") or not trainer.has("bench_predict"):
        raise UsageError(f"{name!r} ends in {trainer.name}, which does not train and score: end it in one that does.")
    chosen = _named_transfer(between[0]) if between else IMPLIED.get((engine.gives, reads))
    fitting = [one.name for one in TRANSFERS.usable() if engine.gives in one.takes and reads in one.serves]
    fits = chosen is not None and engine.gives in chosen.takes and reads in chosen.serves
    if chosen is None or not fits:
        how = f"name one of {', '.join(sorted(fitting))} between them" if fitting else "no hand-off joins the two"
        what = f"{chosen.name} does not hand over" if chosen else "it names no hand-off"
        if chosen and engine.gives in chosen.takes and (others := _trainers_of(chosen)):
            how += f", or end it in a trainer that {chosen.name} serves, such as {' or '.join(others[:2])}"
        raise UsageError(f"{name!r} does not fit together, since {what} from {engine.name} to {trainer.name}: {how}.")
    return chosen


def _trainers_of(transfer: FeatureTransfer) -> list[str]:
    """Return the names of the strategies that a hand-off serves."""
    loaded = map(plugins.load, plugins.names())
    return [
        one.name
        for one in loaded
        if one.has("bench_train") and one.has("bench_predict") and one.strategy.reads in transfer.serves
    ]


def _named_transfer(name: str) -> FeatureTransfer:
    """Return a hand-off: of the table, or a strategy of the task ``handoff``, so that one entry point does for both."""
    if name not in TRANSFERS and name in plugins.names() and (found := of_strategy(plugins.load(name))):
        return found
    return TRANSFERS[name]


def _install(*arguments: str) -> str:
    """Return the arguments of ``pip install`` with the extras of one project in one pair of brackets."""
    extras: dict[str, dict[str, None]] = {}
    for argument in " ".join(arguments).split():
        project, _, listed = argument.rstrip("]").partition("[")
        extras.setdefault(project, {}).update(dict.fromkeys(part for part in listed.split(",") if part))
    return " ".join(f"{project}[{','.join(known)}]" if known else project for project, known in extras.items())


@dataclass
class PipelineSession:
    """What the parts of a running pipeline have started and made.

    Attributes:
        engine: The engine's session.
        trainer: The trainer's session.
        frame: The feature table.
    """

    engine: Any = None
    trainer: Any = None
    frame: Any = None


@dataclass
class Composition:
    """A pipeline: an engine makes features, a hand-off gives them to a strategy, which trains and scores.

    Attributes:
        engine: The engine.
        transfer: The hand-off.
        trainer: The strategy.
    """

    engine: Engine
    transfer: FeatureTransfer
    trainer: Plugin
    _session: PipelineSession = field(default_factory=PipelineSession)

    def __post_init__(self) -> None:
        """Say in the docstring what it is put together of."""
        self.__doc__ = f"Features by {self.engine.name}, handed over by {self.transfer.name}, to {self.trainer.name}."

    @hookimpl
    def bench_strategy(self) -> Strategy:
        """State the facts of all parts together."""
        facts = self.trainer.strategy
        needs = dict.fromkeys([*self.engine.needs, *self.transfer.needs, *facts.needs])
        return replace(
            facts,
            needs=tuple(needs),
            install=_install(self.engine.install, self.transfer.install, facts.install),
            tasks=("pipeline",),
            scores="own",
            recommended="",
            networks=False,
            saves=False,
            left_out="",
        )

    @hookimpl
    def bench_setup(self, trial: Trial) -> PipelineSession:
        """Start the trainer, then the engine: one that runs in the trainer's Spark finds it there."""
        if self.trainer.has("bench_setup"):
            self._session.trainer = self.trainer.hook.bench_setup(trial=self._of_trainer(trial, trial.dataset, "setup"))
        self._session.engine = self.engine.start(self._of_trainer(trial, trial.dataset, "setup"))
        return self._session

    @hookimpl
    def bench_pipeline(self, trial: Trial, session: PipelineSession) -> str:
        """Go from raw tables to predictions that are written."""
        trial.note("engine", self.engine.name)
        trial.note("one_machine", self.engine.gives == ARROW)
        with trial.phase(ETL):
            session.frame = self.engine.features(
                self._in_stage(trial, ETL), session.engine, definition.of_dataset(trial.dataset.raw)
            )
        require_form(session.frame, trial.dataset.columns)
        with naming_missing(session.frame, trial.dataset.columns):
            return self._write_predictions(trial, session)

    def _write_predictions(self, trial: Trial, session: PipelineSession) -> str:
        """Do all that follows once there is a feature table."""
        with trial.phase(HANDOFF):
            dataset = self.transfer.transfer(self._in_stage(trial, HANDOFF), session.frame)
            dataset = replace(dataset, raw={}, listing="")
            if family_of(self.trainer.strategy.family).standardises:
                from bench.pipelines.statistics import with_statistics  # NumPy is not for who only lists strategies

                dataset = with_statistics(dataset, session.frame)
        with trial.phase(TRAIN):
            model = self.trainer.hook.bench_train(
                trial=self._of_trainer(trial, dataset, TRAIN), session=session.trainer
            )
        with trial.phase(PREDICT):
            predictions = self.trainer.hook.bench_predict(
                trial=self._of_trainer(trial, dataset, PREDICT), session=session.trainer, model=model
            )
        with trial.phase(WRITE):
            return places.write(trial, Path(predictions))

    @hookimpl
    def bench_features(self, session: PipelineSession) -> Any:
        """Give the feature table to the harness, which compares it with what every engine has to come to."""
        return session.frame

    @hookimpl
    def bench_teardown(self, trial: Trial) -> None:
        """Stop the trainer and the engine; the harness takes away what was handed over in files."""
        self._session.frame = None
        try:
            self.trainer.hook.bench_teardown(
                trial=self._of_trainer(trial, trial.dataset, "teardown"), session=self._session.trainer
            )
        finally:
            self.engine.stop(trial, self._session.engine)

    def _of_trainer(self, trial: Trial, dataset: Dataset, stage: str) -> Trial:
        """Return the trial as the trainer sees it."""
        return replace(self._in_stage(trial, stage), strategy=self.trainer.name, task="train", dataset=dataset)

    def _in_stage(self, trial: Trial, stage: str) -> Trial:
        return replace(trial, clock=StageClock(trial.clock, stage) if trial.clock else None)

    @hookimpl
    def bench_scaling(self, at: Scale) -> Terms:
        """State each stage by itself: trainers share neither an engine of one process nor the writing."""
        made = growth.on_spark(at) if self.engine.gives == SPARK else undivided(at, ETL)[ETL]
        stated = self.trainer.hook.bench_scaling(at=at) if self.trainer.has("bench_scaling") else {}
        ceilings = growth.limits(self.transfer.limits(at), stated.get(LIMITS, {}))
        return {ETL: made, HANDOFF: made, TRAIN: growth.together(stated, at), **undivided(at, WRITE), **ceilings}
