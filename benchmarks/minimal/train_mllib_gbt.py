"""MLlib's GBTClassifier, as in Spark's guide."""

import time

import common
from pyspark.ml.classification import GBTClassifier

trial = common.work()
session = common.spark(trial)
start = time.perf_counter()
trees = GBTClassifier(
    maxIter=trial.trees, maxDepth=trial.depth, maxBins=trial.bins, stepSize=trial.learning_rate, seed=trial.seed
)
trees.fit(common.vectors(session, trial))
print(time.perf_counter() - start)
