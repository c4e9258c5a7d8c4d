"""How rows of a store are shared out for Spark, and what Spark's own connectors are told."""

from pathlib import Path

import pytest

from bench.model import Storage
from bench.rows.groups import RowGroup, portions
from strategies.lib.spark import hadoop


@pytest.mark.parametrize("number", [1, 2, 3, 7, 20, 50])
def test_portions_are_whole_row_groups_in_order(number: int) -> None:
    """Every row group is in one portion, in order, and portions of equal groups differ by one group."""
    groups = [RowGroup("file", index, 1000) for index in range(20)]
    parts = portions(groups, number)
    assert [group for part in parts for group in part] == groups
    assert len(parts) == min(number, 20)
    sizes = [len(part) for part in parts]
    assert max(sizes) - min(sizes) <= 1


def test_a_large_row_group_fills_a_portion() -> None:
    """Portions have about equally many rows, whatever the row groups."""
    groups = [RowGroup("file", index, rows) for index, rows in enumerate([10, 10, 1000, 10, 10, 1000])]
    assert [sum(group.rows for group in part) for part in portions(groups, 2)] == [1020, 1020]


def test_hadoops_connector_is_told_the_storage_section() -> None:
    """Endpoint, region and anonymous access become settings of s3a; no credential ever does."""
    settings = hadoop.settings(Storage("http://127.0.0.1:8333", "eu-west-1", anonymous=True))
    assert settings["spark.hadoop.fs.s3a.endpoint"] == "http://127.0.0.1:8333"
    assert settings["spark.hadoop.fs.s3a.connection.ssl.enabled"] == "false"
    assert settings["spark.hadoop.fs.s3a.path.style.access"] == "true"
    assert settings["spark.hadoop.fs.s3a.endpoint.region"] == "eu-west-1"
    assert "Anonymous" in settings["spark.hadoop.fs.s3a.aws.credentials.provider"]
    assert not hadoop.settings(Storage())
    assert not [key for key in settings if "key" in key or "secret" in key]


def test_the_connectors_version_is_that_of_sparks_hadoop() -> None:
    """`hadoop-aws` without a version gets that of the Hadoop in Spark, and what has one keeps it."""
    import pyspark

    version = hadoop.version(Path(pyspark.__file__).parent / "jars")
    assert version
    assert version[0].isdigit()
    packages = "org.apache.hadoop:hadoop-aws, a:b:1"
    assert hadoop.complete(packages, version) == f"org.apache.hadoop:hadoop-aws:{version},a:b:1"
    assert hadoop.complete("org.apache.hadoop:hadoop-aws:3.3.4", version) == "org.apache.hadoop:hadoop-aws:3.3.4"
    assert hadoop.version(Path("/nowhere")) is None


def test_uris_are_as_hadoop_calls_them() -> None:
    """What Amazon calls s3 is s3a for Hadoop."""
    assert hadoop.uri("s3://bucket/s3://x") == "s3a://bucket/s3://x"
    assert hadoop.uri("gcs://bucket/x") == "gs://bucket/x"


def test_paths_are_this_machines() -> None:
    """A path is none of HDFS, and no character of it is changed."""
    assert hadoop.uri("/a/path%20 of/split=train") == "file:///a/path%20 of/split=train"
    assert hadoop.uri("path") == f"file://{Path.cwd()}/path"
