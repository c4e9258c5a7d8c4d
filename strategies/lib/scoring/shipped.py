"""The reference model on its way to Spark's Python workers, each of which loads and compiles it once."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from strategies.lib.keras import model as model_file
from strategies.lib.keras import network
from strategies.lib.spark import frames

if TYPE_CHECKING:
    import numpy as np
    from pyspark.accumulators import Accumulator
    from pyspark.core.broadcast import Broadcast
    from pyspark.sql import SparkSession

    from bench import Trial

ARCHIVE = "saved_model.zip"  # the form in which a SavedModel's directory travels

_ready: dict[tuple[str, str], Callable[[Any], np.ndarray]] = {}  # of this process, which Spark uses again and again


@dataclass(frozen=True)
class ShippedModel:
    """A model on its way to Spark's Python workers, each of which loads it once.

    Attributes:
        content: The model's file, broadcast: it travels once to each host.
        name: The file's name; a directory travels as a zip archive.
        key: A value that no other model has.
        features: Names of its features, in their order.
        threads: Threads of each worker.
        cold: Seconds that loading it and the first call took, for each worker.
    """

    content: Broadcast[bytes]
    name: str
    key: str
    features: tuple[str, ...]
    threads: int
    cold: Accumulator[list[tuple[float, float]]]

    def load_compiled(self) -> Callable[[Any], np.ndarray]:
        """Load and compile the model, if this process has not, and return its function; see `model.compiled`."""
        return self._prepare(model_file.compiled)

    def load_by_predict(self) -> Callable[[Any], np.ndarray]:
        """Load the model, if this process has not, and return its ``predict``; see `model.by_predict`."""
        return self._prepare(model_file.by_predict)

    def _prepare(self, build: Callable[[Any, int], Callable[[Any], np.ndarray]]) -> Callable[[Any], np.ndarray]:
        import numpy as np

        key = (self.key, build.__name__)
        if key not in _ready:
            began = time.monotonic()
            score = build(self._load(), len(self.features))
            loaded = time.monotonic()
            score(np.zeros((1, len(self.features)), np.float32))
            self.cold.add([(loaded - began, time.monotonic() - loaded)])
            _ready[key] = score
        return _ready[key]

    def _load(self) -> Any:
        network.import_tensorflow(self.threads)
        with tempfile.TemporaryDirectory() as directory:
            path = Path(directory, self.name)
            path.write_bytes(self.content.value)
            return model_file.load(_unpack(path))


def _unpack(path: Path) -> Path:
    if path.name != ARCHIVE:
        return path
    import shutil

    shutil.unpack_archive(path, path.with_suffix(""))
    return path.with_suffix("")


def ship(trial: Trial, spark: SparkSession, model: Path) -> ShippedModel:
    """Broadcast a model.

    Args:
        trial: The trial.
        spark: The session.
        model: The model's file or directory.
    """
    import shutil

    from pyspark.accumulators import AccumulatorParam

    class JoinedLists(AccumulatorParam):  # type: ignore[misc]
        def zero(self, value: list[Any]) -> list[Any]:
            return value[:0]

        def addInPlace(self, one: list[Any], other: list[Any]) -> list[Any]:  # noqa: N802 - Spark's name
            return one + other

    context = spark.sparkContext
    if model.is_dir():
        model = Path(shutil.make_archive(str(trial.scratch / "saved_model"), "zip", model))
    return ShippedModel(
        content=context.broadcast(model.read_bytes()),
        name=model.name,
        key=f"{model}:{model.stat().st_mtime_ns}",
        features=tuple(frames.feature_columns(trial.dataset)),
        threads=trial.threads_per_worker,
        cold=context.accumulator([], JoinedLists()),
    )
