"""Uses a framework for a moment and prints its answer: ``python -m bench.doctor.usage MODULE``."""

from __future__ import annotations

import json
import os
import sys
from typing import Any


def pyspark() -> dict[str, Any]:
    """Send rows through a JVM and a Python worker and back."""
    import pyspark
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
    spark = builder.config("spark.driver.host", "127.0.0.1").getOrCreate()
    rows = spark.range(8).mapInArrow(lambda batches: batches, "id long").collect()
    spark.stop()
    if len(rows) != 8:
        raise RuntimeError(f"8 rows went through Spark and {len(rows)} came back")
    return {"version": pyspark.__version__}


def tensorflow() -> dict[str, Any]:
    """Multiply two matrices and count the GPUs."""
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import tensorflow as tf

    ones = tf.ones((4, 4))
    if float(tf.reduce_sum(ones @ ones)) != 64:
        raise RuntimeError("TensorFlow multiplies wrongly")
    return {"version": tf.__version__, "gpus": len(tf.config.list_physical_devices("GPU"))}


def xgboost() -> dict[str, Any]:
    """Grow one tree."""
    import numpy as np
    import xgboost as xgb

    features, label = np.arange(8.0).reshape(8, 1), np.repeat([0, 1], 4)
    booster = xgb.train({"max_depth": 1, "nthread": 1}, xgb.DMatrix(features, label), num_boost_round=1)
    if booster.num_boosted_rounds() != 1:
        raise RuntimeError("XGBoost did not grow its tree")
    return {"version": xgb.__version__, "cuda": bool(xgb.build_info().get("USE_CUDA"))}


if __name__ == "__main__":
    usages = {function.__name__: function for function in (pyspark, tensorflow, xgboost)}
    sys.stdout.write(json.dumps(usages[sys.argv[1]]()) + "\n")
