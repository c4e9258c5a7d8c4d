"""What executors are sent of our code is enough to import it, and what they send back arrives whole."""

import json
import subprocess
import sys
import textwrap
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from bench import Trial
from strategies.lib.ranks.errors import RankError
from strategies.lib.spark import cluster, gather, likeness, ship


def test_the_archive_alone_imports_every_strategy(trial_for: Callable[..., Trial]) -> None:
    """In a Python without our packages, all of `strategies` and what it needs of `bench` come out of the archive."""
    archive = ship.write_archive(trial_for("xgboost_barrier"))
    with zipfile.ZipFile(archive) as packed:
        names = packed.namelist()
    modules = [name.removesuffix(".py").replace("/", ".") for name in names if name.startswith("strategies/")]
    program = textwrap.dedent("""
        import importlib.util, json, sys

        sys.path[:] = [sys.argv[1], *(path for path in sys.path if "site-packages" not in path)]

        def place(name):
            try:
                return importlib.import_module(name).__file__
            except ModuleNotFoundError as error:
                # PyTorch's layers are classes that inherit of its own: nobody can define them without it.
                if error.name != "torch":
                    raise
                return importlib.util.find_spec(name).origin

        print(all(sys.argv[1] in place(name) for name in [*json.loads(sys.argv[2]), "bench"]))
    """)
    wanted = [name for name in modules if name != "strategies.__init__"]
    command = [sys.executable, "-I", "-S", "-c", program, str(archive), json.dumps(wanted)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.stdout.strip() == "True", answer.stderr
    assert archive.name.startswith("bench-")


def test_the_archives_name_says_what_is_in_it(trial_for: Callable[..., Trial]) -> None:
    """The same code has the same name, so that nothing older is taken for it."""
    assert ship.write_archive(trial_for("xgboost")).name == ship.write_archive(trial_for("xgboost")).name


def test_code_has_one_digest_wherever_it_lies(trial_for: Callable[..., Trial], tmp_path: Path) -> None:
    """The archive, a directory and a checkout of one version are alike; a change to any file makes another."""
    archive = ship.write_archive(trial_for("xgboost"))
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(tmp_path)
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); from strategies.lib.spark import ship;"
        "print(sys.argv[1] in ship.__file__, *map(ship.digest, ship.OURS))"
    )

    def digests(place: Path) -> list[str]:
        command = [sys.executable, "-I", "-c", program, str(place)]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()

    own = ["True", *map(ship.digest, ship.OURS)]
    assert digests(archive) == digests(tmp_path) == own
    (tmp_path / "bench" / "schemas" / "another.json").write_text("{}")
    assert digests(tmp_path)[1] != own[1]
    assert digests(tmp_path)[2] == own[2]


@pytest.mark.parametrize("sizes", [[], [1], [0], [10, 0, 3], [70_000, 1], [30_000] * 10])
@pytest.mark.parametrize("classes", [0, 3])
def test_scores_survive_their_packing(sizes: list[int], classes: int) -> None:
    """Every row is in one piece, in order, and a piece has no more rows than one batch beyond its limit."""
    generator = np.random.default_rng(0)
    batches = [
        pa.RecordBatch.from_pydict({"row_id": pa.array(range(size), "i8"), "score": gather.to_column(scores)})
        for size in sizes
        for scores in [generator.random((size, classes) if classes else size, np.float32)]
    ]
    pieces = list(gather.pack(iter(batches)))
    tables = [pa.ipc.open_stream(piece.column(0)[0].as_py()).read_all() for piece in pieces]
    assert all(0 < len(table) < gather.BYTES_OF_A_PIECE / (8 + 4 * max(1, classes)) + max(sizes) for table in tables)
    expected = [score for batch in batches for score in batch.column(1).to_pylist()]
    assert [score for table in tables for score in table.column(1).to_pylist()] == expected


def test_versions_are_compared_by_name() -> None:
    """What an executor lacks, or has in another version, is named with its host."""
    own = {"Python": "CPython 3.11.7", "tensorflow": "2.21.0"}
    likeness.require(own, "10.0.0.1", own)
    with pytest.raises(
        RankError, match=r"executor on 10\.0\.0\.1 has tensorflow 2\.15\.1, and the driver has 2\.21\.0"
    ):
        likeness.require(own, "10.0.0.1", {**own, "tensorflow": "2.15.1"})
    with pytest.raises(RankError, match=r"executor on 10\.0\.0\.1 lacks tensorflow"):
        likeness.require(own, "10.0.0.1", {**own, "tensorflow": None})


def test_a_master_without_a_port_is_a_sentence() -> None:
    """What cannot be connected to is refused before that is tried."""
    for master in ("spark://host", "spark://host:", "spark://host:port"):
        with pytest.raises(RankError, match="write spark://HOST:PORT"):
            cluster._address(master)


def test_cores_on_a_cluster_are_those_that_were_asked_for(trial_for: Callable[..., Trial], tmp_path: Path) -> None:
    """Ranks get an executor of their threads each; what has no ranks gets the cores, wherever they are."""
    trial = trial_for("xgboost_barrier", workers=(4,), cores=8, master="yarn")
    ranks = cluster.settings(trial, {"spark.task.cpus": "2"}, {}, tmp_path / "a.zip")
    assert (ranks["spark.executor.instances"], ranks["spark.executor.cores"], ranks["spark.cores.max"]) == (
        "4",
        "2",
        "8",
    )
    others = cluster.settings(trial, {}, {}, tmp_path / "a.zip")
    assert (others["spark.executor.instances"], others["spark.executor.cores"]) == ("8", "1")
    assert ranks["spark.executorEnv.PYTHONPATH"] == "a.zip"
    assert int(ranks["spark.ui.retainedStages"]) > 100_000
