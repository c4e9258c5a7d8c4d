"""The verb `bench pack`: this environment as an archive."""

from __future__ import annotations

from pathlib import Path

import click

from bench.spark.pack import how_to_use, pack_environment


@click.command()
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("environment.tar.gz"), show_default=True, help="The archive."
)
@click.option("--python", metavar="PREFIX", help="Where Python lies on the hosts, such as /usr.  [default: as here]")
@click.option("--force", is_flag=True, help="Replace an archive that is there.")
def pack(out: Path, python: str | None, force: bool) -> None:
    """Pack this environment for the executors of a cluster (spark.archives)."""
    click.echo(how_to_use(pack_environment(out, python, force=force)))
