"""The MLP of `strategies.lib.keras.network` in PyTorch: the same layers, from weights of the same distributions."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from bench import rows
from strategies.lib.torch import heads

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor, nn

    from bench import Dataset

LAYERS = ((256, 0.3), (128, 0.2), (64, 0.0))  # units of each hidden layer, and the share dropped after it
MOST_CATEGORIES = 2**24  # whole numbers that float32 holds, in which the network is given them
WIDTH = 16  # numbers that stand for a category
# Keras' own settings of batch normalisation; its momentum is the share that stays, PyTorch's that which is replaced.
EPSILON, MOMENTUM = 1e-3, 0.01


def import_torch(threads: int) -> Any:
    """Import PyTorch and set its threads in this process, before anything of it runs; return the module ``torch``.

    Args:
        threads: Threads for work inside an operation and between operations; left alone, PyTorch takes every core.
    """
    import torch

    # 850 modules, which the first optimiser imports anyway: here, so that they do not count as training.
    import torch._dynamo

    torch.set_num_threads(threads)
    if torch.get_num_interop_threads() != threads:  # which can be set once only
        torch.set_num_interop_threads(threads)
    return torch


def device(torch: Any) -> Any:
    """Return the device that the model runs on: the GPU, where PyTorch sees one.

    Args:
        torch: The module ``torch``.
    """
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def device_name(torch: Any) -> str:
    """Return the kind of the device that the model runs on, ``GPU`` or ``CPU``.

    Args:
        torch: The module ``torch``.
    """
    return "GPU" if torch.cuda.is_available() else "CPU"


def mlp(torch: Any, dataset: Dataset, seed: int) -> nn.Sequential:
    """Build the MLP 256-128-64, with batch normalisation, dropout .3 and .2, and the head of the kind of problem.

    It takes raw features, so that a saved model needs nothing beside it. The same seed gives the same initial weights.

    Args:
        torch: The module ``torch``.
        dataset: Gives the features, their means and standard deviations, which are categories, and what `heads` needs.
        seed: Seed of the initial weights.

    Returns:
        Two modules: ``trunk``, which training takes and whose outputs `heads.loss` takes, and ``answer``.
    """
    nn = torch.nn
    first, columns = first_layer(dataset)
    layers = [first]
    for units, dropped in LAYERS:
        # Batch normalisation has a bias of its own.
        layers += [nn.Linear(columns, units, bias=False), nn.BatchNorm1d(units, EPSILON, MOMENTUM), nn.ReLU()]
        layers += [nn.Dropout(dropped)] if dropped else []
        columns = units
    layers.append(nn.Linear(columns, rows.width(dataset) or 1))
    parts = {"trunk": nn.Sequential(*layers), "answer": heads.answer(torch, dataset)}
    model = nn.Sequential(OrderedDict(parts))
    set_arrays(torch, model, initial(torch, model, seed))
    return model


def first_layer(dataset: Dataset) -> tuple[nn.Module, int]:
    """Return the layer that standardises numbers and embeds categories, and the number of columns that it gives.

    Args:
        dataset: Gives the features, their means and standard deviations, and which are categories.
    """
    from strategies.lib.torch.layers import Categories, Standardisation

    places = [place for place, feature in enumerate(dataset.features) if feature in dataset.categorical]
    others = [place for place in range(len(dataset.features)) if place not in places]
    numbers = Standardisation([dataset.means[place] for place in others], [dataset.stds[place] for place in others])
    if not places:
        return numbers, len(others)
    starts = [0, *accumulate(dataset.categorical[dataset.features[place]] for place in places)]
    return Categories(places, starts, WIDTH, others, numbers), WIDTH * len(places) + len(others)


def standardise_numbers(dataset: Dataset) -> tuple[nn.Module, int]:
    """Return the layer that standardises numbers and leaves categories as they are, and the number of its columns.

    Args:
        dataset: Gives the features, their means and standard deviations, and which are categories.
    """
    from strategies.lib.torch.layers import Standardisation

    named = [feature in dataset.categorical for feature in dataset.features]
    means = [0.0 if name else mean for name, mean in zip(named, dataset.means, strict=True)]
    stds = [1.0 if name else std for name, std in zip(named, dataset.stds, strict=True)]
    return Standardisation(means, stds), len(named)


def initial(torch: Any, model: nn.Module, seed: int) -> Iterator[np.ndarray]:
    """Draw initial weights as Keras does, and yield them in the order of `tensors`.

    He's uniform distribution for hidden kernels, Glorot's for the last one, U(-0.05, 0.05) for categories; nothing and
    one for all else. Each layer has a seed of its own.

    Args:
        torch: The module ``torch``.
        model: Out of `mlp`.
        seed: Seed of the weights.
    """
    import numpy as np

    nn = torch.nn
    for number, layer in enumerate(_layers(nn, model)):
        generator = np.random.default_rng((seed, number))
        if isinstance(layer, nn.Embedding):
            yield generator.uniform(-0.05, 0.05, tuple(layer.weight.shape))
        elif isinstance(layer, nn.BatchNorm1d):
            yield from (np.full(layer.num_features, value) for value in (1.0, 0.0, 0.0, 1.0))
        else:
            last = layer.bias is not None
            limit = (6 / (layer.in_features + last * layer.out_features)) ** 0.5
            yield generator.uniform(-limit, limit, (layer.in_features, layer.out_features))
            if last:
                yield np.zeros(layer.out_features)


def _layers(nn: Any, model: nn.Module) -> Iterator[Any]:
    kinds = (nn.Embedding, nn.Linear, nn.BatchNorm1d)
    return (layer for layer in model.modules() if isinstance(layer, kinds))


def tensors(torch: Any, model: nn.Module) -> Iterator[Tensor]:
    """Yield the tensors of all layers, in the order and shapes of ``weights`` of the same network in Keras.

    Args:
        torch: The module ``torch``.
        model: A model of layers that have the same ones in Keras.
    """
    nn = torch.nn
    for layer in _layers(nn, model):
        if isinstance(layer, nn.BatchNorm1d):
            yield from (layer.weight, layer.bias, layer.running_mean, layer.running_var)
        else:
            yield layer.weight.T if isinstance(layer, nn.Linear) else layer.weight
            if getattr(layer, "bias", None) is not None:
                yield layer.bias


def set_arrays(torch: Any, model: nn.Module, weights: Sequence[np.ndarray] | Iterator[np.ndarray]) -> None:
    """Give a model weights.

    Args:
        torch: The module ``torch``.
        model: A model of layers that have the same ones in Keras.
        weights: In the order and shapes of `tensors`.
    """
    with torch.no_grad():
        for tensor, weight in zip(tensors(torch, model), weights, strict=True):
            tensor.copy_(torch.as_tensor(weight))


def state(model: nn.Module) -> list[np.ndarray]:
    """Return all that a model keeps, in PyTorch's own order and shapes: what it has learned and what it has counted.

    Args:
        model: Any model.
    """
    return [tensor.detach().cpu().numpy().copy() for tensor in model.state_dict().values()]


def set_state(torch: Any, model: nn.Module, kept: Sequence[np.ndarray]) -> None:
    """Give a model what another of its kind keeps.

    Args:
        torch: The module ``torch``.
        model: The model.
        kept: Out of `state`.
    """
    with torch.no_grad():
        for tensor, array in zip(model.state_dict().values(), kept, strict=True):
            tensor.copy_(torch.as_tensor(array))
