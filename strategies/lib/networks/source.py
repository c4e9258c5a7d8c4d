"""Runs the source of a network in this process, and calls its function."""

from __future__ import annotations

import inspect
import linecache
import socket
import sys
from collections.abc import Callable
from types import ModuleType
from typing import TYPE_CHECKING, Any

from bench import Skip
from strategies.lib.networks.errors import NetworkError, reason

if TYPE_CHECKING:
    from bench import Network
    from strategies.lib.networks.inputs import NetworkInputs

NUMBER_ALONE = "input_dim"  # the name of a first parameter
OPTIMIZER = "optimizer"  # a second function of a file


def function_of(network: Network, framework: str) -> Callable[..., Any]:
    """Return a network's function, after running its file.

    Args:
        network: The network.
        framework: Name of the framework, whose function it is where the network names none.

    Raises:
        NetworkError: The file raised something.
        Skip: The file has no function for the framework.
    """
    function = vars(_module(network)).get(network.function or framework)
    if function is None and not network.function:
        raise Skip(f"{network.name} has no function {framework!r}, so there is no such network in this framework.")
    if not callable(function):
        raise NetworkError(f"{network.name} is no function once its file has run.")
    return function  # type: ignore[no-any-return]


def takes_number_alone(function: Callable[..., Any]) -> bool:
    """Return whether a function wants no more than the number of inputs, as those of tutorials do.

    Args:
        function: Out of `function_of`.
    """
    return next(iter(inspect.signature(function).parameters)) == NUMBER_ALONE


def call(network: Network, function: Callable[..., Any], first: NetworkInputs | int) -> Any:
    """Return what a network's function returns.

    Args:
        network: Gives the other arguments.
        function: Out of `function_of`.
        first: Its first argument: the number of inputs where it takes that alone.

    Raises:
        NetworkError: The function raised something.
    """
    try:
        return function(first, **network.arguments)
    except Exception as error:
        raise NetworkError(f"{network.name} raised an error ({reason(error)}): the log has its place.") from error


def call_optimizer(network: Network, *arguments: Any) -> Any:
    """Return what the function `OPTIMIZER` of a network's file returns; None where the file has none.

    Args:
        network: The network.
        arguments: The number of steps, and what the framework gives beside it.

    Raises:
        NetworkError: The function raised something, such as for taking other arguments.
    """
    function = vars(_module(network)).get(OPTIMIZER)
    if function is None:
        return None
    try:
        return function(*arguments)
    except Exception as error:
        raise NetworkError(f"{optimizer_name(network)} raised an error ({reason(error)}).") from error


def optimizer_name(network: Network) -> str:
    """Return what sentences call a file's function `OPTIMIZER`.

    Args:
        network: The network.
    """
    return f"{network.name.rpartition(':')[0]}:{OPTIMIZER}"


def _module(network: Network) -> ModuleType:
    """Return the file as a module of its own name; it runs once in a process."""
    name = f"network_{network.fingerprint[:12]}"
    if name in sys.modules:
        return sys.modules[name]
    place = f"<{network.name}>"
    # So that tracebacks show its lines: there is no file of it here.
    linecache.cache[place] = (len(network.source), None, network.source.splitlines(keepends=True), place)
    module = ModuleType(name)
    sys.modules[name] = module  # classes of it look for their module
    try:
        exec(compile(network.source, place, "exec"), vars(module))  # noqa: S102 - the user's own code
    except Exception as error:
        del sys.modules[name]
        alone = ": only this one file goes to where it runs" if isinstance(error, ImportError) else ""
        raise NetworkError(
            f"{network.name} does not import on {socket.gethostname()} ({reason(error)}){alone}."
        ) from error
    return module
