"""Writes the pages of the reference, and the schema of suites, that follow from the code: `python docs/generate.py`."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator
from pathlib import Path

import click

REFERENCE = Path(__file__).parent / "reference"
SUITES = Path(__file__).parents[1] / "bench" / "schemas" / "suites-1.json"
COMMAND = "python docs/generate.py"
NOTICE = f"<!-- Written by `{COMMAND}`: change the code, then run it again. -->\n"


def cli_page() -> str:
    """Return the page of all verbs: for each its usage, help, arguments and options.

    The text comes from click's own objects, not from its help screens, whose lines break where the terminal ends.
    """
    from bench.cli import main

    context = click.Context(main, info_name="bench")
    verbs = "\n".join(_verb(path, command) for path, command in _walk(context, main))
    head = f"# The command line\n\n{NOTICE}\n{_paragraphs(main)}\nEvery verb has `--help`, or `-h`.\n"
    return f"{head}What the exit codes mean stands in [exit codes](exit-codes.md).\n\n{verbs}"


def strategies_page() -> str:
    """Return the page of the built-in strategies: a table for each thing that they do."""
    from bench import plugins

    loaded = [plugins.load(name) for name in plugins.names() if plugins.module_of(name).startswith("strategies.")]
    train = [plugin for plugin in loaded if "train" in plugin.tasks]
    cluster = [plugin for plugin in loaded if "cluster" in plugin.tasks and plugin not in train]
    handoff = [plugin for plugin in loaded if "handoff" in plugin.tasks and plugin not in train]
    pipeline = [plugin for plugin in loaded if plugin.tasks == ("pipeline",)]
    others = (*train, *cluster, *handoff, *pipeline)
    score = [plugin for plugin in loaded if plugin not in others]
    return (
        f"# The strategies\n\n{NOTICE}\n"
        "`bench list` prints this list with what each lacks to run on your machine. *Problems*: kinds that it takes\n"
        "part in; in others it is skipped with the reason. *Weights*: whether it learns from rows by their weight.\n"
        "*Workers*: whether `--workers` means anything to it. *Recommended for* is what its own documentation\n"
        "says, not what we measured.\n\n"
        f"## Ways to train\n\n{_table(train)}\n## Ways to find clusters\n\n{_table(cluster)}\n"
        f"## Ways to score only\n\n{_table(score)}\n## Ways to hand rows over\n\n{_table(handoff)}\n"
        "## Whole pipelines\n\nOthers are [put together](../how-to/from-raw-tables.md) of parts.\n\n"
        f"{_table(pipeline)}"
    )


def environment_variables_page() -> str:
    """Return the page of environment variables: as it is, but for the table of those that a trial inherits."""
    from bench.machine import variables

    head, _, _ = (REFERENCE / "environment-variables.md").read_text().partition(NOTICE)
    lines = ["| variable | treatment | why |", "|---|---|---|"]
    for rule in variables.RULES:
        names = ", ".join(f"`{name}`" for name in rule.names)
        treatment = f"set to {rule.value}" if rule.value else rule.treatment
        lines.append(f"| {names} | {treatment} | {_cell(rule.reason)} |")
    return head + NOTICE + "\n" + "\n".join(lines) + "\n"


def suites_schema() -> str:
    """Return the JSON Schema of suites, which editors use."""
    from bench.cli.suite_keys import schema

    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"


def _walk(context: click.Context, group: click.Group) -> Iterator[tuple[str, click.Command]]:
    """Yield each verb below a group with the words that call it; of groups only those that do something themselves."""
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is None or command.hidden:
            continue
        inner = click.Context(command, parent=context, info_name=name)
        if not isinstance(command, click.Group) or command.invoke_without_command:
            yield inner.command_path, command
        if isinstance(command, click.Group):
            yield from _walk(inner, command)


def _verb(path: str, command: click.Command) -> str:
    context = click.Context(command, info_name=path)
    usage = " ".join([path, *command.collect_usage_pieces(context)])
    lines = [f"## {path}", "", _paragraphs(command), f"`{usage}`", ""]
    options = [part for part in command.params if isinstance(part, click.Option) and not part.hidden]
    if options:
        lines += ["| option | meaning |", "|---|---|", *(_option(option, context) for option in options), ""]
    return "\n".join(lines)


def _option(option: click.Option, context: click.Context) -> str:
    names = ", ".join([*option.opts, *option.secondary_opts])
    value = "" if option.is_flag else f" {option.make_metavar(context).removesuffix(' RANGE')}"
    # The default as the code has it; one that depends on the machine stands in the help text itself.
    extra = option.get_help_extra(context)
    notes = [f"[default: {extra['default']}]"] if "default" in extra else []
    notes += [f"[{extra['range']}]"] if "range" in extra else []
    notes += ["[required]"] if option.required else []
    return f"| `{_cell(names + value)}` | {_cell(' '.join([option.help or '', *notes]))} |"


def _paragraphs(command: click.Command) -> str:
    return inspect.cleandoc(command.help or "").partition("\f")[0].strip() + "\n"


def _table(loaded: list) -> str:
    from bench.families import family_of
    from bench.tasks import TASKS

    lines = [
        "| strategy | tasks | problems | weights | family | workers | what it is | recommended for | needs |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for plugin in loaded:
        facts = plugin.strategy
        labelled = any(TASKS[task].grades is None for task in plugin.tasks)  # else label and weight play no part
        works = family_of(facts.family).works
        cells = [
            f"`{plugin.name}`",
            ", ".join(plugin.tasks),
            ", ".join(facts.problems) if works and labelled else "all",
            ("yes" if facts.weights or not works else "no") if labelled else "not read",
            facts.family,
            "any" if facts.distributed else "1",
            plugin.summary.replace("``", "`"),
            facts.recommended,
            ", ".join(f"`{need}`" for need in facts.needs),
        ]
        lines.append("| " + " | ".join(map(_cell, cells)) + " |")
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def write() -> None:
    """Write the pages."""
    (REFERENCE / "cli.md").write_text(cli_page())
    (REFERENCE / "strategies.md").write_text(strategies_page())
    (REFERENCE / "environment-variables.md").write_text(environment_variables_page())
    SUITES.write_text(suites_schema())


if __name__ == "__main__":
    write()
