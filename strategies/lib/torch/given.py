"""A PyTorch module that a user's function returned: the layers around it that make it a network of its family."""

from __future__ import annotations

import random
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from strategies.lib.networks import source
from strategies.lib.networks.answers import ModelError, answers_of
from strategies.lib.networks.errors import NetworkError, name_of, reason
from strategies.lib.networks.framework import Framework, own_model
from strategies.lib.networks.inputs import inputs_of, rows_to_try
from strategies.lib.torch import heads, network
from strategies.lib.torch import model as model_file

if TYPE_CHECKING:
    import numpy as np

    from bench import Trial


class Torch(Framework):
    """PyTorch, in eager mode."""

    name = "torch"
    base = "torch.nn.modules.module.Module"
    near_misses = {}  # noqa: RUF012 - nobody changes it

    def build(self, trial: Trial) -> Any:
        """Return the module with the layers around it, on the CPU; see `Framework.build`.

        Two modules, as `network.mlp` has them: the trunk takes raw rows and gives what the user's module gives, as a
        matrix; behind it, a number is brought into the label's own unit. Rows are tried at once, since modules only
        then say what they give, and lazy ones only then have weights.
        """
        import torch

        from strategies.lib.torch.layers import AnswerColumn

        if trial.network is None:
            raise AssertionError("there is no network to build")
        name, dataset = name_of(trial), trial.dataset
        function = source.function_of(trial.network, self.name)
        alone = source.takes_number_alone(function)
        first, columns = network.first_layer(dataset) if alone else network.standardise_numbers(dataset)
        inner = own_model(
            source.call(trial.network, function, columns if alone else inputs_of(dataset)), trial.network, self
        )
        trunk = torch.nn.Sequential(first, inner, AnswerColumn())
        model = torch.nn.Sequential(OrderedDict(trunk=trunk, answer=heads.unit(torch, dataset))).eval()
        with torch.no_grad():
            rows = first(torch.from_numpy(rows_to_try(dataset)))
            try:
                outputs = inner(rows)
            except Exception as error:
                raise NetworkError(f"{name} does not take rows of {columns} numbers ({reason(error)}).") from error
        try:
            model_file.check_outputs(outputs, len(rows), dataset)
        except ModelError as error:
            raise NetworkError(f"{name} does not fit the dataset: {error}") from error
        if not any(weights.requires_grad for weights in inner.parameters()):
            raise NetworkError(f"{name} has no weights that could be trained.")
        return model

    def set_seed(self, number: int) -> None:
        """Set the seeds of Python, NumPy and PyTorch."""
        import numpy as np
        import torch

        random.seed(number)
        np.random.seed(number)
        torch.manual_seed(number)

    def weights(self, model: Any) -> list[np.ndarray]:
        """Return all weights; see `Framework.weights`."""
        return network.state(model)

    def answers(self, model: Any, rows: np.ndarray) -> np.ndarray:
        """Return a model's answers; see `Framework.answers`."""
        import torch

        with torch.no_grad():
            return answers_of(model.eval()(torch.from_numpy(rows)).float().numpy())

    def optimiser(self, trial: Trial, model: Any, steps: int) -> Any:
        """Return what the file's ``optimizer(steps, parameters)`` returns; see `Framework.optimiser`."""
        import torch

        if trial.network is None:
            return None
        returned = source.call_optimizer(trial.network, steps, model.parameters())
        if returned is None or isinstance(returned, torch.optim.Optimizer):
            return returned
        raise NetworkError(
            f"{source.optimizer_name(trial.network)} returns {type(returned).__name__}, and must return an optimiser "
            "of torch.optim."
        )

    def structure(self, model: Any) -> Any:
        """Return the layers' settings in their order; see `Framework.structure`.

        Of a module of the user's own class only its weights are known.
        """
        layers = [
            [type(layer).__name__ if type(layer).__module__.startswith("torch.") else "", layer.extra_repr()]
            for layer in model.modules()
        ]
        trained = [[list(weights.shape), weights.requires_grad] for weights in model.parameters()]
        return [layers, trained, [list(buffer.shape) for buffer in model.buffers()]]


TORCH = Torch()
