"""MirroredStrategyRunner, as in its README; AUTO sharding off, since each worker has its own rows."""

import time

import common
from spark_tensorflow_distributor import MirroredStrategyRunner


def train(trial):
    """Train on this worker's rows; runs inside MultiWorkerMirroredStrategy's scope."""
    tf = common.tensorflow(trial.threads_per_worker)
    strategy = tf.distribute.MultiWorkerMirroredStrategy()
    x, y = common.rows(trial, strategy.cluster_resolver.task_id, trial.workers)
    options = tf.data.Options()
    options.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.OFF
    # The strategy divides the batch by the workers.
    data = common.batches(tf, x, y, trial.batch_size).with_options(options)
    with strategy.scope():
        model = common.mlp(tf, trial)
    steps = trial.dataset.train_rows // trial.batch_size
    model.fit(data, epochs=trial.epochs, steps_per_epoch=steps, verbose=0)
    return model.get_weights()


trial = common.work()
common.spark(trial, task_cpus=str(trial.threads_per_worker), python_worker_reuse="false")
start = time.perf_counter()
MirroredStrategyRunner(num_slots=trial.workers, use_gpu=False, use_custom_strategy=True).run(train, trial=trial)
print(time.perf_counter() - start)
