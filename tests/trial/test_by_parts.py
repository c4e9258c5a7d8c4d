"""More rows than memory holds are graded part by part, and wrong answers are found there too."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bench.model import Dataset
from bench.problems import InvalidAnswerError
from bench.trial import by_parts, predictions, quality


@pytest.fixture
def answers(tiny: Dataset) -> pa.Table:
    """Predictions for every row, in an order of their own."""
    tables = [pq.read_table(tiny.split(split), partitioning=None) for split in ("train", "test")]
    row_ids = np.concatenate([table["row_id"].to_numpy() for table in tables])
    generator = np.random.default_rng(0)
    scores = generator.random(len(row_ids), np.float32).round(2)
    order = generator.permutation(len(row_ids))
    return pa.table({"row_id": row_ids[order], "score": scores[order]})


@pytest.fixture
def in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have so few rows graded part by part, in eight parts."""
    monkeypatch.setattr(quality, "MOST_AT_ONCE", 100)
    monkeypatch.setattr(by_parts, "PART_VALUES", 250)
    monkeypatch.setattr(predictions, "_BATCH_ROWS", 300)


def _graded(dataset: Dataset, table: pa.Table, place: Path, **more: object) -> dict[str, float]:
    place.mkdir(exist_ok=True)
    pq.write_table(table, place / "answers.parquet")
    return quality.grade(dataset, ("train", "test"), place / "answers.parquet", **more)  # type: ignore[arg-type]


def test_parts_are_graded_as_the_whole(
    tiny: Dataset, answers: pa.Table, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Grades and the difference from the reference are those of all rows at once, and no file is left."""
    reference = tmp_path / "reference.parquet"
    other = pa.array(answers["score"].to_numpy() + np.where(np.arange(len(answers)) == 7, np.float32(5e-6), 0))
    pq.write_table(answers.set_column(1, "score", other.cast(pa.float32())), reference)
    whole = _graded(tiny, answers, tmp_path / "at-once", reference=reference)
    some = _graded(tiny, answers.slice(0, 500), tmp_path / "some", scored=500)
    request.getfixturevalue("in_parts")
    assert _graded(tiny, answers, tmp_path / "parts", reference=reference) == pytest.approx(whole, rel=1e-12)
    assert _graded(tiny, answers.slice(0, 500), tmp_path / "parts", scored=500) == pytest.approx(some, rel=1e-12)
    assert whole["max_difference"] > 0
    assert [path.name for path in (tmp_path / "parts").iterdir()] == ["answers.parquet"]


@pytest.mark.usefixtures("in_parts")
@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        (lambda table: table.slice(1), r"1,999 rows were scored instead of 2,000"),
        (lambda table: table.slice(0, 0), "no row was scored"),
        (lambda table: pa.concat_tables([table.slice(1), table.slice(1, 1)]), "some rows were scored twice"),
        (lambda table: table.set_column(0, "row_id", pa.array(range(5, 2005))), "rows were scored that are not in"),
        (lambda table: table.set_column(1, "score", pa.array(np.full(2000, 0.5))), "all scores are equal"),
        (lambda table: table.set_column(1, "score", pa.array(np.full(2000, 1.5))), "no probabilities"),
        (lambda table: table.drop_columns(["score"]), "no column score"),
    ],
)
def test_wrong_answers_are_found_in_parts(
    tiny: Dataset, answers: pa.Table, tmp_path: Path, changed: object, sentence: str
) -> None:
    """Rows that are missing, double or of another dataset, and answers that are none, end invalid."""
    with pytest.raises(InvalidAnswerError, match=sentence):
        _graded(tiny, changed(answers), tmp_path / "wrong")  # type: ignore[operator]
