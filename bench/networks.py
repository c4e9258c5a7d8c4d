"""The network that ``bench run --network`` names: read as text, and never imported by this process."""

from __future__ import annotations

import ast
import hashlib
import importlib.metadata
import importlib.util
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.errors import UsageError
from bench.model import Network

GROUP = "bench.networks"  # of the entry points that name the module of a built-in network
ENDING = ".py"
Value = int | float | bool | str
TYPES: dict[str, type[Value]] = {kind.__name__: kind for kind in (int, float, bool, str)}
OPTIMIZER = "optimizer"  # a function beside those that make networks
BOOLEANS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def absolute(asked: str) -> str:
    """Return what was asked for with the absolute path of its file, if it names one.

    Args:
        asked: A name, ``FILE.py:FUNCTION`` or ``FILE.py``.
    """
    path, function = _parts(asked)
    if path is None:
        return asked
    return f"{path.resolve()}:{function}" if function else str(path.resolve())


def find(asked: str, given: Sequence[str] = ()) -> Network:
    """Return a network by reading its file; what the file does is found out in the trials.

    Args:
        asked: A built-in's name; or ``FILE.py:FUNCTION``; or ``FILE.py``, whose functions are named by frameworks.
        given: Its arguments, as ``name=value``; they are typed by the function's annotations, or else its defaults.

    Raises:
        UsageError: There is no such network, file, function or argument; or a value is not of the argument's type.
    """
    path, function = _parts(asked)
    name = asked if path is None else f"{path.name}:{function}" if function else path.name
    try:
        source = (path or _built_in(asked)).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"--network {asked} cannot be read ({error}): give the path of a Python file and the name of a function in "
            "it, as in nets.py:build_model."
        ) from error
    builders = _builders(source, function, name)
    arguments = _typed(builders, given, name)
    identity = [source, function, arguments]
    digest = hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()
    return Network(name, source, function, arguments, digest)


def _parts(asked: str) -> tuple[Path | None, str]:
    """Return the path of the file and the name of the function; no path where a built-in is named."""
    if asked.endswith(ENDING):
        return Path(asked), ""
    path, _, function = asked.rpartition(":")
    return (Path(path), function) if path.endswith(ENDING) else (None, "")


def _built_in(name: str) -> Path:
    found = {entry.name: entry.value for entry in importlib.metadata.entry_points(group=GROUP)}
    if name not in found:
        known = f"; built in are {' and '.join(sorted(found))}" if found else ""
        raise UsageError(
            f"--network {name} is unknown: give a Python file and a function in it, as in nets.py:build_model{known}."
        )
    spec = importlib.util.find_spec(found[name])
    if spec is None or spec.origin is None:
        raise UsageError(f"The network {name} has no file ({found[name]}): install the package that brings it anew.")
    return Path(spec.origin)


def _builders(source: str, function: str, name: str) -> list[ast.FunctionDef]:
    """Return the function that was asked for; all public ones of the file but its optimiser's where none was."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = f" in line {error.lineno}" if isinstance(error, SyntaxError) else ""
        raise UsageError(f"{name} is no Python: {getattr(error, 'msg', error)}{line}.") from error
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    public = [node for node in functions if not node.name.startswith("_") and node.name != OPTIMIZER]
    found = [node for node in public if function in (node.name, "")]
    if not found:
        known = ", ".join(node.name for node in public) or "none"
        raise UsageError(f"{name} is not there: functions at the top level of the file are {known}.")
    for node in found:
        if not (node.args.posonlyargs or node.args.args):
            raise UsageError(f"{node.name} of {name} takes no argument: its first is the inputs, or their number.")
    return found


def _typed(builders: Sequence[ast.FunctionDef], given: Sequence[str], name: str) -> dict[str, Value]:
    """Return the arguments that differ from the defaults, each of the type that its function wants."""
    texts: dict[str, str] = {}
    for text in given:
        key, equals, written = text.partition("=")
        if not equals:
            raise UsageError(f"--network-arg {text} has no value: write {text}=VALUE.")
        texts[key] = written
    found: dict[str, Value] = {}
    for node in builders:
        parameters = _parameters(node)
        for key in texts.keys() - parameters.keys():
            known = ", ".join(parameters) or "none"
            raise UsageError(f"{name} takes no argument {key!r} beside its first: there are {known}.")
        for key, (annotation, default) in parameters.items():
            if key in texts:
                value = _converted(key, texts[key], _kind(annotation, default, key, name), name)
                if default is None or value != _literal(default):
                    found[key] = value
            elif default is None:
                raise UsageError(f"{name} needs a value for {key}: add --network-arg {key}=VALUE.")
    return found


def _parameters(node: ast.FunctionDef) -> dict[str, tuple[ast.expr | None, ast.expr | None]]:
    """Return the annotation and the default of each parameter behind the first."""
    taken = node.args
    in_order = [*taken.posonlyargs, *taken.args]
    defaults = [None] * (len(in_order) - len(taken.defaults)) + list(taken.defaults)
    pairs = [*[*zip(in_order, defaults, strict=True)][1:], *zip(taken.kwonlyargs, taken.kw_defaults, strict=True)]
    return {parameter.arg: (parameter.annotation, default) for parameter, default in pairs}


def _kind(annotation: ast.expr | None, default: ast.expr | None, key: str, name: str) -> type[Value]:
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        annotation = _expression(annotation.value)
    words = [node.id for node in ast.walk(annotation) if isinstance(node, ast.Name)] if annotation else []
    kind = next((TYPES[word] for word in words if word in TYPES), type(_literal(default)))
    if kind not in TYPES.values():
        raise UsageError(f"The argument {key} of {name} has no type: annotate it with one of {', '.join(TYPES)}.")
    return kind


def _expression(text: str) -> ast.expr | None:
    """Return an annotation that is written as a string; None where it is no Python."""
    try:
        return ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _literal(default: ast.expr | None) -> Any:
    """Return the value of a default that is written out; None for any other."""
    try:
        return default and ast.literal_eval(default)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return None


def _converted(key: str, text: str, kind: type[Value], name: str) -> Value:
    known: Mapping[str, bool] = BOOLEANS
    try:
        return known[text.lower()] if kind is bool else kind(text)
    except (KeyError, ValueError) as error:
        raise UsageError(f"The argument {key} of {name} is of type {kind.__name__}, and {text!r} is none.") from error
