"""MirroredStrategy around Keras fit, as in TensorFlow's guide "Distributed training with Keras"."""

import time

import common
import tf_keras  # noqa: F401

trial = common.work()
tf = common.tensorflow(trial.cores)
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * trial.workers)
strategy = tf.distribute.MirroredStrategy([f"CPU:{index}" for index in range(trial.workers)])
start = time.perf_counter()
x, y = common.rows(trial)
steps = len(x) // trial.batch_size
with strategy.scope():
    model = common.mlp(tf, trial)
model.fit(common.batches(tf, x, y, trial.batch_size), epochs=trial.epochs, steps_per_epoch=steps, verbose=0)
print(time.perf_counter() - start)
