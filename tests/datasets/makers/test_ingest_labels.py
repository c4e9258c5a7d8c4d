"""Somebody's own Parquet with a label of any kind, and weights, becomes a dataset of that kind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from sklearn.metrics import log_loss

from bench import PredictionWriter, rows
from bench.datasets import open_dataset
from bench.datasets.format.fingerprint import verify_content
from bench.datasets.makers.ingest import import_parquet
from bench.errors import DatasetError, UsageError
from bench.rows.telltale import find_telltales
from bench.trial import quality
from tests.datasets.conftest import content

pytestmark = pytest.mark.usefixtures("home")
Written = Callable[..., Path]
CITIES = ("Athens", "Berne", "Cairo", "Delhi")


def table(rows: pa.Table, label: object, **more: object) -> pa.Table:
    """Return rows with another label, and further columns."""
    columns = {name: rows[name] for name in ("number", "whole", "flag", "word")}
    return pa.table({**columns, "label": label, **more})


def test_classes_are_named_and_counted(written: Written, rows: pa.Table) -> None:
    """Strings become codes in their sorted order, and the manifest has their names, counts and shares."""
    city = np.array(CITIES)[np.arange(500) % 7 % 4]
    manifest = import_parquet(str(written(table(rows, city))), "label")
    dataset = manifest.dataset
    assert (dataset.problem, dataset.classes, dataset.weight) == ("multiclass", CITIES, "")
    assert "different strings" in manifest.source["guess"]
    splits = content(manifest)
    for split, found in splits.items():
        codes = found["label"].to_numpy().astype(int)
        assert manifest.labels[split]["counts"] == np.bincount(codes, minlength=4).tolist()
    counts = manifest.labels["train"]["counts"]
    assert dataset.class_shares == pytest.approx(np.array(counts) / sum(counts))
    together = pa.concat_tables(splits.values())
    ours = sorted(zip(together["number"].to_numpy(), together["label"].to_numpy(), strict=True))
    codes = [CITIES.index(name) for name in city]
    assert ours == sorted(zip(rows["number"].to_numpy().astype(np.float32), map(float, codes), strict=True))
    verify_content(manifest)
    assert open_dataset("input") == dataset


def test_numbers_have_their_moments(written: Written, rows: pa.Table) -> None:
    """Fractions stay what they are, in float32, and the manifest has mean, deviation and quantiles of each split."""
    price = np.random.default_rng(1).gamma(2.0, 30.0, 500) - 20
    manifest = import_parquet(str(written(table(rows, price))), "label")
    dataset = manifest.dataset
    assert (dataset.problem, dataset.classes) == ("regression", ())
    train = content(manifest)["train"]["label"].to_numpy().astype(np.float64)
    assert (dataset.label_mean, dataset.label_std) == pytest.approx((train.mean(), train.std()))
    assert manifest.labels["train"]["mean"] == pytest.approx(train.mean())
    assert manifest.labels["train"]["quantiles"]["0.5"] == pytest.approx(np.median(train))
    everything = np.concatenate([found["label"].to_numpy() for found in content(manifest).values()])
    np.testing.assert_array_equal(np.sort(everything), np.sort(price.astype(np.float32)))


@pytest.mark.parametrize("values", [("no", "yes"), (False, True), (-1, 1), (0.0, 1.0), ("0", "1"), (3, 7)])
def test_whatever_two_classes_are_called(written: Written, rows: pa.Table, values: tuple[object, object]) -> None:
    """Two values, whatever they are, give the dataset that 0 and 1 give, to the last bit."""
    wanted = import_parquet(str(written(rows, "a.parquet")), "label", name="a")
    label = [values[number] for number in rows["label"].to_pylist()]
    found = import_parquet(str(written(table(rows, label), "b.parquet")), "label", name="b")
    assert found.dataset.problem == "binary"
    assert found.dataset.classes == tuple(str(value).lower().removesuffix(".0") for value in values)
    assert found.dataset.fingerprint == wanted.dataset.fingerprint
    swapped = import_parquet(
        str(written(table(rows, label), "c.parquet")), "label", name="c", positive=found.dataset.classes[0]
    )
    assert swapped.labels["train"]["counts"] != found.labels["train"]["counts"]


def layouts(rows: pa.Table, written: Written) -> list[Path]:
    """Write the same rows as one file, and backwards in small row groups of several files."""
    backwards = rows.take(np.arange(len(rows))[::-1])
    for part in range(5):
        written(backwards.slice(part * 100, 100), f"parts/{part}.parquet", row_group_size=7)
    whole = written(rows, "whole.parquet")
    return [whole, whole.with_name("parts")]


@pytest.mark.parametrize("label", ["city", "price"])
def test_the_same_rows_give_the_same_dataset(written: Written, label: str) -> None:
    """Rows of equal features and different labels or weights come in one order, however the input is cut."""
    labels = np.arange(500) % 4
    few = {"number": np.arange(500) % 50 % 8, "whole": np.arange(500) % 50 % 9}
    columns = {**few, "label": np.array(CITIES)[labels] if label == "city" else labels / 8}
    made = [
        import_parquet(str(path), "label", name=f"made{at}", weight="weight")
        for at, path in enumerate(layouts(pa.table({**columns, "weight": np.arange(500) % 3 + 0.5}), written))
    ]
    assert made[0].dataset.fingerprint == made[1].dataset.fingerprint
    assert content(made[0]) == content(made[1])


def test_weights_are_a_column_of_their_own(written: Written, rows: pa.Table) -> None:
    """The weight is no feature, is in the files, in the fingerprint and in the grades."""
    weight = np.arange(500) % 3 / 2
    manifest = import_parquet(str(written(table(rows, rows["label"], w=weight))), "label", weight="w")
    dataset = manifest.dataset
    assert (dataset.weight, dataset.features) == ("w", ("number", "whole", "flag", "word"))
    other = import_parquet(str(written(table(rows, rows["label"], w=weight * 2), "o.parquet")), "label", weight="w")
    assert other.dataset.fingerprint != dataset.fingerprint
    _, labels, weights = rows_of(dataset)
    assert weights is not None
    found = np.concatenate([part["w"].to_numpy() for part in content(manifest).values()])
    np.testing.assert_array_equal(np.sort(found), np.sort(weight.astype(np.float32)))
    test = content(manifest)["test"]
    scores = np.random.default_rng(0).random(len(test), np.float32)
    with PredictionWriter(Path(dataset.path) / "predictions.parquet") as writer:
        writer.write(test["row_id"].to_numpy(), scores)
    grades = quality.grade(dataset, ("test",), writer.path)
    truth, counts = test["label"].to_numpy(), test["w"].to_numpy()
    assert grades["log_loss"] == pytest.approx(log_loss(truth, scores.astype(float), sample_weight=counts), abs=1e-6)
    assert len(labels) == len(weights)


def rows_of(dataset: object) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Return the train split as a strategy reads it."""
    return rows.open(dataset, "train").matrix(1)  # type: ignore[arg-type]


