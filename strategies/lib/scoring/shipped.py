"""The reference model on its way to Spark's Python workers, each of which loads and compiles it once."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from strategies.lib.keras import model as keras_model
from strategies.lib.keras import network as keras_network
from strategies.lib.networks.files import TORCH, framework_of
from strategies.lib.spark import frames
from strategies.lib.torch import model as torch_model
from strategies.lib.torch import network as torch_network
from strategies.lib.torch import scoring as torch_scoring
from strategies.lib.torch.folding import folded

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
        framework: Name of its framework.
        name: The file's name; a directory travels as a zip archive.
        key: A value that no other model has.
        features: Names of its features, in their order.
        threads: Threads of each worker.
        scratch: The trial's scratch directory, which hosts of a cluster do not have.
        cold: Seconds that loading it and the first call took, for each worker.
    """

    content: Broadcast[bytes]
    framework: str
    name: str
    key: str
    features: tuple[str, ...]
    threads: int
    scratch: Path
    cold: Accumulator[list[tuple[float, float]]]

    def load_compiled(self) -> Callable[[Any], np.ndarray]:
        """Load the model, if this process has not, and return the function that scores fastest with it.

        It takes float32 of shape (rows, features), and returns float32 of shape (rows,), or (rows, classes).
        """
        return self._prepare(keras_model.compiled)

    def load_in_place(self) -> Callable[[Any], np.ndarray]:
        """Do the same; the function takes a matrix out of `bench.rows.aligned_matrix`, and does not copy it."""
        function = self.load_compiled()
        if self.framework == TORCH:  # it never copies
            return function
        import tensorflow as tf

        return lambda features: function(keras_network.in_place(tf, features))

    def load_by_predict(self) -> Callable[[Any], np.ndarray]:
        """Load the model, if this process has not, and return its ``predict``; PyTorch has but one way."""
        return self._prepare(keras_model.by_predict)

    def _prepare(self, build: Callable[[Any, int], Callable[[Any], np.ndarray]]) -> Callable[[Any], np.ndarray]:
        import numpy as np

        key = (self.key, build.__name__)
        if key not in _ready:
            keras_network.keep_modules_in(self.scratch)
            began = time.monotonic()
            score = self._load(build)
            loaded = time.monotonic()
            score(np.zeros((1, len(self.features)), np.float32))
            self.cold.add([(loaded - began, time.monotonic() - loaded)])
            _ready[key] = score
        return _ready[key]

    def _load(self, build: Callable[[Any, int], Callable[[Any], np.ndarray]]) -> Callable[[Any], np.ndarray]:
        with tempfile.TemporaryDirectory() as directory:
            path = Path(directory, self.name)
            path.write_bytes(self.content.value)
            if self.framework == TORCH:
                torch = torch_network.import_torch(self.threads)
                return torch_scoring.scorer(torch, folded(torch_model.load(path)))
            keras_network.import_tensorflow(self.threads)
            return build(keras_model.load(_unpack(path)), len(self.features))


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

    context, framework = spark.sparkContext, framework_of(model)
    if model.is_dir():
        model = Path(shutil.make_archive(str(trial.scratch / "saved_model"), "zip", model))
    return ShippedModel(
        content=context.broadcast(model.read_bytes()),
        framework=framework,
        name=model.name,
        key=f"{model}:{model.stat().st_mtime_ns}",
        features=tuple(frames.feature_columns(trial.dataset)),
        threads=trial.threads_per_worker,
        scratch=trial.scratch,
        cold=context.accumulator([], JoinedLists()),
    )
