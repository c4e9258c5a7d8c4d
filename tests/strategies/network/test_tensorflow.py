"""TensorFlow in one process, seen from inside."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bench import Trial

CORES = 2


@pytest.fixture(scope="module")
def trial(trial_for: Callable[..., Trial]) -> Trial:
    """A trial of two short epochs."""
    return trial_for("tensorflow", cores=CORES, batch_size=512)


@pytest.fixture(scope="module")
def seen(trial: Trial, observe: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    """What `observe_tensorflow.py` saw in that trial."""
    return observe("observe_tensorflow.py", trial)


def test_threads_are_what_was_asked_for(seen: dict[str, Any]) -> None:
    """Each pool of threads has the trial's number, instead of one thread per core of the machine."""
    assert (seen["intra"], seen["inter"], seen["arrow"]) == (CORES, CORES, CORES)


def test_the_same_seed_gives_the_same_scores(seen: dict[str, Any]) -> None:
    """Two runs with one seed score alike, but for the order in which threads add up."""
    assert seen["difference"] < 1e-3


def test_the_seed_alone_decides_the_initial_weights(seen: dict[str, Any]) -> None:
    """The same seed gives the same weights whatever was drawn before, another seed others."""
    same, again, other = seen["first_weights"]
    assert same == again != other


def test_a_saved_model_takes_raw_features(seen: dict[str, Any]) -> None:
    """A saved model standardises by itself, so that it scores raw features as the strategy did."""
    assert seen["saved_difference"] < 1e-6


def test_an_epoch_is_whole_batches_of_different_rows(seen: dict[str, Any], trial: Trial) -> None:
    """Each epoch has whole batches only and no row twice, an order of its own, and leaves out different rows."""
    batches, steps = seen["batches"], seen["steps"]
    assert len(batches) == trial.epochs * steps == 4
    assert {len(batch) for batch in batches} == {trial.batch_size}
    first, second = ([row for batch in part for row in batch] for part in (batches[:steps], batches[steps:]))
    assert len(set(first)) == len(set(second)) == 2 * trial.batch_size
    assert first != second
    assert set(first) != set(second)


def test_features_and_labels_stay_together(seen: dict[str, Any]) -> None:
    """Shuffled or not, each row keeps its own label."""
    assert seen["rows_with_another_label"] == 0


def test_a_users_keras_settings_change_no_figure(tmp_path: Path) -> None:
    """A keras.json with another floating-point type, or another backend, trains no other network."""
    (tmp_path / "keras.json").write_text('{"floatx": "float64", "image_data_format": "channels_first", "epsilon": 0.1}')
    program = (
        "from strategies.lib.keras import network; tf = network.import_tensorflow(1); b = tf.keras.backend;"
        "print(b.floatx(), b.epsilon(), b.image_data_format(), tf.keras.layers.Dense(1)(tf.ones((1, 2))).dtype.name)"
    )
    environ = {**os.environ, "KERAS_HOME": str(tmp_path), "KERAS_BACKEND": "jax"}
    answer = subprocess.run([sys.executable, "-c", program], env=environ, capture_output=True, text=True, check=True)
    assert answer.stdout.split() == ["float32", "1e-07", "channels_last", "float32"]
