"""The reference model: made once, kept with its dataset, and made again when anything of it has changed."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bench import Dataset
from bench.datasets.makers.cluster.request import SparkPlace
from bench.datasets.makers.synthetic import make_synthetic
from bench.errors import DatasetError, UsageError
from bench.request import Request
from bench.trial import plain_rows, reference_maker, references
from strategies.lib.keras import model as model_file

# TensorFlow takes seconds to start, so that one process makes all models, and one scores with all of them.
FORMATS = {
    "keras-3.keras": ("keras", "save"),
    "keras-3.h5": ("keras", "save"),
    "keras-3-exported": ("keras", "export"),
    "legacy.keras": ("tf_keras", "save"),
    "legacy.h5": ("tf_keras", "save"),
    "legacy-saved-model": ("tf_keras", "save"),
}
UNFIT = {
    "wide.keras": ({"features": 5}, "takes an array of shape (rows, 5), and the dataset has 4 features"),
    "double.keras": ({"units": [2]}, "gives an array of shape (rows, 2), and one probability for each row is needed"),
    "linear.keras": ({"activation": "linear"}, "no probabilities: it must end with a sigmoid"),
    "two-saved-models": ({"units": [1, 1]}, "gives 2 outputs, and one is needed"),
}
# Each has a Lambda layer, whose function leaves a file.
LAMBDAS = {
    "lambda-3.keras": "keras",
    "lambda-3.h5": "keras",
    "lambda-legacy.keras": "tf_keras",
    "lambda-legacy.h5": "tf_keras",
}
MARK = "ran"
FLOAT64 = "float64.keras"
SAVE = """
import importlib, json, sys

for path, name, method, features, units, activation, dtype in json.loads(sys.argv[1]):
    library = importlib.import_module(name)
    rows = library.layers.Input((features,))
    outputs = [library.layers.Dense(unit, activation=activation, dtype=dtype)(rows) for unit in units]
    model = library.Model(rows, outputs if len(outputs) > 1 else outputs[0])
    getattr(model, method)(path)

for path, name, mark in json.loads(sys.argv[2]):
    library = importlib.import_module(name)
    run = eval(f"lambda rows: (open({mark!r}, 'w').close(), rows)[1]")
    network = [library.layers.Input((4,)), library.layers.Dense(1, activation="sigmoid"), library.layers.Lambda(run)]
    library.Sequential(network).save(path)
"""
SCORE = """
import json, sys
from pathlib import Path
from bench.model import Storage
from bench.trial import reference_maker, references
from strategies.lib.keras import model as model_file

answers = {}
for model in map(Path, sys.argv[3:]):
    directory = Path(sys.argv[2], model.name)
    directory.mkdir()
    try:
        answers[model.name] = reference_maker.main(references.MODELS, sys.argv[1], Storage(), directory, model)
    except model_file.ModelError as error:
        answers[model.name] = str(error)
print(json.dumps(answers))
"""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """A synthetic dataset of 500 rows and 4 features without a reference, which no test changes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCH_DATA", str(tmp_path_factory.mktemp("datasets")))
        return make_synthetic(500, 4, name="few").dataset


