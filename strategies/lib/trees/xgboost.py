"""The settings of XGBoost's trees, and the device that they are grown on."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bench import Trial


def settings(trial: Trial) -> dict[str, Any]:
    """Return XGBoost's settings for the trial's trees, but for their number, the threads and the device.

    Depth, bins and rate are those of every strategy of the family; all else is XGBoost's default.

    Args:
        trial: The trial.
    """
    return {
        "tree_method": "hist",
        "max_depth": trial.depth,
        "max_bin": trial.bins,
        "learning_rate": trial.learning_rate,
        "random_state": trial.seed,
    }


def native_settings(trial: Trial) -> dict[str, Any]:
    """Return the settings for ``xgboost.train``; the estimator of ``xgboost.spark`` adds the same to `settings` itself.

    Args:
        trial: The trial.
    """
    return settings(trial) | {"objective": "binary:logistic", "nthread": trial.threads_per_worker}


def device(xgb: Any) -> str:
    """Return ``cuda`` if this build of XGBoost can use a GPU and there is one, else ``cpu``.

    XGBoost itself does not tell whether there is one, so this asks the GPU's driver.

    Args:
        xgb: The module ``xgboost``.
    """
    if not xgb.build_info()["USE_CUDA"]:
        return "cpu"
    try:
        driver = ctypes.CDLL("libcuda.so.1")
    except OSError:
        return "cpu"
    count = ctypes.c_int()
    works = driver.cuInit(0) == 0 and driver.cuDeviceGetCount(ctypes.byref(count)) == 0
    return "cuda" if works and count.value else "cpu"
