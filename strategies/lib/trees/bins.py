"""The bins of a feature's histogram where some features are categories."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench import Trial


def bins(trial: Trial) -> int:
    """Return the bins for trees that need one for each category of a feature: the trial's, or more.

    Args:
        trial: The trial; the number is noted if it is not the one asked for.
    """
    needed = max([trial.bins, *trial.dataset.categorical.values()])
    if needed > trial.bins:
        trial.note("bins_for_categories", needed)
    return needed
