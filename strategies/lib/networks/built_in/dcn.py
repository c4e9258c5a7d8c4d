"""A deep and cross network on hashed categories: few floating-point operations for each byte of gradient.

Each category is hashed to one of 2^18 rows of 16 numbers, a table for each feature; beside them stand the numbers of a
row. Two cross layers and the hidden layers 256-128-64 follow. After DCN v2: https://arxiv.org/abs/2008.13535
"""

# Fibonacci hashing of a value's 32 bits: the product's highest bits depend on all of them.
FACTOR = 2654435761


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

    rows = Input((inputs.features,))
    places, others = _places(inputs, columns)
    bits = tf.cast(tf.bitcast(tf.gather(rows, places, axis=1), tf.int32), tf.int64)
    hashed = tf.math.floormod(bits * FACTOR, 2**32) // (2**32 // buckets)
    tables = layers.Embedding(len(places) * buckets, width, name="tables")
    parts = [layers.Flatten()(tables(hashed + [number * buckets for number in range(len(places))]))]
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


def torch(inputs, *, columns: str = "", buckets: int = 2**18, width: int = 16):
    """Return the same network in PyTorch, from weights of the same distributions.

    Args:
        inputs: What is known of the rows.
        columns: Names of the features to hash, with commas between them; by default those that are categories.
        buckets: Rows of each table, a power of 2.
        width: Numbers in a row.
    """
    from torch import cat, int32, int64, nn, tensor

    places, others = _places(inputs, columns)
    first = len(places) * width + len(others)
    units, activation = {
        "binary": (1, nn.Sigmoid()),
        "multiclass": (inputs.classes, nn.Softmax(dim=1)),
        "regression": (1, nn.Identity()),
    }[inputs.kind]

    def dense(columns, units):
        layer = nn.Linear(columns, units)
        nn.init.xavier_uniform_(layer.weight)  # Glorot's
        nn.init.zeros_(layer.bias)
        return layer

    class CrossNetwork(nn.Module):  # type: ignore[misc]
        """Tables, cross layers and hidden layers."""

        def __init__(self):
            super().__init__()
            self.register_buffer("places", tensor(places))
            self.register_buffer("others", tensor(others, dtype=int64))
            self.register_buffer("starts", tensor([number * buckets for number in range(len(places))]))
            self.tables = nn.Embedding(len(places) * buckets, width)
            nn.init.uniform_(self.tables.weight, -0.05, 0.05)
            self.crosses = nn.ModuleList([dense(first, first) for _ in range(2)])
            self.hidden = nn.Sequential()
            for before, after in ((first, 256), (256, 128), (128, 64)):
                self.hidden.extend([dense(before, after), nn.ReLU()])
            self.last = nn.Sequential(dense(64, units), activation)

        def forward(self, rows):
            """Return answers, of shape (rows, units)."""
            bits = rows.index_select(1, self.places).view(int32).to(int64)
            hashed = (bits * FACTOR) % 2**32 // (2**32 // buckets)
            numbers = rows.index_select(1, self.others)
            both = cat([self.tables(hashed + self.starts).flatten(1), numbers], dim=1)
            crossed = both
            for layer in self.crosses:
                crossed = both * layer(crossed) + crossed
            return self.last(self.hidden(crossed))

    return CrossNetwork()


def _places(inputs, columns):
    """Return the places of the features to hash, and of the others."""
    names = columns.split(",") if columns else list(inputs.categories)
    if not names or not set(names) <= set(inputs.names):
        raise ValueError(
            "it hashes features that are categories: import them with --categories native, or name features of the "
            "dataset by --network-arg columns=A,B"
        )
    places = [inputs.names.index(name) for name in names]
    return places, [place for place in range(inputs.features) if place not in places]
