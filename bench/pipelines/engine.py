"""What an engine is: a program that makes the feature table of raw tables.

A package adds one by an entry point in the group ``bench.engines``, whose name is the engine's and whose value is an
object of a subclass of `Engine`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bench.kinds import Kinds

if TYPE_CHECKING:
    from bench.model import Trial
    from bench.pipelines.definition import Definition

ARROW, SPARK = "arrow", "spark"  # frames: an Arrow table in this process, or a data frame of Spark


@dataclass(frozen=True)
class Engine(ABC):
    """An engine. Making one imports nothing and costs nothing.

    Attributes:
        name: Its name, the first part of a pipeline's.
        gives: The frame that it makes: ``arrow`` or ``spark``.
        needs: Import names without which its pipelines are skipped.
        install: The arguments of ``pip install`` that bring them.
    """

    name: str
    gives: str = ARROW
    needs: tuple[str, ...] = ()
    install: str = ""

    @abstractmethod
    def start(self, trial: Trial) -> Any:
        """Import the engine and start what it needs, off the measured time; the result is its session.

        Args:
            trial: The trial.
        """

    @abstractmethod
    def features(self, trial: Trial, session: Any, definition: Definition) -> Any:
        """Return the feature table, computed: the measured phase ``etl``.

        The columns are ``row_id`` (int64), ``test`` (boolean: which split a row is of), the label and the features
        (float32, none missing) under the names of ``trial.dataset``.

        Args:
            trial: The trial; `bench.rows.raw_path` and `bench.rows.read_raw` give the raw tables of its dataset.
            session: Out of `start`.
            definition: What the features are.
        """

    def stop(self, trial: Trial, session: Any) -> None:
        """Stop what `start` has started; called after a failure, too.

        Args:
            trial: The trial.
            session: Out of `start`.
        """
        del trial, session


ENGINES: Kinds[Engine] = Kinds("engine", "bench.engines", Engine, {})
