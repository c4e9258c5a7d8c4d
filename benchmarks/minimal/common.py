"""Code that the minimal scripts share: the work as JSON, and the shortest way to rows, to Spark and to the MLP.

Nothing of `strategies` is used here: the two sides of a comparison must not share code.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

os.environ["PYTHONPATH"] = str(Path(__file__).parent)  # for this module, in the processes of Spark and Horovod
os.environ["TF_USE_LEGACY_KERAS"] = "1"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")


def work() -> SimpleNamespace:
    """Return the trial, and its dataset, that the file on the command line describes."""
    fields: SimpleNamespace = json.loads(
        Path(sys.argv[1]).read_text(), object_hook=lambda item: SimpleNamespace(**item)
    )
    return fields


def rows(trial: SimpleNamespace, rank: int = 0, world: int = 1) -> tuple[Any, Any]:
    """Return features and labels of every W-th row group of the train split."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    data = trial.dataset
    files = [pq.ParquetFile(path) for path in sorted(Path(data.path, "split=train").glob("*.parquet"))]
    groups = [(file, number) for file in files for number in range(file.num_row_groups)][rank::world]
    columns = [*data.features, data.label]
    table = pa.concat_tables([file.read_row_group(number, columns=columns) for file, number in groups])
    return np.column_stack([table[name].to_numpy() for name in data.features]), table[data.label].to_numpy()


def spark(trial: SimpleNamespace, **settings: str) -> Any:
    """Start Spark on this machine."""
    from pyspark.sql import SparkSession

    from bench.spark import java

    found = java.find()
    if found is None:
        sys.exit(java.REMEDY)
    os.environ |= {
        "JAVA_HOME": str(java.write_shim(found, Path(trial.scratch, "java"))),
        "PYSPARK_PYTHON": sys.executable,
        "SPARK_LOCAL_IP": "127.0.0.1",
    }
    builder = SparkSession.builder.master(trial.master)
    settings = {"driver_memory": "4g", "ui_enabled": "false", "log_level": "ERROR", **settings}
    for name, value in settings.items():
        builder = builder.config(f"spark.{name.replace('_', '.')}", value)
    return builder.getOrCreate()


def vectors(session: Any, trial: SimpleNamespace) -> Any:
    """Return the train split as MLlib wants it, cached."""
    from pyspark.ml.feature import VectorAssembler

    read = session.read.parquet(f"{trial.dataset.path}/split=train")
    assembler = VectorAssembler(inputCols=trial.dataset.features, outputCol="features")
    return assembler.transform(read).select("features", read[trial.dataset.label].alias("label")).cache()


def tensorflow(threads: int) -> Any:
    """Import TensorFlow with so many threads."""
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
    return tf


def mlp(tf: Any, trial: SimpleNamespace, optimiser: Any = None) -> Any:
    """Return the compiled model."""
    layers = tf.keras.layers
    means, variances = trial.dataset.means, [std**2 for std in trial.dataset.stds]
    model = tf.keras.Sequential([layers.Normalization(mean=means, variance=variances)])
    for units, dropped in ((256, 0.3), (128, 0.2), (64, 0)):
        model.add(layers.Dense(units, use_bias=False, kernel_initializer="he_uniform"))
        model.add(layers.BatchNormalization())
        model.add(layers.Activation("relu"))
        if dropped:
            model.add(layers.Dropout(dropped))
    model.add(layers.Dense(1, activation="sigmoid"))
    model.build((None, len(trial.dataset.features)))
    model.compile(optimiser or adam(tf, trial), "binary_crossentropy", steps_per_execution=32)
    return model


def adam(tf: Any, trial: SimpleNamespace) -> Any:
    """Return the optimiser."""
    return tf.keras.optimizers.Adam(trial.learning_rate)


def batches(tf: Any, x: Any, y: Any, size: int) -> Any:
    """Return shuffled batches without an end."""
    return tf.data.Dataset.from_tensor_slices((x, y)).shuffle(len(x)).repeat().batch(size).prefetch(2)


def xgboost_settings(trial: SimpleNamespace) -> dict[str, Any]:
    """Return the settings of the trees."""
    return {
        "objective": "binary:logistic",
        "tree_method": "hist",
        "max_depth": trial.depth,
        "max_bin": trial.bins,
        "learning_rate": trial.learning_rate,
        "nthread": trial.threads_per_worker,
    }


def lightgbm_settings(trial: SimpleNamespace) -> dict[str, Any]:
    """Return the settings of the trees."""
    return {
        "objective": "binary",
        "max_depth": trial.depth,
        "num_leaves": 2**trial.depth,
        "max_bin": trial.bins,
        "learning_rate": trial.learning_rate,
        "lambda_l2": 1.0,
        "min_sum_hessian_in_leaf": 1.0,
        "min_data_in_leaf": 1,
        "num_threads": trial.threads_per_worker,
        "deterministic": True,
        "force_row_wise": True,
        "verbosity": -1,
    }
