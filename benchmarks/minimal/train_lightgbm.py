"""lightgbm.train on arrays, as in LightGBM's "Python-package Introduction"."""

import time

import common
import lightgbm

trial = common.work()
start = time.perf_counter()
data = lightgbm.Dataset(*common.rows(trial))
lightgbm.train(common.lightgbm_settings(trial), data, num_boost_round=trial.trees)
print(time.perf_counter() - start)
