"""Suites: options that a team keeps in git, in ``bench.toml`` or in a table of ``pyproject.toml``."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

import click

from bench.cli.suite_keys import ONCE, as_given, check_type, keys_of, keys_of_verbs
from bench.errors import UsageError
from bench.parsing import toml_table
from bench.writing.clean import NAME_LIMIT, REASON_LIMIT, shown

FILES = (("bench.toml", ()), ("pyproject.toml", ("tool", "bench")))  # and the table that holds ours


def suite_option(command: Any) -> Any:
    """Give a verb the option ``--suite``, whose keys stand in for options that are not given."""
    return click.option(
        "--suite",
        metavar="NAME",
        is_eager=True,  # before the options that it speaks for
        expose_value=False,
        callback=_take,
        shell_complete=_complete,
        help="Take options from this suite of bench.toml or pyproject.toml; what is given here wins.",
    )(command)


def read(directory: Path, name: str) -> tuple[str, dict[str, Any]]:
    """Return where a suite stands, for sentences, and what it says.

    Args:
        directory: Directory of ``bench.toml`` or, where there is none, of ``pyproject.toml``.
        name: Name of the suite.

    Raises:
        UsageError: There is no such suite, or its file cannot be read.
    """
    file, suites = _suites(directory)
    if name not in suites:
        raise UsageError(f"{file} has no suite {shown(name)!r}{_nearest(name, suites)}.")
    return f"{file}, suite {name!r}", suites[name]


def _suites(directory: Path) -> tuple[str, dict[str, Any]]:
    """Return the name of the file of suites, and the suites."""
    for file, tables in FILES:
        content = _toml(directory / file)
        for table in tables:
            content = content.get(table) if isinstance(content, dict) else None
        if not content or not isinstance(content, dict):
            continue
        _check_names(content, ("suites",), "table", file)
        suites = content.get("suites")
        if not isinstance(suites, dict) or not all(isinstance(suite, dict) for suite in suites.values()):
            raise UsageError(f"{file}: suites have to be tables: write [{'.'.join((*tables, 'suites'))}.NAME].")
        return file, suites
    if (directory / FILES[0][0]).exists():
        raise UsageError("bench.toml has no suites: write [suites.NAME].")
    raise UsageError("There is no bench.toml here, and no suite in a pyproject.toml: `bench init` writes one.")


def chosen(verb: str, suite: Mapping[str, Any], where: str) -> tuple[dict[str, Any], list[str]]:
    """Return what a suite says to a verb, by key, and the common keys that mean nothing to it.

    Args:
        verb: The verb.
        suite: What the suite says.
        where: Where it stands, for the sentence.

    Raises:
        UsageError: It has a key that there is not, or a value of a wrong type.
    """
    verbs = keys_of_verbs()
    own = {name: suite.get(name, {}) for name in verbs}
    common = {key: value for key, value in suite.items() if key not in verbs}
    _check_keys(common, {key for keys in verbs.values() for key in keys} | set(verbs), "key", where)
    for name, keys in verbs.items():
        if not isinstance(own[name], dict):
            raise UsageError(f"{where}: {name} has to be a table, with keys for `bench {name}` only.")
        _check_keys(own[name], keys, f"key of `bench {name}`", where)
        for key, value in [*common.items(), *own[name].items()]:
            if key in keys:
                check_type(keys[key], value, f"{where}: {key}")
    said = {**{key: value for key, value in common.items() if key in verbs[verb]}, **own[verb]}
    return said, [key for key in common if key not in verbs[verb]]


def _complete(_ctx: click.Context, _param: click.Parameter, begun: str) -> list[str]:
    """Return the names of suites that begin so, for a shell."""
    try:
        _, suites = _suites(Path())
    except UsageError:
        return []
    return [name for name in suites if name.startswith(begun)]


def _take(ctx: click.Context, _param: click.Parameter, name: str | None) -> None:
    """Have a suite's values taken for options that are not given."""
    if name is None or ctx.resilient_parsing:
        return
    verb = str(ctx.command.name)
    where, suite = read(Path(), name)
    said, other = chosen(verb, suite, where)
    if other:
        click.echo(f"{where}: `bench {verb}` takes no {', '.join(other)} from a suite, and leaves it out.", err=True)
    values: dict[str, Any] = {}
    for key, option in keys_of(ctx.command).items():
        if key in said:
            values[str(option.name)] = as_given(option, said[key])
            try:
                option.type_cast_value(ctx, values[str(option.name)])
            except click.BadParameter as error:
                raise UsageError(f"{where}: {key} will not do: {error.message}") from error
    ctx.default_map = values


def _toml(file: Path) -> Any:
    try:
        return toml_table(file.read_text())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise UsageError(f"{file.name} cannot be read as TOML ({error}): correct it.") from error


def _check_keys(content: Iterable[str], known: Collection[str], what: str, where: str) -> None:
    for name in content:
        option = name.replace("_", "-")
        if name not in known and any(option in options for options in ONCE.values()):
            raise UsageError(f"{where}: {name} is for one call, and no {what}: give --{option} there.")
        _check_names((name,), known, what, where)


def _check_names(content: Iterable[str], known: Iterable[str], what: str, where: str) -> None:
    known = sorted(known)
    for name in content:
        if name not in known:
            raise UsageError(f"{where}: there is no {what} {shown(name)!r}{_nearest(name, known)}.")


def _nearest(name: str, known: Iterable[str]) -> str:
    """Return the end of a sentence about a name that there is not."""
    known = list(known)
    near = difflib.get_close_matches(name[:NAME_LIMIT].replace("_", "-"), known, 1)
    return f": write {shown(near[0])!r}" if near else f"; there are {shown(', '.join(map(repr, known)), REASON_LIMIT)}"
