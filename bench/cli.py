"""The command line: one short function per verb."""

from __future__ import annotations

import signal
import sys
import traceback
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn

import click

from bench.cli_options import HISTORY, OUT, Integers, Seconds, Share, storage_options
from bench.errors import EXIT_INTERRUPTED, BenchError

if TYPE_CHECKING:
    from bench.model import Storage


class BenchGroup(click.Group):
    """Imports the group ``data`` only when it is used, and turns what is raised into a sentence or an exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return all verbs."""
        return sorted([*super().list_commands(ctx), "data"])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return one verb."""
        if cmd_name == "data":
            from bench.cli_data import data

            return data
        return super().get_command(ctx, cmd_name)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the verb."""
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _interrupt)
        try:
            return super().invoke(ctx)
        except BenchError as error:
            from bench import scrub

            click.echo(f"Error: {scrub.text(str(error))}", err=True)
            ctx.exit(error.exit_code)
        except KeyboardInterrupt:
            click.echo("Interrupted: nothing half-done was left.", err=True)
            ctx.exit(EXIT_INTERRUPTED)
        except (click.ClickException, click.exceptions.Exit, click.Abort, EOFError, BrokenPipeError):
            raise  # click says and does what these mean
        except Exception:
            # Python's own exit code for a bug is 1, which says that something became slower or failed.
            from bench import scrub

            click.echo(scrub.text(traceback.format_exc()), err=True, nl=False)
            ctx.exit(BenchError.exit_code)


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    """Make a polite kill, and the end of the terminal, do what Ctrl-C does: clean up, and keep what there is."""
    raise KeyboardInterrupt


@click.group(cls=BenchGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="tf-spark-bench")
def main() -> None:
    """Measure the ways of putting TensorFlow and Spark together, on the same rows."""


@main.command()
@storage_options
@click.option("--strategy", "strategies", multiple=True, metavar="NAME|GLOB", help="Strategies to run; all by default.")
@click.option(
    "--task",
    type=click.Choice(["train", "predict"]),
    help="What is measured.  [default: train; predict for a named strategy that does not train]",
)
@click.option("--data", "data_name", default="flights", show_default=True, help="Dataset: a name, path or URI.")
@click.option("--workers", type=Integers(), help="Workers of distributed strategies, such as 1,2.  [default: 2]")
@click.option("--cores", type=click.IntRange(1), help="CPU cores for each trial.  [default: all]")
@click.option("--repeat", type=click.IntRange(1), default=1, show_default=True, help="How often each case runs.")
@click.option(
    "--model",
    type=click.Path(exists=True, resolve_path=True),
    help="Keras model to score with.  [default: one that is made once]",
)
@click.option("--budget", "budget_s", type=Seconds(), help="For row-by-row scoring, each trial.  [default: 60s]")
@click.option("--timeout", "timeout_s", type=Seconds(), default="10m", show_default=True, help="For each trial.")
@click.option("--epochs", type=click.IntRange(1), help="Passes over the data (family mlp).")
@click.option("--batch-size", type=click.IntRange(1), help="Rows of a global batch (family mlp).")
@click.option("--trees", type=click.IntRange(1), help="Number of trees (family gbt).")
@click.option("--depth", type=click.IntRange(1, 30), help="Greatest depth of a tree (family gbt).")
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), help="Seed of the trials and of their order.")
@click.option("--master", metavar="URL", help="Spark master: local[N], spark://…, yarn, k8s://….  [default: local]")
@click.option("--spark-conf", multiple=True, metavar="KEY=VALUE", help="Setting of Spark; may be given again.")
@click.option(
    "--spark-conf-file", type=click.Path(exists=True, dir_okay=False, resolve_path=True), help="File with more of them."
)
@click.option("--resume", metavar="RUN", help="Run what has no ok record in RUN, a directory or URI.")
@click.option("--out", default="results", show_default=True, help="Directory or URI that holds runs.")
@click.option("--dry-run", is_flag=True, help="Print the plan and run nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print records only, a line each.")
def run(**options: Any) -> None:
    """Run strategies on a dataset, print a table and keep the records."""
    from bench import cli_run

    sys.exit(cli_run.run_verb(**options))


@main.command()
@click.argument("run", type=click.Path(path_type=Path), required=False)
@OUT
def show(run: Path | None, out: Path) -> None:
    """Print the table of an earlier run, by default the last."""
    from rich.console import Console

    from bench import results
    from bench.report.text import print_run

    path = run if run and run.exists() else out / run if run else results.latest(out)
    print_run(results.read_run(path), Console(highlight=False))


@main.command()
@click.argument("a", metavar="A")
@click.argument("b", metavar="B")
@click.option("--threshold", type=Share(), default="10%", show_default=True, help="Below this a slowdown is ok.")
@click.option("--allow-different", metavar="FACT,…", help="Show unlike runs under a banner: machine, versions, …")
@click.option("--strict", is_flag=True, help="Fail, with 3, where the runs cannot tell.")
@click.option("--format", "kind", type=click.Choice(["text", "md", "json"]), default="text", show_default=True)
@OUT
def compare(**options: Any) -> None:
    """Compare two runs, or exported files, case by case; A is the baseline."""
    from bench import cli_compare

    sys.exit(cli_compare.compare_verb(**options))


