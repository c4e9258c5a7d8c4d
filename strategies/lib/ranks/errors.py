"""The error of a rank, and the sentence that it becomes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

LONGEST_SENTENCE = 300  # characters


class RankError(RuntimeError):
    """A rank failed, and with it the trial."""


@contextmanager
def rank_errors(rank: int) -> Iterator[None]:
    """Turn any error into one line that names the rank.

    Args:
        rank: The rank, from 0.

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
    """Return a rank's error in a line; some errors begin with their place in a source, and the cause comes after it.

    Args:
        rank: The rank, from 0.
        error: The error.
    """
    if isinstance(error, RankError):
        return f"Rank {rank}: {error}"
    return f"Rank {rank}: {type(error).__name__}: {' '.join(str(error).split())[:LONGEST_SENTENCE]}"
