"""Calls a rank's function in its process, with the driver's keys, and counts its requests to object stores."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bench.rows import add_traffic, take_traffic

if TYPE_CHECKING:
    from bench.rows import Keys


@dataclass(frozen=True)
class RankAnswer:
    """The answer of a rank to the driver.

    Attributes:
        value: The result of the rank's function.
        requests: Requests that it made to object stores.
        bytes: Bytes of objects that came.
    """

    value: Any
    requests: int
    bytes: int


def call_with_keys(keys: Keys, function: Callable[..., Any], *arguments: Any, **named: Any) -> RankAnswer:
    """Call a function in a rank's process, after giving the process the driver's keys.

    Args:
        keys: The driver's keys.
        function: The function.
        arguments: Its arguments.
        named: More of them.
    """
    keys.use()
    return call_and_count(function, *arguments, **named)


def call_and_count(function: Callable[..., Any], *arguments: Any, **named: Any) -> RankAnswer:
    """Call a function in a rank's process.

    Args:
        function: The function.
        arguments: Its arguments.
        named: More of them.
    """
    take_traffic()
    value = function(*arguments, **named)
    return RankAnswer(value, *take_traffic())


def unpack(answer: RankAnswer) -> Any:
    """Return a rank's value on the driver, after adding the rank's requests to those of this process.

    Args:
        answer: The rank's answer.
    """
    add_traffic(answer.requests, answer.bytes)
    return answer.value
