"""The command line: `main` finds a verb in one table, and imports only that verb's file."""

from __future__ import annotations

import importlib
import itertools
import sys
import traceback
from typing import Any

import click

from bench.cli.interrupts import heeded_signals
from bench.cli.output import watch_output
from bench.cli.surroundings import (
    check_address_space,
    check_blas_threads,
    check_directory,
    fault,
    keep_docstrings,
)
from bench.errors import EXIT_INTERRUPTED, BenchError, UsageError

# Each verb: its module and function, and the first line of its help, so that `bench --help` imports none of them.
VERBS = {
    "advise": ("bench.cli.advise:advise", "Say which strategy is the fastest for more rows than were measured."),
    "bisect": ("bench.cli.bisect:bisect_command", "Find the commit that made CASE slower."),
    "compare": ("bench.cli.compare:compare", "Compare two runs, or exported files, case by case; A is the baseline."),
    "data": ("bench.cli.data:data", "Make, import, list, describe and clean up datasets."),
    "doctor": ("bench.cli.doctor:doctor", "Check this machine: each line is ok, a warning or broken, with the remedy."),
    "fetch": ("bench.cli.fetch:fetch", "Copy a run out of an object store."),
    "gate": ("bench.cli.gate:gate", "Measure two revisions in turn and judge each case: a nightly gate."),
    "history": ("bench.cli.history:history", "Look after the history of nights."),
    "init": ("bench.cli.init:init", "Write a commented bench.toml, with a suite of options to keep in git."),
    "list": ("bench.cli.list:list_strategies", "List the strategies and whether each can run here."),
    "new-strategy": ("bench.cli.new_strategy:new_strategy", "Write a commented skeleton of a strategy, and its test."),
    "pack": ("bench.cli.pack:pack", "Pack this environment for the executors of a cluster."),
    "report": ("bench.cli.report:report", "Write a report of runs, by default of the last."),
    "run": ("bench.cli.run:run", "Run strategies on a dataset, print a table and keep the records."),
    "show": ("bench.cli.show:show", "Print the table of an earlier run, by default the last."),
    "trend": (
        "bench.cli.trend:trend",
        "Add a gate's verdict to the history of nights, and say which case became slower, and when.",
    ),
}


class BenchGroup(click.Group):
    """Imports a verb when it is used, and turns an exception into a sentence and an exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return all verbs."""
        return sorted(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return one verb."""
        if cmd_name not in VERBS:
            return None
        module, _, name = VERBS[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write each verb with the first line of its help."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, VERBS[name][1]) for name in self.list_commands(ctx)])

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Refuse what is empty, as of a variable that is not set: it would count as not given, and mean all."""
        for before, argument in itertools.pairwise(["", *args]):
            option = before if before.startswith("-") else "an argument"
            empty = not argument or (argument.startswith("--") and argument.endswith("="))
            if empty and not ctx.resilient_parsing:  # a shell completes after it, too
                raise click.UsageError(f"{argument[:-1] or option} is empty: give it a value, or leave it out.", ctx)
        return super().parse_args(ctx, args)

    def main(self, *args: Any, **options: Any) -> Any:
        """Run the command line; see `click.Command.main`."""
        watch_output()
        try:
            keep_docstrings()
            return super().main(*args, **options)
        except BenchError as error:  # of help or the version, which are printed before there is a verb
            click.echo(f"Error: {error}", err=True)
            sys.exit(error.exit_code)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the verb."""
        try:
            with heeded_signals():
                check_directory()
                check_address_space()
                check_blas_threads()
                return super().invoke(ctx)
        except BenchError as error:
            from bench import scrub

            click.echo(f"Error: {scrub.text(str(error))}", err=True)
            ctx.exit(error.exit_code)
        except KeyboardInterrupt:
            click.echo("Interrupted: nothing half-done was left.", err=True)
            ctx.exit(EXIT_INTERRUPTED)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise  # click handles these
        except Exception as error:
            from bench import scrub

            if sentence := fault(error):
                click.echo(f"Error: {scrub.text(sentence)}", err=True)
                ctx.exit(UsageError.exit_code)
            # Python's own exit code for a bug is 1, which here means a regression or a failed trial.
            click.echo(scrub.text(traceback.format_exc()), err=True, nl=False)
            ctx.exit(BenchError.exit_code)


@click.group(cls=BenchGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="tf-spark-bench")
def main() -> None:
    """Measure the ways of putting TensorFlow and Spark together, on the same rows."""
