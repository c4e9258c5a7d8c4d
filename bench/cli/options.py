"""Options that several verbs share, and the types of their values."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from bench.families.base import Setting

UNITS = {"": 1, "s": 1, "m": 60, "h": 3600}
RESULTS = click.option(
    "--results",
    type=click.Path(path_type=Path),
    default=Path("results"),
    show_default=True,
    help="Directory that holds runs.",
)
HISTORY = click.option(
    "--history", "place", default="history", show_default=True, metavar="DIR|URI", help="Where the nights are kept."
)

PRICE = click.option(
    "--price",
    metavar="0.048/core-h|FILE[:NAME][:spot]",
    callback=lambda _ctx, _param, given: None if given is None else _tariff(given),
    help="Say what trials cost: by this price, or by a file of machines, such as machines.toml:NAME.",
)

TIMESTAMPS = click.option(
    "--timestamps",
    multiple=True,
    metavar="PART,…",
    callback=lambda _ctx, _param, given: tuple(part.strip() for text in given for part in text.split(",")),
    help="Numbers to make of timestamps and dates: hour, weekday, day, month, age.  [default: refuse them]",
)
CATEGORIES = click.option(
    "--categories",
    default="codes",
    show_default=True,
    metavar="codes|hash:N|native",
    help="How strings become numbers: their place, a hash such as hash:2^18, or a place that is known to be a name.",
)


def renamed(old: str, new: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return a decorator that gives a verb the hidden old name of an option, which is refused with the new name.

    Args:
        old: The old name.
        new: The new name.
    """

    def refuse(_ctx: click.Context, _param: click.Parameter, value: str | None) -> None:
        if value is not None:
            raise click.UsageError(f"{old} is called {new} now: write {new} {value}.")

    return click.option(old, hidden=True, expose_value=False, callback=refuse)


def _tariff(text: str) -> Any:
    from bench.prices.tariff import parse

    return parse(text)


class Count(click.ParamType[int]):
    """A positive whole number such as 1000, 1_000_000 or 1e7."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number."""
        if isinstance(value, int):
            return value
        match = re.fullmatch(r"\d[\d_]*(?:\.\d+)?(?:[eE]\+?\d{1,2})?", value.strip())
        number = Decimal(match[0].replace("_", "")) if match else Decimal(0)
        if number < 1 or number != int(number):
            self.fail(f"{value!r} is no positive whole number: write 1000, 1_000_000 or 1e6.", param, ctx)
        return int(number)


class Seconds(click.ParamType[float]):
    """A duration such as 90, 90s, 10m or 1.5h; the value is in seconds."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return seconds."""
        if isinstance(value, (int, float)):
            return float(value)
        match = re.fullmatch(r"(\d+(?:\.\d+)?)([smh]?)", value.strip())
        if not match or not float(match[1]):
            self.fail(f"{value!r} is no duration: write 90s, 10m or 1h.", param, ctx)
        return float(match[1]) * UNITS[match[2]]


class Integers(click.ParamType[tuple[int, ...]]):
    """Positive integers with commas between them, such as 1,2,4."""

    name = "integers"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        """Return the integers in the given order, each once."""
        if isinstance(value, tuple):
            return value
        if not re.fullmatch(r"[1-9]\d*(,[1-9]\d*)*", value):
            self.fail(f"{value!r} is no list of positive integers: write 1,2,4.", param, ctx)
        return tuple(dict.fromkeys(int(number) for number in value.split(",")))


class Share(click.ParamType[float]):
    """A share such as 10% or 0.1; the value is 0.1."""

    name = "share"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the share as a number between 0 and 1."""
        if isinstance(value, float):
            return value
        match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(%?)", value.strip())
        share = float(match[1]) / (100 if match[2] else 1) if match else 0.0
        if not 0 < share < 1:
            self.fail(f"{value!r} is no share between 0 and 100 %: write 10% or 0.1.", param, ctx)
        return share


class TaskName(click.Choice[str]):
    """The name of a task; the tasks are looked up when the option is made."""

    def __init__(self) -> None:
        from bench.tasks import TASKS

        super().__init__(list(TASKS))


def setting_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a verb an option for each setting of the families, and its function an argument of the setting's name."""
    from bench.families import FAMILIES, settings

    known = list(FAMILIES.usable())
    for setting in reversed(settings().values()):
        names = [family.name for family in known if setting in family.settings]
        option = f"--{setting.name.replace('_', '-')}"
        family = "family" if len(names) == 1 else "families"
        help_text = f"{setting.help} ({family} {', '.join(names)})."
        command = click.option(option, type=_kind(setting), help=help_text)(command)
    return command


def _kind(setting: Setting) -> click.ParamType[Any]:
    """Return the type of a setting's values."""
    if setting.words:
        return click.Choice(setting.words)
    return Integers() if setting.axis else click.IntRange(setting.least, setting.most)


def storage_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a verb the options of the storage section, and its function one argument ``storage`` for them.

    Their defaults come from `bench.stores.filesystem.from_environment`, which has to know the URI.
    """

    @click.option("--endpoint", metavar="URL", help="Object store to ask.  [default: the provider's]")
    @click.option("--region", help="Region of the bucket.  [default: $AWS_REGION, or asked for]")
    @click.option("--anonymous", is_flag=True, help="Read the bucket without credentials.")
    @functools.wraps(command)
    def with_storage(*, endpoint: str | None, region: str | None, anonymous: bool, **options: Any) -> Any:
        from bench.model import Storage

        return command(storage=Storage(endpoint, region, anonymous), **options)

    return with_storage
