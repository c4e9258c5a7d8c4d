"""Given networks are built as PyTorch modules around what a user's function returns, examined, trained and saved."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench import Network, Trial, networks
from bench.trial.timeline import EventClock, read_events
from strategies.lib.networks.errors import NetworkError
from strategies.lib.networks.framework import examine, fault_of_ranks, shapes_of
from strategies.lib.networks.inputs import rows_to_try

pytestmark = pytest.mark.torch
FEATURES = 8
HEADER = "import torch\nfrom torch import nn\n"
TUTORIAL = """
def net(input_dim, *, width: int = 8):
    first = nn.Sequential(nn.Linear(input_dim, width), nn.BatchNorm1d(width), nn.ReLU(), nn.Dropout(0.1))
    return nn.Sequential(first, nn.Linear(width, 1), nn.Sigmoid())
"""
OWN_CLASS = """
class Net(nn.Module):
    def __init__(self, features):
        super().__init__()
        self.last = nn.Linear(features, 1)

    def forward(self, rows):
        return torch.sigmoid(self.last(rows))[:, 0]

def net(inputs):
    return Net(inputs.features)
"""
FAULTS = {
    "logits": (
        TUTORIAL.replace(", nn.Sigmoid()", ""),
        "does not fit the dataset: some of its outputs are no probabilities: it must end with a sigmoid.",
    ),
    "three classes": (
        TUTORIAL.replace("nn.Linear(width, 1)", "nn.Linear(width, 3)"),
        "does not fit the dataset: it gives an array of shape (rows, 3), and one probability for each row is needed.",
    ),
    "one answer": (
        OWN_CLASS.replace("[:, 0]", ".mean(0)"),
        "does not fit the dataset: it gives an array of shape (1), and one probability for each row is needed.",
    ),
    "two outputs": (
        OWN_CLASS.replace("return torch", "return rows, torch"),
        "does not fit the dataset: it gives 2 arrays, and one probability for each row is needed.",
    ),
    "nothing": (
        OWN_CLASS.replace("return torch", "torch"),
        "does not fit the dataset: it gives NoneType, and one probability for each row is needed.",
    ),
    "other width": (
        TUTORIAL.replace("Linear(input_dim", "Linear(9"),
        "does not take rows of 8 numbers (RuntimeError: ",
    ),
    "nan": (
        OWN_CLASS.replace("(features, 1)", "(features, 1)\n        nn.init.constant_(self.last.bias, torch.nan)"),
        "gives NaN or infinite numbers before the first step.",
    ),
    "another each time": (
        TUTORIAL.replace("    first", "    width = next(widths)\n    first") + "\nwidths = iter((3, 4))",
        "builds other weights each time: it must build one network only.",
    ),
    "no weights": (
        OWN_CLASS.replace("Net(inputs.features)", "Net(8).requires_grad_(False)"),
        "has no weights that could be trained.",
    ),
    "no module": ("def net(inputs):\n    return None", "returns NoneType, and must return a PyTorch module."),
}


def network_of(name: str, text: str) -> Network:
    """Return a network of a source."""
    return Network(f"nets.py:{name}", HEADER + text, "net", {}, f"{name:0<12}")


@pytest.fixture(scope="module")
def trial(trial_for: Callable[..., Trial]) -> Trial:
    """A trial of an epoch of 15 steps, in a process with one thread of PyTorch."""
    from strategies.lib.torch import network

    network.import_torch(1)
    return replace(trial_for("torch", batch_size=1024, epochs=1), clock=None)


def examined(trial: Trial, given: Network, path: Path) -> dict[str, Any]:
    """Return what the record has of a network."""
    from strategies.lib.torch.given import TORCH

    examine(replace(trial, network=given, clock=EventClock(path)), TORCH)
    (found,) = [event["value"] for event in read_events(path) if event.get("note") == "network"]
    return dict(found)


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_one_sentence_before_the_first_step(trial: Trial, tmp_path: Path, name: str) -> None:
    """It begins with the network's name and says what to change."""
    text, sentence = FAULTS[name]
    with pytest.raises(NetworkError) as raised:
        examined(trial, network_of(name, text), tmp_path / "events")
    assert str(raised.value).startswith(f"nets.py:{name} {sentence}")
    assert "\n" not in str(raised.value)


