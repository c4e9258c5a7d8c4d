"""The first layers of the network: they take raw features, and standardise numbers and embed categories."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import tensorflow as tf

    from bench import Dataset

MOST_CATEGORIES = 2**24  # whole numbers that float32 holds, in which the network is given them
WIDTH = 16  # numbers that stand for a category


def layers(tf: Any, dataset: Dataset, seed: int) -> list[Any]:
    """Return what a ``Sequential`` begins with: it takes raw features, so that a saved model needs nothing beside it.

    Numbers lose their train mean and are divided by their train standard deviation. The categories of all features
    stand in one table, `WIDTH` numbers for each, which are learned; those of a row go beside its numbers.

    Args:
        tf: The module ``tensorflow``.
        dataset: Gives the features, their means and standard deviations, and which are categories.
        seed: Seed of the initial numbers of categories.
    """
    inputs = tf.keras.Input((len(dataset.features),), name="features")
    if not dataset.categorical:
        return [inputs, standardise(tf, dataset.means, dataset.stds)]
    places = [place for place, feature in enumerate(dataset.features) if feature in dataset.categorical]
    others = [place for place in range(len(dataset.features)) if place not in places]
    parts = [_embedded(tf, inputs, places, [dataset.categorical[dataset.features[place]] for place in places], seed)]
    if others:
        scale = standardise(tf, [dataset.means[place] for place in others], [dataset.stds[place] for place in others])
        parts.append(scale(tf.gather(inputs, others, axis=1)))
    return [tf.keras.Model(inputs, tf.keras.layers.Concatenate()(parts), name="inputs")]


def _embedded(tf: Any, inputs: tf.Tensor, places: list[int], counts: list[int], seed: int) -> tf.Tensor:
    keras = tf.keras
    starts = [0, *accumulate(counts)]
    rows = tf.cast(tf.gather(inputs, places, axis=1), "int32") + starts[:-1]
    initial = keras.initializers.RandomUniform(-0.05, 0.05, seed=seed)
    table = keras.layers.Embedding(starts[-1], WIDTH, embeddings_initializer=initial, name="categories")
    return keras.layers.Flatten()(table(rows))


def standardise_numbers(tf: Any, dataset: Dataset) -> tf.keras.layers.Layer:
    """Return the fixed layer that standardises numbers, and leaves categories as they are.

    Args:
        tf: The module ``tensorflow``.
        dataset: Gives the features, their means and standard deviations, and which are categories.
    """
    named = [feature in dataset.categorical for feature in dataset.features]
    means = [0.0 if name else mean for name, mean in zip(named, dataset.means, strict=True)]
    stds = [1.0 if name else std for name, std in zip(named, dataset.stds, strict=True)]
    return standardise(tf, means, stds)


def standardise(tf: Any, means: Any, stds: Any) -> tf.keras.layers.Layer:
    """Return the fixed layer that subtracts means and divides by standard deviations.

    Args:
        tf: The module ``tensorflow``.
        means: The mean of each number.
        stds: The standard deviation of each.
    """
    return tf.keras.layers.Normalization(mean=means, variance=[std**2 for std in stds])
