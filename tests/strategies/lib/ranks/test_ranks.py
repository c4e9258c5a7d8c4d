"""What is said of a job of Spark that failed, out of the pages that Spark has for it."""

import pytest

from strategies.lib.spark import failures

CHAIN = """org.apache.spark.SparkException: Job aborted due to stage failure: Task 0 in stage 3.0 failed 1 times
org.apache.spark.api.python.PythonException: Traceback (most recent call last):
  File "x.py", line 1, in read
OSError: AWS Error NETWORK_CONNECTION during GetObject operation

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "y.py", line 2, in explained
bench.errors.StorageError: The store http://s:1 could not be reached for s3://b/x (timeout): see whether it is up.

Driver stacktrace:
"""


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (CHAIN, "The store http://s:1 could not be reached for s3://b/x (timeout): see whether it is up."),
        ("strategies.lib.ranks.errors.RankError: Rank 1: DatasetError: No rows.", "Rank 1: DatasetError: No rows."),
        (
            "org.apache.spark.SparkException: Job aborted\njava.io.FileNotFoundException: File x.zip does not exist",
            "Spark did not start: java.io.FileNotFoundException: File x.zip does not exist.",
        ),
        (
            "[PATH_NOT_FOUND] Path does not exist: file:/x.\nJVM",
            "Spark did not start: [PATH_NOT_FOUND] Path does not exist: file:/x.",
        ),
    ],
)
def test_the_worker_that_failed_speaks_else_the_root_cause(text: str, sentence: str) -> None:
    """Of a chain, the last of our own exceptions is what was meant; where there is none, the root cause is told."""
    assert failures._reason(text, "Spark did not start") == sentence
