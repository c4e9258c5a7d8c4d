"""A wide network of dense layers: many floating-point operations for each byte of gradient.

With 25 features and 4096-2048-1024 units it has 10.6 million parameters, 42 MB of gradients each step, and needs 21
million operations for a row.
"""


def keras(inputs, *, width: int = 4096):
    """Return the network, not compiled.

    Args:
        inputs: What is known of the rows.
        width: Units of the first layer; the second has half of them, the third a quarter.
    """
    from tensorflow.keras import Input, Model, layers

    rows = Input((inputs.features,))
    hidden = rows
    for units in (width, width // 2, width // 4):
        # Batch normalisation has a bias of its own.
        hidden = layers.Dense(units, use_bias=False, kernel_initializer="he_uniform")(hidden)
        hidden = layers.Activation("relu")(layers.BatchNormalization()(hidden))
    units, activation = {
        "binary": (1, "sigmoid"),
        "multiclass": (inputs.classes, "softmax"),
        "regression": (1, None),
    }[inputs.kind]
    return Model(rows, layers.Dense(units, activation)(hidden))


def torch(inputs, *, width: int = 4096):
    """Return the same network in PyTorch, from weights of the same distributions.

    Args:
        inputs: What is known of the rows.
        width: Units of the first layer; the second has half of them, the third a quarter.
    """
    from torch import nn

    layers, columns = [], inputs.features
    for units in (width, width // 2, width // 4):
        linear = nn.Linear(columns, units, bias=False)
        nn.init.kaiming_uniform_(linear.weight, nonlinearity="relu")  # He's
        # Keras' own settings, where a momentum is the share that stays.
        layers += [linear, nn.BatchNorm1d(units, eps=1e-3, momentum=0.01), nn.ReLU()]
        columns = units
    units, activation = {
        "binary": (1, nn.Sigmoid()),
        "multiclass": (inputs.classes, nn.Softmax(dim=1)),
        "regression": (1, nn.Identity()),
    }[inputs.kind]
    last = nn.Linear(columns, units)
    nn.init.xavier_uniform_(last.weight)  # Glorot's
    nn.init.zeros_(last.bias)
    return nn.Sequential(*layers, last, activation)
