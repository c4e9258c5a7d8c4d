"""What a suite may say: the options of the verbs that take one, with the types of TOML, and their JSON Schema."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from typing import Any

import click

from bench.cli.options import Count, Integers, Seconds, Share
from bench.errors import UsageError
from bench.writing.clean import shown

VERBS = ("run", "gate", "advise")
# Options of one call, which the next call cannot mean.
ONCE = {"run": {"dry-run", "json", "resume"}, "gate": {"out"}, "advise": {"json", "out", "plan"}}
_NUMBER_OR_TEXT = {"anyOf": [{"type": "number", "exclusiveMinimum": 0}, {"type": "string", "minLength": 1}]}


def keys_of(command: click.Command) -> dict[str, click.Option]:
    """Return the options of a verb that a suite may have, by their keys.

    Args:
        command: The verb.
    """
    options = [part for part in command.params if isinstance(part, click.Option) and not part.hidden]
    keys = {option.opts[0].removeprefix("--"): option for option in options}
    once = ONCE[str(command.name)] | {"suite"}
    return {key: option for key, option in keys.items() if key not in once}


def keys_of_verbs() -> dict[str, dict[str, click.Option]]:
    """Return the keys of each verb that takes suites."""
    from bench.cli import main

    commands = {verb: main.get_command(click.Context(main), verb) for verb in VERBS}
    return {verb: keys_of(command) for verb, command in commands.items() if command}


def schema() -> dict[str, Any]:
    """Return the JSON Schema of ``bench.toml``, made of the options themselves."""
    verbs = keys_of_verbs()
    common: dict[str, Any] = {}
    for key in sorted({key for keys in verbs.values() for key in keys}):
        having = [keys[key] for keys in verbs.values() if key in keys]
        forms = list({json.dumps(_form(option)[0]): _form(option)[0] for option in having}.values())
        common[key] = {**(forms[0] if len(forms) == 1 else {"allOf": forms}), "description": having[0].help}
    own = {
        verb: {
            "type": "object",
            "description": f"Keys for bench {verb} only, which win.",
            "additionalProperties": False,
            "properties": {key: {**_form(option)[0], "description": option.help} for key, option in keys.items()},
        }
        for verb, keys in verbs.items()
    }
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "bench.toml: suites of options",
        "type": "object",
        "additionalProperties": False,
        "properties": {"suites": {"type": "object", "additionalProperties": {"$ref": "#/definitions/suite"}}},
        "definitions": {"suite": {"type": "object", "additionalProperties": False, "properties": {**common, **own}}},
    }


def check_type(option: click.Option, value: Any, where: str) -> None:
    """See that a value has the type that an option takes.

    Args:
        option: The option.
        value: Its value in TOML.
        where: Where it stands, for the sentence.

    Raises:
        UsageError: It has another.
    """
    import fastjsonschema

    form, words = _form(option)
    try:
        _validator(json.dumps(form))(value)
    except fastjsonschema.JsonSchemaValueException as error:
        bounds = f" ({error.rule} {error.rule_definition})" if error.rule in ("minimum", "maximum") else ""
        raise UsageError(
            f"{where} has to be {words}{bounds}, and is {shown(json.dumps(value, default=str))}."
        ) from error


@functools.cache
def _validator(form: str) -> Callable[[Any], Any]:
    """Return what checks a value against a JSON Schema, compiled once."""
    import fastjsonschema

    compiled: Callable[[Any], Any] = fastjsonschema.compile(json.loads(form))
    return compiled


def as_given(option: click.Option, value: Any) -> Any:
    """Return a value of TOML as the command line would have it.

    Args:
        option: The option.
        value: Its value.
    """
    if isinstance(value, bool):
        return value
    if isinstance(value, list):
        texts = [str(each) for each in value]
        return texts if option.multiple else ",".join(texts)
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    return [text] if option.multiple else text


def _form(option: click.Option) -> tuple[dict[str, Any], str]:
    """Return the JSON Schema of an option's value, and what it is in words."""
    kind = option.type
    form: tuple[dict[str, Any], str] = {"type": "string", "minLength": 1}, "a string"
    if option.is_flag:
        form = {"type": "boolean"}, "true or false"
    elif isinstance(kind, Integers):
        one = {"type": "integer", "minimum": 1}
        form = {"anyOf": [one, {"type": "array", "items": one, "minItems": 1}]}, "a whole number or a list of them"
    elif isinstance(kind, Count):
        form = _NUMBER_OR_TEXT, 'a number such as 1_000_000 or "1e6"'
    elif isinstance(kind, Seconds):
        form = _NUMBER_OR_TEXT, 'a duration such as "10m"'
    elif isinstance(kind, Share):
        form = _NUMBER_OR_TEXT, 'a share such as "10%"'
    elif isinstance(kind, click.IntRange):
        limits = {"minimum": kind.min, "maximum": kind.max}
        form = {"type": "integer", **{k: limit for k, limit in limits.items() if limit is not None}}, "a whole number"
    elif isinstance(kind, click.types.FloatParamType):
        form = {"type": "number"}, "a number"
    elif isinstance(kind, click.Choice):
        form = {"type": "string", "examples": list(kind.choices)}, "a string"  # packages bring more of them
    if option.multiple:
        form = {"anyOf": [form[0], {"type": "array", "items": form[0]}]}, f"{form[1]} or a list of them"
    return form
