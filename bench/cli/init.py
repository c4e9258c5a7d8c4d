"""The verb `bench init`: a first file of suites."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import click

from bench.errors import UsageError

SCHEMA = "bench.schema.json"


@click.command()
@click.option("--schema", is_flag=True, help=f"Write {SCHEMA}, too, by which editors complete and check the keys.")
def init(*, schema: bool) -> None:
    """Write a commented bench.toml, with a suite of options to keep in git: nothing is overwritten."""
    package = resources.files("bench")
    text = package.joinpath("templates", "bench.toml").read_text()
    suites = Path("bench.toml")
    if schema:
        first_line = f"#:schema ./{SCHEMA}"
        _write(Path(SCHEMA), package.joinpath("schemas", "suites-1.json").read_text())
        if suites.exists():
            click.echo(
                f"{suites} is there already: make `{first_line}` its first line, by which editors find the schema."
            )
            return
        text = f"{first_line}\n{text}"
    _write(suites, text)


def _write(path: Path, text: str) -> None:
    try:
        with path.open("x") as file:
            file.write(text)
    except FileExistsError:
        raise UsageError(f"{path} is there already, and is not overwritten: edit it, or take it away.") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be written ({error.strerror}): go to a directory that can be.") from error
    click.echo(path)
