"""Keras fit on arrays, as in TensorFlow's guide "Training and evaluation with the built-in methods"."""

import time

import common
import tf_keras  # noqa: F401

trial = common.work()
tf = common.tensorflow(trial.threads_per_worker)
start = time.perf_counter()
x, y = common.rows(trial)
steps = len(x) // trial.batch_size
model = common.mlp(tf, trial)
model.fit(common.batches(tf, x, y, trial.batch_size), epochs=trial.epochs, steps_per_epoch=steps, verbose=0)
print(time.perf_counter() - start)
