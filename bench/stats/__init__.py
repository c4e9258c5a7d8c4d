"""The statistics of the whole project: pure functions on numbers, which know nothing of trials or records."""

from bench.stats.best import BestSet, best, repeats_needed
from bench.stats.ranksum import Ratio, ratio

__all__ = ["BestSet", "Ratio", "best", "ratio", "repeats_needed"]
