"""A deep and cross network on hashed categories: few floating-point operations for each byte of gradient.

Each category is hashed to one of 2^18 rows of 16 numbers, a table for each feature; beside them stand the numbers of a
row. Two cross layers and the hidden layers 256-128-64 follow. After DCN v2: https://arxiv.org/abs/2008.13535
"""


def keras(inputs, *, columns: str = "", buckets: int = 2**18, width: int = 16):
    """Return the network, not compiled.

    Args:
        inputs: What is known of the rows.
        columns: Names of the features to hash, with commas between them; by default those that are categories.
        buckets: Rows of each table, a power of 2.
        width: Numbers in a row.
    """
    import tensorflow as tf
    from tensorflow.keras import Input, Model, layers

    names = columns.split(",") if columns else list(inputs.categories)
    if not names or not set(names) <= set(inputs.names):
        raise ValueError(
            "it hashes features that are categories: import them with --categories native, or name features of the "
            "dataset by --network-arg columns=A,B"
        )
    rows = Input((inputs.features,))
    places = [inputs.names.index(name) for name in names]
    others = [place for place in range(inputs.features) if place not in places]
    # Fibonacci hashing of a value's 32 bits: the product's highest bits depend on all of them.
    bits = tf.cast(tf.bitcast(tf.gather(rows, places, axis=1), tf.int32), tf.int64)
    hashed = tf.math.floormod(bits * 2654435761, 2**32) // (2**32 // buckets)
    tables = layers.Embedding(len(names) * buckets, width, name="tables")
    parts = [layers.Flatten()(tables(hashed + [number * buckets for number in range(len(names))]))]
    if others:
        parts.append(tf.gather(rows, others, axis=1))
    first = layers.Concatenate()(parts) if others else parts[0]
    crossed = first
    for _ in range(2):
        crossed = layers.Add()([layers.Multiply()([first, layers.Dense(first.shape[-1])(crossed)]), crossed])
    hidden = crossed
    for units in (256, 128, 64):
        hidden = layers.Dense(units, "relu")(hidden)
    units, activation = {
        "binary": (1, "sigmoid"),
        "multiclass": (inputs.classes, "softmax"),
        "regression": (1, None),
    }[inputs.kind]
    return Model(rows, layers.Dense(units, activation)(hidden))
