"""Credentials reach no record, log, report or export."""

import json
import time
from pathlib import Path

import pytest

from bench import scrub
from bench.records import directory

SECRET = "planted-0123456789-secret"  # noqa: S105 - planted, to be looked for
ENVIRON = {"PLANTED_TOKEN": "another-secret"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("spark://user:pa@ss@host:7077", "spark://***@host:7077"),
        ("s3a://KEY:with/slash@bucket/path", "s3a://***@bucket/path"),
        ("https://token@host/path", "https://***@host/path"),
        ("spark://a:b@h1,spark://c:d@h2", "spark://***@h1,spark://***@h2"),
        ("s3://b/k?X-Amz-Signature=abc%2B&x=1", "s3://b/k?X-Amz-Signature=***&x=1"),
        ("https://h/?sv=1&sig=abc", "https://h/?sv=1&sig=***"),
        ("AWS_SECRET_ACCESS_KEY=abc", "AWS_SECRET_ACCESS_KEY=***"),
        ("fs.azure.account.key.me=abc", "fs.azure.account.key.me=***"),
        ("Authorization: Bearer abcdefghijkl", "Authorization: Bearer ***"),
    ],
)
def test_what_is_written_like_a_credential_goes(before, after):
    """Users and passwords of URIs, and what stands after a name that says so, are taken out, and nothing else."""
    assert scrub.text(f"cannot open {before}: no", {}) == f"cannot open {after}: no"


@pytest.mark.parametrize(
    "text",
    [
        "abfss://container@account.dfs.core.windows.net/path",
        "hdfs://user@namenode/path",
        "http://host:8080/path?email=a@b.c",
        "local[2]",
        "monkey=3, batch_size=1024",
        "ValueError: out of luck",
    ],
)
def test_what_is_none_stays(text):
    """Names of containers, ports and plain settings are no credentials."""
    assert scrub.text(text, {}) == text


def test_values_of_variables_that_are_credentials_go_wherever_they_are():
    """The value of a variable whose name says so is taken out of any text; those of others stay."""
    environ = {"MY_API_KEY": SECRET, "HOME": "/home/somebody", "GIT_AUTHOR_NAME": "somebody", "TOKEN": "abc"}
    assert scrub.text(f"/home/somebody {SECRET} abc", environ) == "/home/somebody *** abc"


def test_a_command_line_hides_what_follows_such_an_option():
    """`--password VALUE` hides the value also where it stands alone."""
    words = ["bench", "run", "--db-password", "hunter22", "--master", "spark://u:p@h:1", "--token=abc"]
    assert scrub.command(words) == [
        "bench",
        "run",
        "--db-password",
        "***",
        "--master",
        "spark://***@h:1",
        "--token=***",
    ]


@pytest.mark.parametrize("text", ["a" * 500_000 + "://=", "://a:b" * 100_000 + "=", "token_" * 100_000 + "="])
def test_a_long_line_is_read_in_linear_time(text):
    """A log of one long line takes seconds at most, whatever is in it: twice the length takes about twice the time."""
    began = time.process_time()
    scrub.spelled(text)
    once = time.process_time() - began
    began = time.process_time()
    scrub.spelled(text + text)
    assert time.process_time() - began < 8 * once + 0.2


def test_planted_credentials_reach_nothing_that_a_run_leaves(installed, tiny, tmp_path, bench):
    """A strategy that prints its environment and fails with a URI leaves no credential in a file or on the terminal."""
    installed.add(
        "leaky",
        f"""
        @hookimpl
        def bench_setup(trial):
            import os
            print(dict(os.environ))
            print("s3://KEY:{SECRET}@bucket/data?token={SECRET}")
            trial.note("key", os.environ["PLANTED_TOKEN"])

        @hookimpl
        def bench_train(trial):
            import os
            raise ValueError("cannot open https://me:{SECRET}@host/x with " + os.environ["PLANTED_TOKEN"])
        """,
    )
    master = f"spark://me:{SECRET}@host:7077"
    done = bench("run", "--strategy", "leaky", "--data", tiny.path, "--master", master, **ENVIRON)
    assert done.returncode == 1, done.stderr
    run = directory.latest(tmp_path / "results")
    for kind in ("md", "text", "json", "csv", "parquet", "pytest-benchmark"):
        written = bench("report", str(run), "--format", kind, "--out", f"out.{kind}", **ENVIRON)
        assert written.returncode == 0, written.stderr
    files = [path for path in (*run.rglob("*"), *tmp_path.glob("out.*")) if path.is_file()]
    assert {path.name for path in files} >= {"run.json", "records.jsonl", "report.html", "out.parquet", "out.csv"}
    kept = b"".join(path.read_bytes() for path in files) + (done.stdout + done.stderr).encode()
    assert b"cannot open https://***@host/x with ***" in kept
    assert SECRET.encode() not in kept
    assert b"another-secret" not in kept


def test_a_run_whose_master_had_credentials_is_not_resumed(installed, tiny, tmp_path, bench):
    """What no record keeps cannot be used again: --resume says so and ends with 2."""
    installed.add("idle", "@hookimpl\ndef bench_train():\n    raise ValueError('not today')\n")
    bench("run", "--strategy", "idle", "--data", tiny.path, "--master", f"spark://me:{SECRET}@host:7077")
    done = bench("run", "--resume", str(directory.latest(tmp_path / "results")))
    assert done.returncode == 2
    assert "spark://***@host:7077 had credentials in it, which no record keeps: start a new run" in done.stderr


def test_a_run_whose_settings_had_credentials_is_not_resumed(tiny, tmp_path, bench):
    """A setting that no record keeps whole would be another one when the run goes on."""
    options = ("--spark-conf", "spark.driver.extraJavaOptions=-Dx=another-secret")
    bench("run", "--strategy", "null", "--data", tiny.path, *options, **ENVIRON)
    done = bench("run", "--resume", str(directory.latest(tmp_path / "results")), **ENVIRON)
    assert done.returncode == 2
    assert "had credentials in it, which no record keeps: start a new run" in done.stderr


def test_records_of_an_older_bench_are_cleaned_when_they_are_read(tmp_path):
    """A credential that was left in a file of an earlier run does not get any further."""
    line = json.loads((Path(__file__).parent / "records/schema-1.jsonl").read_text().splitlines()[0])
    line["reason"] = f"cannot open s3://me:{SECRET}@bucket"
    (tmp_path / "records.jsonl").write_text(json.dumps(line) + "\n")
    (tmp_path / "run.json").write_text(json.dumps({"command": [f"--master=spark://me:{SECRET}@h"]}))
    run = directory.read_run(tmp_path)
    assert SECRET not in json.dumps([run.run, run.records])


def test_where_a_shell_stands_is_no_password():
    """PWD, which every shell sets, is a directory: a path that begins with it stays whole."""
    environ = {"PWD": "/somebody/project", "OLDPWD": "/somebody/else", "DB_PWD": "planted-secret"}
    assert scrub.text("/somebody/project/.venv/bin/python planted-secret", environ) == (
        "/somebody/project/.venv/bin/python ***"
    )
