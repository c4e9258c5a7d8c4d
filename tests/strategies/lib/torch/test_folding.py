"""Batch normalisation that is folded into weights changes no answer of a PyTorch program by more than rounding."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bench import Trial, networks

pytestmark = pytest.mark.torch
FEATURES, ROWS = 8, 500


def shaken(model: Any) -> Any:
    """Return a module with statistics and scales as a training may leave them."""
    from torch import nn

    for layer in model.modules():
        if isinstance(layer, nn.BatchNorm1d):
            nn.init.uniform_(layer.running_mean, -1, 1)
            nn.init.uniform_(layer.running_var, 0.3, 3)
            if layer.affine:
                nn.init.uniform_(layer.weight, 0.3, 3)
                nn.init.uniform_(layer.bias, -1, 1)
    return model.eval()


def program(model: Any) -> Any:
    """Return the module that a file of a model gives."""
    import torch
    import torch.export

    sizes = ({0: torch.export.Dim.DYNAMIC},)
    return torch.export.export(model, (torch.zeros(2, FEATURES),), dynamic_shapes=sizes).module()


def normalisations(module: Any) -> int:
    """Return how many operators of batch normalisation a program has."""
    import torch

    return len(module.graph.find_nodes(op="call_function", target=torch.ops.aten.batch_norm.default))


def of_chance(seed: int) -> Any:
    """Return a chain of random layers."""
    import numpy as np
    from torch import nn

    chosen, layers, columns = np.random.default_rng(seed).integers, [], FEATURES
    for _ in range(chosen(1, 5)):
        units = int(chosen(1, 40))
        layers += [nn.Linear(columns, units, bias=bool(chosen(2))), *([nn.ReLU()] if chosen(2) else [])]
        layers += [nn.BatchNorm1d(units, affine=bool(chosen(2))), nn.ReLU()]
        columns = units
    return nn.Sequential(*layers, nn.Linear(columns, 1), nn.Sigmoid())


@pytest.mark.parametrize("seed", range(6))
def test_random_chains_give_the_same_answers(seed: int) -> None:
    """With and without biases, with and without scales, behind an activation and before it."""
    import torch

    from strategies.lib.torch.folding import folded

    torch.manual_seed(seed)
    model, rows = shaken(of_chance(seed)), torch.randn(ROWS, FEATURES)
    with torch.inference_mode():
        assert folded(program(model))(rows).numpy() == pytest.approx(model(rows).numpy(), abs=1e-5)


def test_networks_of_the_family_are_folded(trial_for: Callable[..., Trial]) -> None:
    """The family's own and `wide` have none left; `dcn` has none; the standardisation of years stays exact."""
    import torch

    from strategies.lib.torch import network
    from strategies.lib.torch.folding import folded
    from strategies.lib.torch.given import TORCH

    trial = trial_for("torch")
    dataset = replace(trial.dataset, means=(2013.0,) * FEATURES, stds=(0.5,) * FEATURES)
    given = [
        replace(trial, dataset=dataset, network=networks.find("wide", ["width=32"])),
        replace(
            trial,
            dataset=replace(dataset, categorical=dict.fromkeys(dataset.features[:2], 3000)),
            network=networks.find("dcn", ["buckets=64", "width=2"]),
        ),
    ]
    rows = (2013 + torch.randn(ROWS, FEATURES) / 2).round(decimals=1)
    for model in (network.mlp(torch, dataset, 0), *map(TORCH.build, given)):
        shaken(model)
        with torch.inference_mode():
            found = folded(program(model))
            assert found(rows).numpy() == pytest.approx(model(rows).numpy(), abs=1e-5)
        assert normalisations(found) == 0