def test_structure_is_what_a_network_is_and_not_what_it_is_called(trial: Trial, tmp_path: Path) -> None:
    """Names play no part, widths do; whether a seed decides its weights is told."""
    texts = {
        "tutorial": TUTORIAL,
        "wider": TUTORIAL.replace("= 8", "= 9"),
        "own class": OWN_CLASS,
        "renamed": OWN_CLASS.replace("Net", "Other").replace("last", "first"),
        "of chance": OWN_CLASS.replace("return Net", "torch.manual_seed(next(seeds))\n    return Net"),
    }
    texts["of chance"] += "\nseeds = iter((1, 2))"
    found = {name: examined(trial, network_of(name, text), tmp_path / name) for name, text in texts.items()}
    assert {one["framework"] for one in found.values()} == {"torch"}
    assert found["own class"]["structure"] == found["renamed"]["structure"] == found["of chance"]["structure"]
    assert len({one["structure"] for one in found.values()}) == 3
    assert [name for name, one in found.items() if not one["deterministic"]] == ["of chance"]


def test_a_file_may_have_its_own_optimiser(trial: Trial, tmp_path: Path) -> None:
    """It is told the steps of the whole training, and takes the place of ours, which moves weights at once."""
    import torch

    from strategies.lib.torch import training

    still = """
def optimizer(steps, parameters):
    return torch.optim.SGD(parameters, lr=0.0 if steps == 6 else 1.0)
"""
    generator = np.random.default_rng(0)
    features = generator.normal(size=(150, FEATURES)).astype("float32")
    labels = (features[:, 0] > 0).astype("float32")

    def moved(name: str, text: str) -> float:
        local = replace(trial, network=network_of(name, text), batch_size=50, epochs=2)
        torch.manual_seed(local.seed)
        before = [weights.detach().clone() for weights in training.build(torch, local).parameters()]
        after = training.fit(torch, local, features, labels).parameters()
        return max(float((new - old).abs().max().detach()) for old, new in zip(before, after, strict=True))

    assert moved("tutorial", TUTORIAL) > 1e-3
    assert moved("still", TUTORIAL + still) == 0
    assert examined(trial, network_of("still", TUTORIAL + still), tmp_path / "events")["own_optimiser"]
    with pytest.raises(
        NetworkError, match=r"^nets\.py:optimizer returns int, and must return an optimiser of torch\.optim"
    ):
        moved("none", TUTORIAL + "def optimizer(steps, parameters):\n    return steps\n")


@pytest.mark.filterwarnings("ignore:Lazy modules are a new feature")
def test_a_lazy_module_has_its_weights_once_it_is_built(trial: Trial, tmp_path: Path) -> None:
    """It gets them from the rows that it is tried on."""
    text = TUTORIAL.replace("nn.Linear(input_dim,", "nn.LazyLinear(").replace("nn.Linear(width,", "nn.LazyLinear(")
    assert examined(trial, network_of("lazy", text), tmp_path / "events")["deterministic"]


@pytest.mark.parametrize("kind", ["binary", "multiclass", "regression"])
@pytest.mark.parametrize(("name", "arguments"), [("wide", ["width=16"]), ("dcn", ["buckets=64", "width=2"])])
def test_built_in_networks_have_the_weights_of_those_of_keras(
    trial: Trial, tmp_path: Path, name: str, arguments: list[str], kind: str
) -> None:
    """Their number is the same, for each kind of problem."""
    from strategies.lib.torch.given import TORCH

    classes = ("a", "b", "c") if kind == "multiclass" else ()
    named = dict.fromkeys(trial.dataset.features[:2], 9)
    dataset = replace(trial.dataset, problem=kind, classes=classes, categorical=named, label_std=3.0)
    given = networks.find(name, arguments)
    local = replace(trial, dataset=dataset, network=given)
    assert examined(local, given, tmp_path / "events")["deterministic"]
    answers = len(classes) or 1
    inputs = 2 * 2 + FEATURES - 2
    expected = {
        "wide": FEATURES * 16 + 16 * 8 + 8 * 4 + 2 * (16 + 8 + 4) + 5 * answers,
        "dcn": 2 * 64 * 2 + 2 * inputs * (inputs + 1) + (inputs + 1) * 256 + 257 * 128 + 129 * 64 + 65 * answers,
    }
    assert sum(weights.numel() for weights in TORCH.build(local).parameters()) == expected[name]


