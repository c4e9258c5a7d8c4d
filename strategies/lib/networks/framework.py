"""What a framework has to say about a model of its own; and the examination of a user's network by it.

A framework is a subclass of `Framework` in a file of its own. What the user's function returns decides whose it is.
"""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bench import Skip
from strategies.lib.networks.answers import ModelError, check_answers
from strategies.lib.networks.errors import NetworkError, name_of
from strategies.lib.networks.inputs import rows_to_try

if TYPE_CHECKING:
    import numpy as np

    from bench import Network, Trial

# The classes by which models are told apart, without an import of their frameworks.
KINDS = {
    "tf_keras.src.engine.training.Model": "a Keras model",
    "keras.src.models.model.Model": "a Keras model",  # of Keras 3: where TensorFlow was not told to take the legacy one
    "torch.nn.modules.module.Module": "a PyTorch module",
}


class Framework(ABC):
    """What strategies of one framework know about its models.

    Attributes:
        name: Its name, and that of its function in a file with one for each framework.
        base: Full name of the class of its models, one of `KINDS`.
        near_misses: For other classes whose users mean this framework, what they are and what to change, as the rest
            of a sentence.
    """

    name: str
    base: str
    near_misses: Mapping[str, str]

    @abstractmethod
    def build(self, trial: Trial) -> Any:
        """Return a model that takes raw rows, around the one that the user's function returned, from any random state.

        Raises:
            NetworkError: It cannot be built, or does not fit the dataset.
            Skip: It is of another framework.
        """

    @abstractmethod
    def set_seed(self, number: int) -> None:
        """Set all random states that building draws from."""

    @abstractmethod
    def weights(self, model: Any) -> list[np.ndarray]:
        """Return all weights of a model, trained or not, in their order."""

    @abstractmethod
    def answers(self, model: Any, rows: np.ndarray) -> np.ndarray:
        """Return the answers of a model to raw rows, of shape (rows,) or (rows, classes)."""

    @abstractmethod
    def optimiser(self, trial: Trial, model: Any, steps: int) -> Any:
        """Return the optimiser that the user's file has for a model, made for so many steps; None where it has none.

        Raises:
            NetworkError: The file's function raised something, or returned no optimiser of the framework.
        """

    @abstractmethod
    def structure(self, model: Any) -> Any:
        """Return what makes a model the same as another, beside its weights' values and its names; JSON."""


def own_model(returned: Any, network: Network, framework: Framework) -> Any:
    """Return what a user's function returned, if it is a model of a framework.

    Args:
        returned: What it returned.
        network: The network.
        framework: The framework of the strategy.

    Raises:
        Skip: It is a model of another framework.
        NetworkError: It is no model.
    """
    names = [f"{one.__module__}.{one.__qualname__}" for one in type(returned).__mro__]
    if framework.base in names:
        return returned
    for other in names:
        if other in framework.near_misses:
            raise NetworkError(f"{network.name} returns {framework.near_misses[other]}.")
        if other in KINDS:
            raise Skip(f"{network.name} returns {KINDS[other]}, and this strategy trains {KINDS[framework.base]}.")
    raise NetworkError(f"{network.name} returns {type(returned).__name__}, and must return {KINDS[framework.base]}.")


def examine(trial: Trial, framework: Framework) -> None:
    """Build a user's network twice and try it, before anything is measured; leave its facts for the record.

    Args:
        trial: The trial; nothing is done where it has no network.
        framework: The framework of the strategy.

    Raises:
        NetworkError: It cannot be trained; the sentence says what to change.
        Skip: It is a model of another framework.
    """
    import numpy as np

    if trial.network is None:
        return
    with trial.phase("network"):
        framework.set_seed(trial.seed)
        model = framework.build(trial)
        answers = framework.answers(model, rows_to_try(trial.dataset))
        if not np.isfinite(answers).all():
            raise NetworkError(f"{name_of(trial)} gives NaN or infinite numbers before the first step.")
        try:
            check_answers(answers, trial.dataset)
        except ModelError as error:
            raise NetworkError(f"{name_of(trial)} does not fit the dataset: {error}") from error
        framework.set_seed(trial.seed)
        again = framework.build(trial)
        first, second = framework.weights(model), framework.weights(again)
        if shapes_of(first) != shapes_of(second):
            raise NetworkError(f"{name_of(trial)} builds other weights each time: it must build one network only.")
        deterministic = all(map(np.array_equal, first, second))
        rows = trial.dataset.train_rows
        own = framework.optimiser(trial, model, trial.epochs * max(1, rows // trial.batch_size)) is not None
    structure = json.dumps(framework.structure(model), sort_keys=True, default=str)
    trial.note(
        "network",
        {
            "framework": framework.name,
            "structure": hashlib.sha256(structure.encode()).hexdigest(),
            "deterministic": deterministic,
            "own_optimiser": own,
        },
    )


def shapes_of(weights: Sequence[np.ndarray]) -> str:
    """Return the shapes and types of weights, as text that ranks can exchange.

    Args:
        weights: The weights of a model.
    """
    return json.dumps([[weight.dtype.name, *weight.shape] for weight in weights])


def fault_of_ranks(
    trial: Trial, framework: Framework, rank: int, exchange: Callable[[str], Sequence[str]]
) -> str | None:
    """Return the sentence for ranks that cannot train their networks together; None where the family's own is trained.

    Ranks whose weights have unlike shapes would wait for each other for ever, and so would those beside a rank that
    cannot build its network.

    Args:
        trial: The trial.
        framework: The framework of the strategy.
        rank: The rank, from 0.
        exchange: Gives all ranks what each of them says, in their order.
    """
    if trial.network is None:
        return None
    try:
        answer = (shapes_of(framework.weights(framework.build(trial))), "")
    except NetworkError as error:
        answer = ("", f"Rank {rank}: {error}")
    framework.set_seed(trial.seed + rank)  # as if nothing had been built
    told = [json.loads(other) for other in exchange(json.dumps(answer))]
    faults = [fault for _, fault in told if fault]
    return faults[0] if faults else unlike(trial, [shapes for shapes, _ in told])


def unlike(trial: Trial, shapes: Sequence[str]) -> str | None:
    """Return the sentence for ranks that built unlike networks, and would wait for each other for ever.

    Args:
        trial: Gives the network's name.
        shapes: Out of `shapes_of`, of all ranks, in their order.
    """
    for rank, other in enumerate(shapes):
        if other != shapes[0]:
            return (
                f"{name_of(trial)} built other weights on rank {rank} than on rank 0: it must not depend on the "
                "process or the host that it runs in."
            )
    return None
