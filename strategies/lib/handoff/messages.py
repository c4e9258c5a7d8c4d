"""Messages of the driver to a process that trains."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bench.rows import Keys


@dataclass(frozen=True)
class Start:
    """What a trainer needs before its first work.

    Attributes:
        rank: Its number, from 0.
        world: How many there are.
        threads: Threads of its libraries.
        modules: Modules to import.
        keys: The driver's keys to the dataset's store.
    """

    rank: int
    world: int
    threads: int
    modules: tuple[str, ...]
    keys: Keys


@dataclass(frozen=True)
class Work:
    """One call of a trainer's function.

    Attributes:
        function: Takes the rank, the number of ranks, and blocks.
        source: Gives the blocks of a rank; ``None`` where they come by the pipe.
    """

    function: Callable[[int, int, Iterator[Any]], Any]
    source: Callable[[int, int], Iterator[Any]] | None
