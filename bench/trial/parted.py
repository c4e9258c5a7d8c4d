"""Rows parted on disk by a hash of their ids, so that labels and predictions of more rows than memory holds meet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


class PartedRows:
    """Takes rows in any order and portions, and gives them back part by part.

    A part is as good as a random choice of the rows, and the same one for all that have the same ids.

    Attributes:
        rows: Rows so far.
    """

    def __init__(self, directory: Path, parts: int) -> None:
        """Start with no rows.

        Args:
            directory: A directory that is not there yet, on a disk with room for all rows.
            parts: How many parts.
        """
        directory.mkdir()
        self._directory, self._parts = directory, parts
        self._type: np.dtype | None = None
        self.rows = 0

    def add(self, row_ids: npt.NDArray[np.int64], columns: dict[str, npt.NDArray[Any]]) -> None:
        """Take rows.

        Args:
            row_ids: int64 of shape (rows,).
            columns: Further values, of shape (rows,) or (rows, width); the same names and types each time.
        """
        import numpy as np

        from bench.datasets.format.hashing import finalise

        kinds = [(name, values.dtype, values.shape[1:]) for name, values in columns.items()]
        self._type = np.dtype([("row_id", np.int64), *kinds])
        packed = np.empty(len(row_ids), self._type)
        packed["row_id"] = row_ids
        for name, values in columns.items():
            packed[name] = values
        parts = (finalise(row_ids.view(np.uint64)) % np.uint64(self._parts)).astype(np.int64)
        order = np.argsort(parts, kind="stable")
        bounds = np.searchsorted(parts[order], np.arange(self._parts + 1))
        for part in np.flatnonzero(np.diff(bounds)):
            with self._path(int(part)).open("ab") as file:
                # Not `tofile`, which does not say why it could not write.
                file.write(packed[order[bounds[part] : bounds[part + 1]]].tobytes())
        self.rows += len(row_ids)

    def read(self, part: int) -> tuple[npt.NDArray[np.int64], dict[str, npt.NDArray[Any]]]:
        """Return the row ids of a part, sorted, and its other columns in the same order.

        Args:
            part: Its number, from 0.
        """
        import numpy as np

        assert self._type is not None  # noqa: S101 - for the type checker
        path = self._path(part)
        packed = np.fromfile(path, self._type) if path.exists() else np.empty(0, self._type)
        packed = packed[np.argsort(packed["row_id"])]
        return packed["row_id"], {name: packed[name] for name in self._type.names or () if name != "row_id"}

    def _path(self, part: int) -> Path:
        return self._directory / f"{part:05}"
