"""MLlib's LogisticRegression, as in Spark's guide."""

import time

import common
from pyspark.ml.classification import LogisticRegression

trial = common.work()
session = common.spark(trial)
start = time.perf_counter()
LogisticRegression(maxIter=100).fit(common.vectors(session, trial))
print(time.perf_counter() - start)
