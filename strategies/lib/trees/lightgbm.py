"""The settings of LightGBM's trees, as near to XGBoost's as they go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bench import scaling

if TYPE_CHECKING:
    from bench import Dataset, Trial
    from bench.scaling import Scale

PROBLEMS = ("binary", "multiclass", "regression")
MOST_CATEGORIES = 2**24  # whole numbers that float32 holds, in which LightGBM is given them

# Of all ranks together: ``data_size_t`` has 32 bits (https://github.com/lightgbm-org/LightGBM/issues/5861).
MOST_ROWS = 2**31 - 1


def limit(at: Scale) -> dict[str, dict[str, float]]:
    """Return the terms of LightGBM's own ceiling, beyond which it fails, or its ranks learn nothing and do not say so.

    Args:
        at: The scale.
    """
    return scaling.limit("LightGBM's count of rows in 32 bits", at.rows, MOST_ROWS)


def settings(trial: Trial) -> dict[str, Any]:
    """Return LightGBM's settings for the trial's trees, but for their number, and its threads.

    Depth, bins and rate are those of every strategy of the family, and what XGBoost has by default is set here: an
    L2 penalty of 1, leaves of a hessian of at least 1, and no least number of rows. A tree has room for every leaf of
    its depth, so that growing the best leaf first and growing level by level end at the same tree.

    Two things cannot be made equal: the borders of the bins (LightGBM takes them from 200,000 rows, XGBoost from a
    weighted sketch of all), and that LightGBM puts at least three rows into a bin. LightGBM's own documentation says of
    XGBoost that the two cannot be set up alike: https://lightgbm.readthedocs.io/en/stable/Experiments.html

    Categories are split as XGBoost splits them. By LightGBM's defaults a split of them would have a penalty of its own,
    need 100 rows, and put at most 32 categories on a side: of 3,000 categories, every second one with the label, three
    trees of depth 2 ordered 58.1 % of the pairs right by the defaults, 66.2 % so, and XGBoost's 66.1 %.

    Args:
        trial: The trial.
    """
    return objective(trial.dataset) | {
        "max_depth": trial.depth,
        "num_leaves": 2**trial.depth,
        "max_bin": trial.bins,
        "learning_rate": trial.learning_rate,
        "lambda_l2": 1.0,
        "min_sum_hessian_in_leaf": 1.0,
        "min_data_in_leaf": 1,
        "cat_l2": 0.0,
        "cat_smooth": 1.0,
        "min_data_per_group": 1,
        "max_cat_threshold": 64,
        "seed": trial.seed,
        "num_threads": trial.threads_per_worker,
        # One layout of the histograms: LightGBM would try both first, and the sums would differ in their last bits.
        "deterministic": True,
        "force_row_wise": True,
        "verbosity": -1,
    }


def objective(dataset: Dataset) -> dict[str, Any]:
    """Return what is learned, by kind of problem.

    With K classes each round grows a tree for each class: T rounds make T x K trees, and about K times the work.

    Args:
        dataset: Gives the kind of problem, and the classes.
    """
    objectives: dict[str, dict[str, Any]] = {
        "binary": {"objective": "binary"},
        "multiclass": {"objective": "multiclass", "num_class": len(dataset.classes)},
        "regression": {"objective": "regression"},
    }
    return objectives[dataset.problem]


def categories(dataset: Dataset) -> dict[str, Any]:
    """Return the arguments by which LightGBM's own dataset knows which features are categories.

    Args:
        dataset: Names them.
    """
    places = [place for place, feature in enumerate(dataset.features) if feature in dataset.categorical]
    return {"categorical_feature": places} if places else {}
