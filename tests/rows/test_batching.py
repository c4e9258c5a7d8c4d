"""A table that is sorted by its label comes mixed to models that learn batch by batch."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import log_loss

from bench import Dataset, rows
from bench.datasets.register.register import register_table

ROWS, BATCH = 20_000, 250


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Dataset]]:
    """The same rows in random order and sorted by their label, in 25 row groups each."""
    generator = np.random.default_rng(0)
    signal, noise = generator.normal(size=(2, ROWS))
    label = signal + 0.5 * noise > 0.5
    home = tmp_path_factory.mktemp("batching")
    found = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCH_DATA", str(home / "data"))
        for name, order in (("shuffled", np.arange(ROWS)), ("sorted", np.argsort(label, kind="stable"))):
            path = home / f"{name}.parquet"
            pq.write_table(pa.table({"signal": signal[order], "label": label[order]}), path, row_group_size=800)
            found[name] = register_table(str(path), "label", name=name).dataset
        yield found


def batches(dataset: Dataset, seed: int = 0) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return features and labels of all batches."""
    return [(one, labels) for one, labels, _ in rows.open(dataset, "train").labelled_batches(BATCH, seed)]


def test_every_row_comes_once(tables: dict[str, Dataset]) -> None:
    """Mixing loses and doubles no row, keeps labels with their features, and is the same for a seed only."""
    dataset = tables["sorted"]
    features, labels, _ = rows.open(dataset, "train").matrix(threads=1)
    mixed = batches(dataset)
    assert {len(one) for one, _ in mixed[:-1]} == {BATCH}
    whole, beside = (np.concatenate(parts) for parts in zip(*mixed, strict=True))
    for values, others in ((np.column_stack([features, labels]), np.column_stack([whole, beside])),):
        assert not np.array_equal(values, others)
        assert np.array_equal(values[np.lexsort(values.T)], others[np.lexsort(others.T)])
    again, other = (np.concatenate([one for one, _ in batches(dataset, seed)]) for seed in (0, 1))
    assert np.array_equal(whole, again)
    assert not np.array_equal(whole, other)


def test_rows_that_are_shuffled_keep_their_order(tables: dict[str, Dataset]) -> None:
    """Nothing is mixed where nothing has to be: rows come in their order, in constant memory."""
    features, *_ = rows.open(tables["shuffled"], "train").matrix(threads=1)
    assert np.array_equal(np.concatenate([one for one, _ in batches(tables["shuffled"], 7)]), features)


def test_batches_of_a_sorted_table_are_like_the_whole(tables: dict[str, Dataset]) -> None:
    """Row groups hold one label each, and yet no batch but a few does; a model learns as from shuffled rows."""
    shares = np.array([labels.mean() for _, labels in batches(tables["sorted"])])
    assert ((shares > 0) & (shares < 1)).mean() > 0.9
    losses = {}
    test, labels, _ = rows.open(tables["shuffled"], "test").matrix(threads=1)
    stored, answers, _ = rows.open(tables["sorted"], "train").matrix(threads=1)
    ways = {name: batches(dataset) for name, dataset in tables.items()}
    ways["as it lies"] = [(stored[at : at + BATCH], answers[at : at + BATCH]) for at in range(0, len(stored), BATCH)]
    for name, found in ways.items():
        model = SGDClassifier(loss="log_loss", learning_rate="constant", eta0=0.02, random_state=0)
        for features, beside in found:
            model.partial_fit(features, beside, classes=[0, 1])
        losses[name] = log_loss(labels, model.predict_proba(test)[:, 1])
    assert losses["sorted"] == pytest.approx(losses["shuffled"], abs=0.05)
    assert losses["as it lies"] > losses["shuffled"] + 0.2
