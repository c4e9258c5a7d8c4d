"""MLlib's MultilayerPerceptronClassifier, as in Spark's guide, on what a StandardScaler makes of the rows."""

import time

import common
from pyspark.ml.classification import MultilayerPerceptronClassifier
from pyspark.ml.feature import StandardScaler

trial = common.work()
session = common.spark(trial)
start = time.perf_counter()
rows = common.vectors(session, trial)
scaler = StandardScaler(inputCol="features", outputCol="scaled", withMean=True).fit(rows)
layers = [len(trial.dataset.features), 256, 128, 64, 2]
perceptron = MultilayerPerceptronClassifier(
    featuresCol="scaled", layers=layers, maxIter=trial.epochs, blockSize=1024, seed=trial.seed
)
perceptron.fit(scaler.transform(rows).cache())
print(time.perf_counter() - start)