@pytest.mark.parametrize(("name", "text"), [("tutorial", TUTORIAL), ("own class", OWN_CLASS), ("dcn", None)])
def test_a_trained_network_is_saved_without_its_code(trial: Trial, tmp_path: Path, name: str, text: str | None) -> None:
    """It has learned something, and its file gives the same answers to any number of rows."""
    import torch
    from sklearn.metrics import roc_auc_score

    from bench import rows
    from strategies.lib.scoring import reference
    from strategies.lib.torch import model as model_file
    from strategies.lib.torch import scoring, training

    features, labels, _ = rows.open(trial.dataset, "train").matrix(1)
    dataset = trial.dataset
    if text is None:
        features[:, :2] = abs(features[:, :2]).round()
        dataset = replace(dataset, categorical=dict.fromkeys(dataset.features[:2], 9))
    given = network_of(name, text) if text else networks.find(name, ["buckets=64", "width=2"])
    local = replace(trial, dataset=dataset, network=given, learning_rate=0.02)
    model = training.fit(torch, local, features, labels)
    answers = scoring.scorer(torch, model)(features)
    assert roc_auc_score(labels, answers) > 0.6
    model_file.save(model, tmp_path / "model", FEATURES)
    (saved,) = (tmp_path / "model").iterdir()
    assert reference.load(saved, dataset, 1)(features[:100]) == pytest.approx(answers[:100], abs=1e-6)


def test_the_familys_own_network_is_saved_as_well(trial: Trial, tmp_path: Path) -> None:
    """With categories in a table, too."""
    import torch

    from strategies.lib.torch import model as model_file
    from strategies.lib.torch import network, scoring

    dataset = replace(trial.dataset, categorical=dict.fromkeys(trial.dataset.features[:2], 9))
    model = network.mlp(torch, dataset, 0)
    answers = scoring.scorer(torch, model.eval())(rows_to_try(dataset))
    model_file.save(model, tmp_path / "model", FEATURES)
    loaded = scoring.scorer(torch, model_file.load(tmp_path / "model" / "model.pt2"))
    assert loaded(rows_to_try(dataset)) == pytest.approx(answers, abs=1e-6)


def test_what_torch_export_does_not_take_gets_a_sentence(trial: Trial, tmp_path: Path) -> None:
    """A module that looks at its rows to decide what to do is no program of operators."""
    from strategies.lib.networks.answers import ModelError
    from strategies.lib.torch import model as model_file
    from strategies.lib.torch.given import TORCH

    text = OWN_CLASS.replace("return torch", "return (rows if rows.sum() > 0 else -rows)[:, 0] + torch")
    model = TORCH.build(replace(trial, network=network_of("looks", text)))
    with pytest.raises(ModelError, match=r"^The model cannot be saved, since torch.export does not take it \(.+\): "):
        model_file.save(model, tmp_path / "model", FEATURES)


def test_one_rank_trains_what_one_process_trains(trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    """A world of one takes the same steps from the same weights; what it sends is what it has learned and counted."""
    import torch

    from strategies.lib.ranks import shares
    from strategies.lib.torch import network, ranks, training
    from strategies.network import torch_distributor

    local = replace(trial, network=network_of("tutorial", TUTORIAL))
    mine = shares.open_share(local, 0, 1)
    expected = network.state(training.fit(torch, local, *shares.read(local, mine)))
    waits: list[float] = []
    distributed = partial(torch_distributor.distributed, waits)
    monkeypatch.setenv("GLOO_SOCKET_IFNAME", "lo")
    torch.distributed.init_process_group("gloo", store=torch.distributed.HashStore(), rank=0, world_size=1)
    try:
        batches = ranks.read_batches(torch, local, mine, 0)
        model = ranks.fit(torch, local, mine, batches, distributed, torch_distributor.average, lambda: None)
    finally:
        torch.distributed.destroy_process_group()
    for ours, theirs in zip(network.state(model), expected, strict=True):
        assert ours == pytest.approx(theirs, rel=1e-4, abs=1e-6)
    assert len(waits) == local.epochs * mine.steps
    other = training.build(torch, replace(local, seed=local.seed + 1))
    network.set_state(torch, other, expected)
    assert all(map(np.array_equal, network.state(other), expected))


def test_ranks_with_unlike_networks_say_so(trial: Trial) -> None:
    """What a rank draws afterwards is what it would have drawn without the examination."""
    import torch

    from strategies.lib.torch.given import TORCH

    local = replace(trial, network=network_of("tutorial", TUTORIAL))
    other = json.dumps([shapes_of([np.zeros((2, 2))]), ""])
    fault = fault_of_ranks(local, TORCH, 1, lambda text: [other, text])
    drawn = torch.rand(3)
    assert fault is not None
    assert fault.startswith("nets.py:tutorial built other weights on rank 1 than on rank 0")
    assert fault_of_ranks(local, TORCH, 1, lambda text: [text, text]) is None
    assert torch.equal(torch.rand(3), drawn)
