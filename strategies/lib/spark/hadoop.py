"""Spark's own connectors to object stores, where their jars are installed: version, settings and URIs.

Not run in our tests, because the jars come from Maven only: the tests compare settings and URIs.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from bench import Dataset, Storage

CLASSES = {
    "s3": "org.apache.hadoop.fs.s3a.S3AFileSystem",
    "gs": "com.google.cloud.hadoop.fs.gcs.GoogleHadoopFileSystem",
    "gcs": "com.google.cloud.hadoop.fs.gcs.GoogleHadoopFileSystem",
}
PACKAGE = "org.apache.hadoop:hadoop-aws"


def version(jars: Path) -> str | None:
    """Return the Hadoop version of a Spark, which ``hadoop-aws`` must be of too.

    Args:
        jars: Spark's directory of jars.
    """
    found = [re.fullmatch(r"hadoop-client-api-(.+)\.jar", jar.name) for jar in jars.glob("hadoop-client-api-*.jar")]
    return next((match[1] for match in found if match), None)


def complete(packages: str, hadoop: str | None) -> str:
    """Return ``spark.jars.packages`` with the version of ``hadoop-aws`` where it was left out.

    Args:
        packages: The setting as the user gave it.
        hadoop: Spark's version of Hadoop, if it is known.
    """
    named = [part.strip() for part in packages.split(",")]
    return ",".join(f"{part}:{hadoop}" if part == PACKAGE and hadoop else part for part in named)


def settings(storage: Storage) -> dict[str, str]:
    """Return the settings of ``s3a`` for a store; it finds credentials by its own chain.

    Args:
        storage: How to reach the store.
    """
    found: dict[str, str] = {}
    if storage.endpoint:
        secure = storage.endpoint.startswith("https")
        found |= {
            "spark.hadoop.fs.s3a.endpoint": storage.endpoint,
            "spark.hadoop.fs.s3a.path.style.access": "true",
            "spark.hadoop.fs.s3a.connection.ssl.enabled": str(secure).lower(),
        }
    if storage.region:
        found["spark.hadoop.fs.s3a.endpoint.region"] = storage.region
    if storage.anonymous:
        provider = "org.apache.hadoop.fs.s3a.AnonymousAWSCredentialsProvider"
        found["spark.hadoop.fs.s3a.aws.credentials.provider"] = provider
    return found


def chosen(dataset: Dataset, given: Mapping[str, str]) -> dict[str, str]:
    """Return the user's settings and, where they bring ``s3a`` along, its settings for the dataset's store.

    Args:
        dataset: The dataset.
        given: The user's settings.
    """
    import pyspark

    jars = Path(pyspark.__file__).parent / "jars"
    packages, files = given.get("spark.jars.packages", ""), given.get("spark.jars", "")
    if "hadoop-aws" not in packages + files and not list(jars.glob("hadoop-aws-*.jar")):
        return dict(given)
    completed = {"spark.jars.packages": complete(packages, version(jars))} if packages else {}
    return settings(dataset.storage) | dict(given) | completed


def uri(path: str) -> str:
    """Return a path or URI as Hadoop knows it: ``s3`` is called ``s3a`` there, and ``gcs`` ``gs``.

    A path becomes a ``file`` URI, because a plain path is HDFS's where Hadoop is set up (``HADOOP_CONF_DIR``).

    Args:
        path: The path or URI.
    """
    if "://" not in path:
        # Not quoted: Hadoop takes a percent sign as it is.
        return f"file://{os.path.abspath(path)}"
    return re.sub(r"^gcs://", "gs://", re.sub(r"^s3://", "s3a://", path))


def reads(spark: SparkSession, dataset: Dataset) -> bool:
    """Return whether Spark itself can read a dataset: its rows are written as they are, and a connector is there.

    Args:
        spark: The session.
        dataset: The dataset.
    """
    if dataset.table:
        return False
    scheme = dataset.path.partition("://")[0] if "://" in dataset.path else ""
    if scheme not in CLASSES:
        return True
    from py4j.protocol import Py4JJavaError

    try:
        loader = spark._jvm.java.lang.Thread.currentThread().getContextClassLoader()
        spark._jvm.java.lang.Class.forName(CLASSES[scheme], False, loader)
    except Py4JJavaError:
        return False
    return True