@main.command()
@click.option("--baseline", metavar="REV|RUN", help="A git revision, or a run whose revision is measured again.")
@click.option("--candidate", metavar="REV", help="A git revision.  [default: what is checked out]")
@click.option("--python", multiple=True, metavar="PYTHON", help="Twice: compare two environments, baseline first.")
@click.option("--strategy", "strategies", multiple=True, metavar="NAME|GLOB", help="Strategies; all by default.")
@click.option("--task", type=click.Choice(["train", "predict"]), help="What is measured.  [default: train]")
@click.option("--data", multiple=True, help="Datasets: names, paths or URIs.  [default: flights]")
@click.option("--workers", type=Integers(), help="Workers of distributed strategies, such as 1,2.  [default: 2]")
@click.option("--cores", type=click.IntRange(1), help="CPU cores for each run.  [default: all]")
@click.option("--threshold", type=Share(), default="10%", show_default=True, help="Below this a slowdown is ok.")
@click.option("--budget", "budget_s", type=Seconds(), default="90m", show_default=True, help="For all of it.")
@click.option("--timeout", "timeout_s", type=Seconds(), default="10m", show_default=True, help="For each run.")
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), help="Seed of the cases' order.  [default: drawn]")
@click.option("--strict", is_flag=True, help="Fail, with 3, where the night cannot tell.")
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="New directory.  [default: one in results]")
def gate(**options: Any) -> None:
    """Measure two revisions in turn and judge each case: a nightly gate."""
    from bench import cli_gate

    sys.exit(cli_gate.gate_verb(**options, results=Path("results")))


@main.command()
@click.argument("runs", nargs=-1, type=click.Path(path_type=Path), metavar="[RUN]...")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="File to write.")
@click.option(
    "--format",
    "kind",
    type=click.Choice(["html", "md", "text", "json", "csv", "parquet", "pytest-benchmark"]),
    help="What to write.  [default: what FILE ends in, else html]",
)
@click.option(
    "--quality",
    "least_auc",
    type=click.FloatRange(0, 1),
    metavar="AUC",
    help="Least AUC that will do.  [default: 0.01 below the best]",
)
@click.option("--results", type=click.Path(path_type=Path), default=Path("results"), help="Directory that holds runs.")
@click.option("--open", "show", is_flag=True, help="Open it in a browser.")
def report(**options: Any) -> None:
    """Write a report of runs, by default of the last: directories, names, or exported json and parquet files."""
    from bench import cli_report

    cli_report.report_verb(**options)


@main.command()
@click.argument("uri")
@OUT
@storage_options
def fetch(uri: str, out: Path, storage: Storage) -> None:
    """Copy a run out of an object store, for `bench show` and all else that reads runs."""
    from bench.bucket import Bucket, split
    from bench.storage import from_environment

    prefix, run = split(uri)
    click.echo(Bucket(prefix, from_environment(uri, storage)).fetch(run, out))


@main.command("list")
def list_strategies() -> None:
    """List the strategies and whether each can run here."""
    from rich.console import Console

    from bench.errors import PluginError
    from bench.report.strategies import print_strategies

    if not print_strategies(Console()):
        sys.exit(PluginError.exit_code)


@main.command()
def doctor() -> None:
    """Check this machine: each line is ok, a warning or broken, with the remedy."""
    from rich.console import Console

    from bench.doctor import report

    sys.exit(report(Console()))


@main.command()
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("environment.tar.gz"), show_default=True, help="The archive."
)
@click.option("--python", metavar="PREFIX", help="Where Python lies on the hosts, such as /usr.  [default: as here]")
@click.option("--force", is_flag=True, help="Replace an archive that is there.")
def pack(out: Path, python: str | None, force: bool) -> None:
    """Pack this environment for the executors of a cluster (spark.archives)."""
    from bench.pack import how_to_use
    from bench.pack import pack as packed

    click.echo(how_to_use(packed(out, python, force=force)))


@main.command("new-strategy")
@click.argument("name")
@click.option("--out", type=click.Path(path_type=Path), default=Path(), help="Directory to write to.  [default: .]")
def new_strategy(name: str, out: Path) -> None:
    """Write a commented skeleton of a strategy, and its test."""
    from bench.skeleton import entry_point, write

    strategy, test = write(name, out)
    click.echo(f"{strategy}\n{test}\nTo make it known, add to your pyproject.toml and install your package:\n")
    click.echo(entry_point(strategy))


@main.command()
@click.argument("verdict", type=click.Path(path_type=Path), required=False)
@HISTORY
@click.option("--out", type=click.Path(path_type=Path), help="Directory for trend.md and trend.html.")
def trend(verdict: Path | None, place: str, out: Path | None) -> None:
    """Add a gate's verdict to the history of nights, and say which case became slower, and when."""
    from bench import cli_trend

    sys.exit(cli_trend.trend_verb(verdict, place, out))


@main.command()
@click.argument("case")
@click.option("--good", metavar="REV", required=True, help="The revision without the slowdown.")
@click.option("--bad", metavar="REV", default="HEAD", show_default=True, help="The revision with it.")
@click.option("--data", help="Dataset: a name or a path.  [default: the case's, or flights]")
@click.option("--budget", "budget_s", type=Seconds(), default="30m", show_default=True, help="For each comparison.")
@click.option("--timeout", "timeout_s", type=Seconds(), default="10m", show_default=True, help="For each run.")
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="New directory.  [default: one in results]")
def bisect(**options: Any) -> None:
    """Find the commit that made CASE slower: named as `bench trend` does, or a strategy's name."""
    from bench import cli_bisect

    sys.exit(cli_bisect.bisect_verb(**options))


@main.group()
def history() -> None:
    """Look after the history of nights."""


@history.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@HISTORY
def import_file(file: Path, place: str) -> None:
    """Add what `pytest --benchmark-json=FILE` wrote to the history of nights."""
    from bench import cli_trend

    sys.exit(cli_trend.import_verb(file, place))
