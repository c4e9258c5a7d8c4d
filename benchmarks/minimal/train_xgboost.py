"""xgboost.train on arrays, as in XGBoost's "Get started"."""

import time

import common
import xgboost

trial = common.work()
start = time.perf_counter()
data = xgboost.QuantileDMatrix(*common.rows(trial), max_bin=trial.bins)
xgboost.train(common.xgboost_settings(trial), data, num_boost_round=trial.trees)
print(time.perf_counter() - start)
