"""The verb `bench fetch`: a run out of an object store."""

from __future__ import annotations

from pathlib import Path

import click

from bench.cli.options import storage_options
from bench.model import Storage
from bench.records.bucket import Bucket, split
from bench.stores.filesystem import from_environment


@click.command()
@click.argument("uri")
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("results"), show_default=True, help="Directory to put it in."
)
@storage_options
def fetch(uri: str, out: Path, storage: Storage) -> None:
    """Copy a run out of an object store, for `bench show` and all else that reads runs."""
    prefix, run = split(uri)
    click.echo(Bucket(prefix, from_environment(uri, storage)).fetch(run, out))
