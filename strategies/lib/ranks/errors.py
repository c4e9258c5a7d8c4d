"""The error of a rank, and the sentence that it becomes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass


LONGEST_SENTENCE = 300  # characters


class RankError(RuntimeError):
    """A rank failed, and with it the trial."""


@contextmanager
def rank_errors(rank: int) -> Iterator[None]:
    """Say of an error which rank it comes from, in one line.

    Raises:
        RankError: The block raised anything.
    """
    try:
        yield
    except RankError:
        raise
    except Exception as error:
        raise RankError(sentence(rank, error)) from error


def sentence(rank: int, error: Exception) -> str:
    """Return a rank's error in a line; some begin with where in a source they are, and then say what."""
    if isinstance(error, RankError):
        return f"Rank {rank}: {error}"
    return f"Rank {rank}: {type(error).__name__}: {' '.join(str(error).split())[:LONGEST_SENTENCE]}"
