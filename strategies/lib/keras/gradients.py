"""How Horovod's ranks exchange the gradients of a Keras model, and how many seconds and bytes that takes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

Reduce = Callable[[Sequence[Any], Sequence[Any]], Sequence[Any]]


class GradientExchange:
    """The exchange of gradients by a rank, in one group, so that a step negotiates once.

    Gradients of embeddings have values only in the rows of their table that a batch met. Added up as whole tables, all
    ranks exchange each row of the table; gathered, Horovod's default, each rank gets the rows that every other one met.
    """

    def __init__(self, tf: Any, *, sparse_as_dense: bool) -> None:
        """Begin with no seconds and no bytes.

        Args:
            tf: The module ``tensorflow``.
            sparse_as_dense: Whether gradients of embeddings are added up as whole tables.
        """
        self._tf = tf
        self._sparse_as_dense = sparse_as_dense
        self._seconds = tf.Variable(0.0, trainable=False, dtype=tf.float64)
        self._gathered = tf.Variable(0, trainable=False, dtype=tf.int64)
        self._reduced = 0

    @property
    def seconds(self) -> float:
        """Seconds so far from the last gradient of a step to the last average: waiting for the others, and exchange."""
        return float(self._seconds.numpy())

    def bytes_per_step(self, steps: int) -> Mapping[str, float]:
        """Return the bytes of gradients that this rank handed over, as the record measures them.

        Nothing where they are added up as whole tables: then the network's size tells.

        Args:
            steps: Steps that were taken.
        """
        if self._sparse_as_dense:
            return {}
        gathered = int(self._gathered.numpy()) / steps
        return {"allreduce_bytes_per_step": self._reduced, "allgather_bytes_per_step": gathered}

    def wrap(self, hvd: Any, optimiser: Any) -> Any:
        """Return an optimiser that averages gradients over all ranks.

        Args:
            hvd: The module ``horovod.tensorflow.keras``.
            optimiser: The optimiser of one process.
        """
        optimiser = hvd.DistributedOptimizer(optimiser, num_groups=1, sparse_as_dense=self._sparse_as_dense)
        # It calls this attribute of its own at each step.
        reduce = optimiser._allreduce_grads
        optimiser._allreduce_grads = self._timed(reduce if self._sparse_as_dense else self._parted(reduce))
        return optimiser

    def _parted(self, reduce: Reduce) -> Reduce:
        """Return a function that gathers sparse gradients one by one, and lets another average the dense ones.

        Horovod 0.28.1 gathers in a group, too, but there gives each sparse gradient the shape of the table of another
        (``grouped_allreduce`` goes through all gradients where it means the sparse ones).

        Args:
            reduce: Horovod's function of gradients and their variables.
        """
        tf = self._tf
        import horovod.tensorflow as hvd

        def call(gradients: Sequence[Any], variables: Sequence[Any]) -> Sequence[Any]:
            sparse = [isinstance(gradient, tf.IndexedSlices) for gradient in gradients]
            dense = [gradient for gradient, one in zip(gradients, sparse, strict=True) if not one]
            self._reduced = sum(int(gradient.shape.num_elements()) * gradient.dtype.size for gradient in dense)
            theirs = [variable for variable, one in zip(variables, sparse, strict=True) if not one]
            averages = iter(reduce(dense, theirs) if dense else ())
            parts = [
                part for one in gradients if isinstance(one, tf.IndexedSlices) for part in (one.values, one.indices)
            ]
            sizes = [tf.size(part, tf.int64) * part.dtype.size for part in parts]
            with tf.control_dependencies([self._gathered.assign_add(tf.add_n(sizes))] if sizes else []):
                return [
                    hvd.allreduce(gradient, op=hvd.Average) if one else next(averages)
                    for gradient, one in zip(gradients, sparse, strict=True)
                ]

        return call

    def _timed(self, reduce: Reduce) -> Reduce:
        """Return a function of gradients that adds the seconds from the last gradient to the last average.

        Args:
            reduce: The function of gradients and their variables.
        """
        tf = self._tf

        def call(gradients: Sequence[Any], variables: Sequence[Any]) -> Sequence[Any]:
            with tf.control_dependencies(tf.nest.flatten(gradients, expand_composites=True)):
                begin = tf.timestamp()
            with tf.control_dependencies([begin]):
                gradients = tf.nest.map_structure(tf.identity, list(gradients), expand_composites=True)
            # A copy, since an edge from the function itself does not wait for its results once it is inlined.
            averages = _copies(tf, reduce(gradients, variables))
            with tf.control_dependencies(tf.nest.flatten(averages, expand_composites=True)):
                end = tf.timestamp()
            with tf.control_dependencies([self._seconds.assign_add(end - begin)]):
                return _copies(tf, averages)

        return call


def _copies(tf: Any, gradients: Sequence[Any]) -> list[Any]:
    copies: list[Any] = tf.nest.map_structure(tf.identity, list(gradients), expand_composites=True)
    return copies
