"""Credentials on their way from a driver to its workers: held in memory, shown nowhere."""

from __future__ import annotations

import configparser
import os
from collections.abc import Mapping
from pathlib import Path

from bench.model import Dataset

VARIABLES = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


class Keys:
    """The credentials that a worker on another host needs to read the driver's bucket.

    They travel inside the closures that Spark sends to tasks, as safe as Spark's network is set up to be
    (``spark.network.crypto.enabled``). They travel in no setting, option or file, because Spark shows settings on its
    pages, in its event logs and on the JVM's command line.
    """

    def __init__(self, values: Mapping[str, str]) -> None:
        """Hold values of `VARIABLES`.

        Args:
            values: By variable.
        """
        self._values = dict(values)

    def __repr__(self) -> str:
        return f"Keys({len(self._values)} hidden)"

    def use(self) -> None:
        """Put them into this process's environment, where the libraries look first; empty keys change nothing."""
        if self._values:
            # Otherwise a session token of this process would be used with the driver's keys.
            for name in VARIABLES:
                os.environ.pop(name, None)
        os.environ.update(self._values)


def of_driver(dataset: Dataset, environ: Mapping[str, str] = os.environ) -> Keys:
    """Return the keys that this process reads a dataset with.

    They come from ``AWS_*`` or, as for Amazon's tools, from ``~/.aws/credentials``. They are empty where the dataset is
    not on S3 or is read anonymously. The keys of a machine's role are left out, because the hosts of a cluster have
    roles of their own.

    Args:
        dataset: The dataset.
        environ: Where the standard variables are looked up.
    """
    if not (dataset.table or dataset.path).startswith("s3://") or dataset.storage.anonymous:
        return Keys({})
    if environ.get("AWS_ACCESS_KEY_ID"):
        return Keys({name: environ[name] for name in VARIABLES if environ.get(name)})
    return Keys(_of_file(environ))


def _of_file(environ: Mapping[str, str]) -> dict[str, str]:
    given = environ.get("AWS_SHARED_CREDENTIALS_FILE")
    file = Path(given) if given else Path(os.path.expanduser(environ.get("HOME", "~")), ".aws", "credentials")
    parser = configparser.RawConfigParser()
    try:
        parser.read(file)
    except configparser.Error:
        return {}  # the libraries report the error in it
    profile = environ.get("AWS_PROFILE") or environ.get("AWS_DEFAULT_PROFILE") or "default"
    found = dict(parser.items(profile)) if parser.has_section(profile) else {}
    return {name: found[name.lower()] for name in VARIABLES if found.get(name.lower())}
