"""The fault of a network that a user brought."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench import Trial

LONGEST_REASON = 200  # characters


class NetworkError(ValueError):
    """The network cannot be built, or is not what a strategy can train; one sentence that begins with its name."""


def reason(error: BaseException) -> str:
    """Return an error of somebody else's code as a short part of a sentence.

    Args:
        error: The error.
    """
    return f"{type(error).__name__}: {' '.join(str(error).split())}"[:LONGEST_REASON].rstrip(" .:")


def name_of(trial: Trial) -> str:
    """Return the network's name for sentences.

    Args:
        trial: A trial with a network.
    """
    return trial.network.name if trial.network else "the network"
