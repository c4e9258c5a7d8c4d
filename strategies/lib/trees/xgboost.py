"""The settings of XGBoost's trees, and the device that they are grown on."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bench import Dataset, Trial

PROBLEMS = ("binary", "multiclass", "regression")
MOST_CATEGORIES = 2**24  # whole numbers that float32 holds, in which XGBoost is given them


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
    """Return the settings for ``xgboost.train``; the estimators of ``xgboost.spark`` add the same to `settings`.

    Args:
        trial: The trial.
    """
    return settings(trial) | objective(trial.dataset) | {"nthread": trial.threads_per_worker}


def objective(dataset: Dataset) -> dict[str, Any]:
    """Return what is learned, by kind of problem.

    With K classes each round grows a tree for each class: T rounds make T x K trees, and about K times the work.
    Where boosting begins (``base_score``) is left to XGBoost, which takes it from the labels and weights of all ranks.

    For several classes XGBoost doubles second derivatives, LightGBM multiplies them by K/(K-1), and scikit-learn takes
    them as they are: with one rate, XGBoost's steps are half as long as scikit-learn's.

    Args:
        dataset: Gives the kind of problem, and the classes.
    """
    objectives: dict[str, dict[str, Any]] = {
        "binary": {"objective": "binary:logistic"},
        "multiclass": {"objective": "multi:softprob", "num_class": len(dataset.classes)},
        "regression": {"objective": "reg:squarederror"},
    }
    return objectives[dataset.problem]


def categories(dataset: Dataset) -> dict[str, Any]:
    """Return the arguments by which a matrix knows which features are categories.

    Args:
        dataset: Names them.
    """
    return {"feature_types": feature_types(dataset), "enable_categorical": True} if dataset.categorical else {}


def feature_types(dataset: Dataset) -> list[str] | None:
    """Return ``c`` for each feature that is a category and ``q`` for each other; None where there are only others.

    Args:
        dataset: Names them.
    """
    if not dataset.categorical:
        return None
    return ["c" if feature in dataset.categorical else "q" for feature in dataset.features]


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
