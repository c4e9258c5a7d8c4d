"""SparkXGBClassifier on a data frame, as in XGBoost's tutorial "Distributed XGBoost with PySpark"."""

import time

import common
from xgboost.spark import SparkXGBClassifier

trial = common.work()
session = common.spark(trial, task_cpus=str(trial.threads_per_worker))
start = time.perf_counter()
settings = {name: common.xgboost_settings(trial)[name] for name in ("max_depth", "max_bin", "learning_rate")}
trees = SparkXGBClassifier(
    features_col=trial.dataset.features,
    label_col=trial.dataset.label,
    num_workers=trial.workers,
    n_estimators=trial.trees,
    **settings,
)
trees.fit(session.read.parquet(f"{trial.dataset.path}/split=train"))
print(time.perf_counter() - start)
