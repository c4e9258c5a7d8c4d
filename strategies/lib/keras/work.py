"""How much a network computes, and how much its workers exchange."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import tensorflow as tf

    from bench import Trial


def measure(tf: Any, trial: Trial, model: tf.keras.Model, *, sparse_as_dense: bool) -> None:
    """Leave a network's parameters, floating-point operations and bytes of gradients for the record.

    Where gradients of embeddings travel as the rows that were met, their bytes depend on the rows, and are left out.

    Args:
        tf: The module ``tensorflow``.
        trial: The trial.
        model: Its model.
        sparse_as_dense: Whether all workers add up gradients of embeddings as whole tables.
    """
    trained = model.trainable_variables
    trial.measure("parameters", sum(int(variable.shape.num_elements()) for variable in trained))
    trial.measure("flops_per_row", flops_per_row(tf, model))
    embeds = any(isinstance(layer, tf.keras.layers.Embedding) for layer in model.submodules)
    if trial.workers > 1 and (sparse_as_dense or not embeds):
        sizes = [int(variable.shape.num_elements()) * variable.dtype.size for variable in trained]
        trial.measure("allreduce_bytes_per_step", sum(sizes))


def flops_per_row(tf: Any, model: tf.keras.Model) -> int:
    """Return the floating-point operations of a forward pass for one row, as TensorFlow's profiler counts them.

    What is done once for all rows of a batch does not count.

    Args:
        tf: The module ``tensorflow``.
        model: The model.
    """
    one, two = (_flops(tf, model, rows) for rows in (1, 2))
    return two - one


def _flops(tf: Any, model: tf.keras.Model, rows: int) -> int:
    profiler = tf.compat.v1.profiler
    options = {**profiler.ProfileOptionBuilder.float_operation(), "output": "none"}
    signature = tf.TensorSpec((rows, model.input_shape[-1]), tf.float32)
    function = tf.function(lambda batch: model(batch, training=False)).get_concrete_function(signature)
    return int(profiler.profile(function.graph, options=options).total_float_ops)