def test_a_package_may_import_its_kind(written: Written, rows: pa.Table, monkeypatch: pytest.MonkeyPatch) -> None:
    """The label of a kind that a package brings is the number as it is, and the kind says whether it may be one."""
    from bench.problems import PROBLEMS
    from bench.problems.regression import Regression

    class Amount(Regression):
        """Numbers that are not negative."""

        name = "amount"

        def check_labels(self, labels: np.ndarray, column: str, path: str) -> None:
            if labels.min() < 0:
                raise DatasetError(f"The label {column!r} is negative in {path}: leave it out.")

    monkeypatch.setitem(PROBLEMS._known, "amount", Amount())
    path = str(written(table(rows, np.arange(500) % 7)))
    manifest = import_parquet(path, "label", kind="amount", name="x")
    assert (manifest.dataset.problem, manifest.dataset.classes) == ("amount", ())
    assert "guess" not in manifest.source
    with pytest.raises(DatasetError, match="is negative"):
        import_parquet(str(written(table(rows, np.arange(500) - 3.5))), "label", kind="amount", name="y")
    with pytest.raises(UsageError, match="no kind of problem 'amounts' here"):
        import_parquet(path, "label", kind="amounts", name="z")


@pytest.mark.parametrize("label", ["city", "price"])
def test_a_feature_that_tells_the_label(written: Written, rows: pa.Table, label: str) -> None:
    """A feature that is the label, or is computed of it, is found for every kind, and no other one is."""
    price = np.random.default_rng(1).normal(size=500)
    values = np.digitize(price, [-0.6, 0.1, 0.7]) if label == "city" else price
    labels = np.array(CITIES)[values] if label == "city" else price
    columns = table(rows, labels, paid=2 * values + 1.0, noise=np.random.default_rng(2).normal(size=500))
    assert set(find_telltales(import_parquet(str(written(columns)), "label"))) == {"paid"}