@pytest.fixture(scope="module")
def referenced(small: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """A copy of that dataset with its reference, which no test changes."""
    dataset = _copy(small, tmp_path_factory.mktemp("referenced"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(tmp_path_factory.mktemp("temporary")))
        references.ensure(dataset)
        left = os.listdir(os.environ["TMPDIR"])
    assert not left, "AutoGraph's modules are to go with the reference's other temporary files"
    return dataset


def test_a_model_is_trained_on_so_many_rows(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many files not even one row group each is read, once there are rows enough."""
    dataset = make_synthetic(2000, 4, files=4, name="many").dataset
    assert Path(dataset.path).parent == home
    assert sum(len(labels) for labels, _ in reference_maker.rows_to_train_on(dataset)) == dataset.train_rows
    monkeypatch.setattr(reference_maker, "ROWS_TO_TRAIN_ON", 1)
    assert len(list(reference_maker.rows_to_train_on(dataset))) == 1


def test_parts_have_the_batches_of_the_whole(tiny: Dataset) -> None:
    """All rows of both splits come in their order, however many parts; a part may be empty."""
    whole = list(plain_rows.batches(tiny, "train", "test"))
    assert sorted(np.concatenate([row_ids for row_ids, _ in whole])) == list(range(tiny.rows))
    for parts in (2, len(whole), len(whole) + 5):
        each = [plain_rows.batches(tiny, "train", "test", part=part, parts=parts) for part in range(parts)]
        found = [batch for batches in each for batch in batches]
        assert [len(row_ids) for row_ids, _ in found] == [len(row_ids) for row_ids, _ in whole]
        for batch, same in zip(found, whole, strict=True):
            assert all(map(np.array_equal, batch, same))


@pytest.mark.parametrize(
    ("path", "table", "master", "by_spark"),
    [
        ("s3://bucket/data", "", "spark://host:7077", True),
        ("/data", "s3://bucket/table", "spark://host:7077", True),
        ("/data", "", "spark://host:7077", False),
        ("s3://bucket/data", "", "local[4]", False),
        ("s3://bucket/data", "", None, False),
    ],
)
def test_a_cluster_scores_what_its_hosts_can_read(
    small: Dataset, path: str, table: str, master: str | None, by_spark: bool
) -> None:
    """Spark scores rows in a store on the request's cluster, as the request sets it up; else one process does."""
    request = Request(master=master, cores=3, spark_conf=("spark.some.key=value",), spark_conf_file="/secrets")
    place = SparkPlace(str(master), 3, ("spark.some.key=value",), "/secrets") if by_spark else None
    assert references._cluster(request, replace(small, path=path, table=table)) == place


@pytest.mark.slow
def test_a_reference_that_another_run_has_made_meanwhile_stays(referenced: Dataset) -> None:
    """Who comes second takes the first one's, with which a run may be scoring by now."""
    kept = Path(referenced.path, "reference", references.OWN)
    before = kept.stat().st_ino
    assert references._make_and_keep(kept, referenced, None, None) == references.ensure(referenced)
    assert kept.stat().st_ino == before


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with a model of one layer in each of the `FORMATS`, and with those that are `UNFIT`."""
    directory = tmp_path_factory.mktemp("models")
    usual = {"features": 4, "units": [1], "activation": "sigmoid", "dtype": "float32"}
    wanted = [(str(directory / name), *how, *usual.values()) for name, how in FORMATS.items()]
    for name, (wrong, _) in {**UNFIT, FLOAT64: ({"dtype": "float64"}, "")}.items():
        facts = {**usual, **wrong}
        wanted.append((str(directory / name), "tf_keras", "save", *facts.values()))
    lambdas = [(str(directory / file), library, str(directory / MARK)) for file, library in LAMBDAS.items()]
    command = [sys.executable, "-c", SAVE, json.dumps(wanted), json.dumps(lambdas)]
    subprocess.run(command, check=True, capture_output=True)
    (directory / MARK).unlink()  # saving calls the functions, too
    return directory


@pytest.fixture(scope="module")
def scored(small: Dataset, models: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """Score with each model as the reference's maker does; where the predictions lie, and what it said of each."""
    directory = tmp_path_factory.mktemp("scored")
    files = [models / name for name in (*FORMATS, *UNFIT, *LAMBDAS)]
    command = [sys.executable, "-c", SCORE, small.path, directory, *files]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return directory, json.loads(done.stdout.splitlines()[-1])


def _copy(dataset: Dataset, directory: Path) -> Dataset:
    shutil.copytree(dataset.path, directory / "few")
    return replace(dataset, path=str(directory / "few"))


def test_it_is_made_once(referenced: Dataset) -> None:
    """What lies there is used as it is."""
    first = references.ensure(referenced)
    written = first.predictions.stat().st_mtime_ns
    assert references.ensure(referenced) == first
    assert first.predictions.stat().st_mtime_ns == written


def test_it_is_made_again_when_it_was_changed(referenced: Dataset, tmp_path: Path) -> None:
    """Predictions or facts that were tampered with are made anew, to the byte."""
    dataset = _copy(referenced, tmp_path)
    first = references.ensure(dataset)
    content = first.predictions.read_bytes()
    first.predictions.write_bytes(content[:-1])
    again = references.ensure(dataset)
    assert again.predictions.read_bytes() == content
    (again.model.parent / "facts.json").write_text('{"file": "model.keras"')
    assert references.ensure(dataset).predictions.read_bytes() == content
    assert [path.name for path in again.model.parent.parent.iterdir()] == ["mlp"]


def test_it_is_not_taken_from_another_dataset(referenced: Dataset, tmp_path: Path) -> None:
    """A reference that was copied from another dataset is not used, however whole it is."""
    dataset = _copy(referenced, tmp_path)
    reference = references.ensure(dataset)
    facts = reference.model.parent / "facts.json"
    facts.write_text(json.dumps(json.loads(facts.read_text()) | {"dataset": "0" * 32}))
    references.ensure(dataset)
    assert json.loads(facts.read_text())["dataset"] == dataset.fingerprint


def test_a_users_model_is_named_from_where_the_user_is(
    bench: Callable[..., subprocess.CompletedProcess[str]], models: Path, small: Dataset, tmp_path: Path
) -> None:
    """`--model` takes a path relative to the current directory; that the model computes in float64 is no matter."""
    shutil.copy(models / FLOAT64, tmp_path / "mine.keras")
    wanted = ["--strategy", "tensorflow", "--strategy", "map_in_arrow", "--task", "predict", "--model", "mine.keras"]
    answer = bench("run", *wanted, "--data", _copy(small, tmp_path).path, "--json")
    records = [json.loads(line) for line in answer.stdout.splitlines()]
    assert [(record["status"], record["reason"]) for record in records] == [("ok", None)] * 3


@pytest.mark.parametrize("name", FORMATS)
def test_a_users_model_of_any_format_is_scored_with(scored: tuple[Path, dict[str, str]], name: str) -> None:
    """Keras 3 and legacy Keras, `.keras`, `.h5` and SavedModel: each loads and scores every row."""
    import pyarrow.parquet as pq

    directory, answers = scored
    assert answers[name] == name
    predictions = pq.read_table(directory / name / references.PREDICTIONS)
    assert sorted(predictions["row_id"].to_pylist()) == list(range(500))


def test_a_users_model_stays_where_it_is(small: Dataset, models: Path, tmp_path: Path) -> None:
    """The reference is the user's own file or directory, known by its content, and its predictions are kept."""
    import pyarrow.parquet as pq

    dataset, model = _copy(small, tmp_path), models / "legacy-saved-model"
    reference = references.ensure(dataset, model)
    assert reference.model == model
    assert reference.fingerprint == references.content_digest(model)
    predictions = pq.read_table(reference.predictions)
    assert sorted(predictions["row_id"].to_pylist()) == list(range(500))


@pytest.mark.parametrize("name", UNFIT)
def test_a_model_that_does_not_fit_gets_one_sentence(scored: tuple[Path, dict[str, str]], name: str) -> None:
    """What the model takes or gives is said beside what is needed."""
    assert UNFIT[name][1] in scored[1][name]


def test_code_in_a_model_does_not_run(models: Path, scored: tuple[Path, dict[str, str]]) -> None:
    """A Lambda layer is refused by name, in both formats of both Keras; its function is not called."""
    assert {scored[1][name].partition(", ")[0] for name in LAMBDAS} == {"it has a Lambda layer"}
    assert not (models / MARK).exists()


def test_a_model_that_does_not_fit_leaves_nothing(small: Dataset, models: Path, tmp_path: Path) -> None:
    """The last check fails after rows were scored, and what was written is gone."""
    dataset = _copy(small, tmp_path)
    with pytest.raises(UsageError, match="no probabilities: it must end with a sigmoid"):
        references.ensure(dataset, models / "linear.keras")
    assert not list(Path(dataset.path, "reference").iterdir())


@pytest.mark.parametrize("content", [b"", b"no model", b"PK\x03\x04"])
def test_a_file_that_is_no_model_does_not_load(tmp_path: Path, content: bytes) -> None:
    """An empty, a foreign and a truncated file are refused before TensorFlow starts."""
    (tmp_path / "model.keras").write_bytes(content)
    with pytest.raises(model_file.ModelError, match=r"it does not load as a Keras model \(.+\)\."):
        model_file.load(tmp_path / "model.keras")


def test_a_file_that_is_no_model_gets_one_sentence(small: Dataset, tmp_path: Path) -> None:
    """The sentence names the file, and nothing is left."""
    dataset = _copy(small, tmp_path)
    (tmp_path / "model.keras").write_bytes(b"PK\x03\x04")
    with pytest.raises(UsageError, match=r"model\.keras cannot be used: it does not load as a Keras model \(.+\)\."):
        references.ensure(dataset, tmp_path / "model.keras")
    assert not list(Path(dataset.path, "reference").iterdir())


def test_a_dataset_that_cannot_be_written_to_gets_one_sentence(few: Dataset) -> None:
    """Where the reference cannot be kept, the sentence says where and why."""
    Path(few.path, "reference").write_text("in the way")
    with pytest.raises(DatasetError, match=r"cannot be kept in .+reference \(File exists\)"):
        references.ensure(few)
