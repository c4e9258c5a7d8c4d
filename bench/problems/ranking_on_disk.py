"""The curves of a score that ranks more rows than memory holds: the same areas as `areas` gives, by a sort on disk."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.problems.ranking import Areas

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

RANGES = 256  # of scores, each of which is sorted by itself


class RankingOnDisk:
    """Takes rows in portions; memory holds one portion and, in the end, one range of scores after the other.

    Rows of one score are one entry: the weights of the positive ones, and those of the others. Without weights these
    are numbers of rows, which float64 adds up exactly, so that the areas are as exact as those of one sort.
    """

    def __init__(self, directory: Path) -> None:
        """Start with no rows.

        Args:
            directory: A directory that is not there yet, on a disk with room for 24 bytes a row.
        """
        import numpy as np

        directory.mkdir()
        self._directory = directory
        self._type = np.dtype([("score", "<f8"), ("found", "<f8"), ("false", "<f8")])
        self._borders: npt.NDArray[np.float64] | None = None

    def add(self, positive: npt.NDArray[Any], scores: npt.NDArray[Any], weights: npt.NDArray[Any] | None) -> None:
        """Take rows, of whose scores the first portion is a fair sample.

        Args:
            positive: Which rows are positive, bool of shape (rows,).
            scores: float32 or float64 of shape (rows,).
            weights: How much each row counts, of shape (rows,); all alike where there are none.
        """
        import numpy as np

        each = np.ones(len(scores)) if weights is None else weights.astype(np.float64)
        rows = np.empty(len(scores), self._type)
        rows["score"], rows["found"], rows["false"] = scores, each * positive, each * ~positive
        entries = self._merged(rows[each > 0])
        if not len(entries):
            return
        if self._borders is None:
            self._borders = np.unique(entries["score"][len(entries) * np.arange(1, RANGES) // RANGES])
        cuts = [0, *np.searchsorted(entries["score"], self._borders).tolist(), len(entries)]
        for number, (start, stop) in enumerate(itertools.pairwise(cuts)):
            if start < stop:
                with self._path(number).open("ab") as file:
                    # Not `tofile`, which does not say why it could not write.
                    file.write(entries[start:stop].tobytes())

    def areas(self) -> Areas | None:
        """Return the areas; None where there are no positive rows or no others."""
        import numpy as np

        found = false = roc = precision = 0.0
        for number in range(RANGES, -1, -1):
            if not self._path(number).exists():
                continue
            entries = self._merged(np.fromfile(self._path(number), self._type))[::-1]
            all_found, all_false = found + np.cumsum(entries["found"]), false + np.cumsum(entries["false"])
            roc += float(np.trapezoid(np.append(found, all_found), np.append(false, all_false)))
            precision += float(entries["found"] @ (all_found / (all_found + all_false)))
            found, false = float(all_found[-1]), float(all_false[-1])
        return Areas(roc / (found * false), precision / found) if found and false else None

    def _path(self, number: int) -> Path:
        return self._directory / f"{number:03}"

    def _merged(self, entries: npt.NDArray[np.void]) -> npt.NDArray[np.void]:
        """Return entries sorted by score, with one for each."""
        import numpy as np

        scores, places = np.unique(entries["score"], return_inverse=True)
        merged = np.empty(len(scores), self._type)
        merged["score"] = scores
        for name in ("found", "false"):
            merged[name] = np.bincount(places, entries[name], minlength=len(scores))
        return merged
