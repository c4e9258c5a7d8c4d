"""horovod.spark.run with Keras fit, as in Horovod's examples/keras_spark_mnist.py."""

import time

import common
import horovod.spark


def train(trial):
    """Train on this process's rows."""
    tf = common.tensorflow(trial.threads_per_worker)
    import horovod.tensorflow.keras as hvd

    hvd.init()
    x, y = common.rows(trial, hvd.rank(), hvd.size())
    model = common.mlp(tf, trial, hvd.DistributedOptimizer(common.adam(tf, trial)))
    steps = trial.dataset.train_rows // trial.batch_size
    model.fit(
        common.batches(tf, x, y, trial.batch_size // hvd.size()),
        epochs=trial.epochs,
        steps_per_epoch=steps,
        callbacks=[hvd.callbacks.BroadcastGlobalVariablesCallback(0)],
        verbose=0,
    )
    return model.get_weights()


trial = common.work()
common.spark(trial, task_cpus=str(trial.threads_per_worker))
start = time.perf_counter()
horovod.spark.run(train, (trial,), num_proc=trial.workers, use_gloo=True, nics={"lo"}, verbose=0)
print(time.perf_counter() - start)
