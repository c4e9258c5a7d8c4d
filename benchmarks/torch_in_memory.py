"""Trains and scores by the code of the strategy `torch`, on rows in memory: for GPU machines that lack the rest."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

FEATURES, TEST_ROWS = 28, 200_000
INTERVAL_S = 0.05


@contextmanager
def watched(figures: dict[str, Any]) -> Iterator[None]:
    """Sample the GPUs while the block runs, and put into a dictionary what a record would have of them."""
    from bench.trial import gpus

    probe, ended = gpus.GpuProbe(), threading.Event()

    def sample() -> None:
        while not ended.wait(INTERVAL_S):
            probe.sample()

    probe.sample()
    thread = threading.Thread(target=sample)
    thread.start()
    began = time.monotonic()
    yield
    span = (began, time.monotonic())
    ended.set()
    thread.join()
    figures |= gpus.figures(probe.samples, span)


def measure(network_name: str, rows: int, epochs: int, batch: int) -> dict[str, Any]:
    """Train and score, and return the figures.

    Args:
        network_name: ``mlp``, or a built-in network.
        rows: Rows to train on.
        epochs: Passes over them.
        batch: Rows of a batch.
    """
    import numpy as np

    from bench import Dataset, Trial, networks
    from bench.machine.limits import cores_available
    from strategies.lib.torch import network, scoring, training

    features, labels = drawn(rows + TEST_ROWS)
    dataset = Dataset(
        name="drawn",
        path="",
        label="label",
        features=tuple(f"f{number}" for number in range(FEATURES)),
        rows=rows + TEST_ROWS,
        train_rows=rows,
        test_rows=TEST_ROWS,
        means=tuple(features[:rows].mean(axis=0, dtype=np.float64)),
        stds=tuple(features[:rows].std(axis=0, dtype=np.float64)),
        fingerprint="",
    )
    facts: dict[str, Any] = {"workers": 1, "cores": cores_available(), "threads_per_worker": cores_available()}
    facts |= {
        "repeat": 0,
        "seed": 0,
        "trees": 0,
        "depth": 0,
        "bins": 0,
        "budget_s": 0.0,
        "master": "",
        "scratch": Path(),
    }
    given = None if network_name == "mlp" else networks.find(network_name)
    facts |= {"epochs": epochs, "batch_size": batch, "learning_rate": 1e-3, "network": given}
    trial = Trial(strategy="torch", task="train", dataset=dataset, splits_to_score=("test",), **facts)
    torch = network.import_torch(trial.cores)
    figures: dict[str, Any] = {"device": network.device_name(torch)}
    # The device's context is set up here: the strategy does so while it reads.
    torch.zeros(1, device=network.device(torch))
    with watched(figures):
        began = time.perf_counter()
        model = training.fit(torch, trial, features[:rows], labels[:rows])
        figures["train_s"] = time.perf_counter() - began
    predict, test = scoring.scorer(torch, model), features[rows:]
    predict(test[:65_536])
    began = time.perf_counter()
    scores = np.concatenate([predict(test[at : at + 65_536]) for at in range(0, len(test), 65_536)]).astype(np.float64)
    figures["score_rate"] = len(test) / (time.perf_counter() - began)
    right = np.where(labels[rows:] > 0, scores, 1 - scores)
    figures["loss"] = float(-np.log(np.clip(right, 1e-7, 1)).mean())
    if torch.cuda.is_available():
        figures.setdefault("gpu_memory_bytes", torch.cuda.max_memory_allocated())
    return figures


def drawn(rows: int) -> tuple[Any, Any]:
    """Return random features, float32 of shape (rows, features), and labels of a law that a network can learn."""
    import numpy as np

    generator = np.random.default_rng(0)
    features = generator.standard_normal((rows, FEATURES), np.float32)
    weights = generator.normal(0, 0.4, FEATURES)
    score = features @ weights + features[:, 0] * features[:, 1] + features[:, 2] ** 2 - 1
    labels = generator.random(rows) < 1 / (1 + np.exp(-score))
    return 3 * features + 10, labels.astype(np.float32)
