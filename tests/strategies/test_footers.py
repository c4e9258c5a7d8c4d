"""No process of a trial reads a footer twice, counted in real trials in all their processes."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench import Dataset, Trial
from bench.rows import files as rows_files
from bench.testing.support import LITTLE_WORK, run_trial
from strategies.lib.ranks import shares

COUNTING = Path(__file__).parent / "counting"
Count = Callable[..., Counter[tuple[str, str]]]


@pytest.fixture(scope="module")
def in_files(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """A synthetic dataset of several files in each split."""
    from bench.datasets.makers.synthetic import make_synthetic

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCH_DATA", str(tmp_path_factory.mktemp("datasets")))
        return make_synthetic(20_000, 4, files=3, name="files").dataset


@pytest.fixture
def count(in_files: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Count:
    """Run a trial, and return how often each footer was read, by process and split."""

    def run(strategy: str, workers: int = 1, **wanted: Any) -> Counter[tuple[str, str]]:
        monkeypatch.setenv("FOOTERS_READ", str(tmp_path / "footers"))
        monkeypatch.setenv("PYTHONPATH", str(COUNTING), prepend=os.pathsep)
        request = replace(LITTLE_WORK, **wanted)
        record = run_trial(strategy, in_files, tmp_path, workers=workers, request=request)
        assert record["status"] == "ok", record["reason"]
        lines = (tmp_path / "footers").read_text().splitlines()
        most = max(Counter(lines).values())
        assert most == 1, f"{strategy} reads a footer {most} times in one process"
        return Counter((line.split()[0], line.split()[1].partition("/")[0]) for line in lines)

    return run


def files(dataset: Dataset, split: str) -> int:
    """Return the number of a split's files."""
    return len(list(Path(dataset.split(split)).glob("*.parquet")))


def processes(counted: Counter[tuple[str, str]], split: str) -> int:
    """Return how many processes have read footers of a split."""
    return len({process for process, of in counted if of == f"split={split}"})


@pytest.mark.parametrize("strategy", ["xgboost", "xgboost_external", "tensorflow"])
def test_one_process_reads_each_footer_once(count: Count, in_files: Dataset, strategy: str) -> None:
    """Planning, reading and scoring share what was opened; batch after batch does as well."""
    counted = count(strategy)
    assert sum(counted.values()) == files(in_files, "train") + files(in_files, "test") > 2
    assert processes(counted, "train") == processes(counted, "test") == 1


def test_a_rank_of_keras_reads_each_footer_once(
    in_files: Dataset, trial_for: Callable[..., Trial], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever starts it, a rank learns from all footers which rows are its own, and reads them at once."""
    trial = replace(trial_for("horovod", workers=(2,), batch_size=512), dataset=in_files)
    read, paths = rows_files.read_footer, []
    monkeypatch.setattr(rows_files, "read_footer", lambda of, path: paths.append(path) or read(of, path))
    features, labels, _ = shares.read(trial, shares.open_share(trial, 1, 2))
    assert len(features) == len(labels) == in_files.train_rows // 2
    assert len(paths) == len(set(paths)) == files(in_files, "train") > 1


def test_a_rank_of_a_barrier_stage_reads_each_footer_once(count: Count, in_files: Dataset) -> None:
    """The same, counted in the processes of a real stage."""
    counted = count("xgboost_barrier", workers=2, batch_size=512)
    train = {process: number for (process, split), number in counted.items() if split == "split=train"}
    assert list(train.values()) == [files(in_files, "train")] * 2


def test_a_worker_of_the_scorer_reads_each_footer_once(count: Count, in_files: Dataset) -> None:
    """On a cluster each Python worker scores four shards, of each of which it knows the files after the first."""
    path = f"spark.executorEnv.PYTHONPATH={COUNTING}"
    counted = count("xgboost_barrier", workers=2, master="local-cluster[2,1,1024]", spark_conf=(path,))
    assert processes(counted, "train") == processes(counted, "test") == 2
    assert sum(counted.values()) == 2 * (files(in_files, "train") + files(in_files, "test"))
