"""Records are whole on disk, checked against their schema, and readable for ever."""

import copy
import json
import os
import resource
import shutil
import subprocess
from pathlib import Path

import pytest

from bench.errors import ResultsError
from bench.records import directory as directories

PAST = Path(__file__).parent
RECORD = json.loads((PAST / "schema-1.jsonl").read_text().splitlines()[0])


@pytest.fixture
def run(tmp_path):
    """A run without records."""
    directory = directories.RunDirectory(tmp_path / "run")
    directory.create({"schema": 1})
    return directory


def test_a_run_is_held_by_one_process(run):
    """As long as one holds a run nobody else does; a run that is not there is left to whoever reads it."""
    with run.held(), pytest.raises(ResultsError, match="Another `bench run` works on"), run.held():
        pass
    with run.held():
        pass
    with directories.RunDirectory(run.path / "nowhere").held():
        pass


def test_a_run_cannot_be_resumed_while_somebody_runs_it(run, bench):
    """The trials of a run are run once: a second harness is refused, and may look at the plan."""
    with run.held():
        refused = bench("run", "--resume", str(run.path))
    assert refused.returncode == 2
    assert "wait until it has ended" in refused.stderr


def test_a_run_that_cannot_begin_leaves_nothing(tmp_path):
    """Its directory is there with a whole run.json, or not at all; a run that is there already is left alone."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, hard))
    try:
        with pytest.raises(ResultsError, match="File too large: choose another --out"):
            directories.RunDirectory(tmp_path / "out" / "run").create({"schema": 1, "plan": []})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list((tmp_path / "out").iterdir()) == []
    there = directories.RunDirectory(tmp_path / "out" / "there")
    there.create({"schema": 1})
    with pytest.raises(ResultsError, match="File exists"):
        there.create({"schema": 1})
    assert {path.name for path in there.path.iterdir()} == {"run.json", "logs"}


@pytest.mark.parametrize("version", range(1, directories.SCHEMA + 1))
def test_every_past_version_stays_readable(tmp_path, version):
    """Records of each version that there ever was are read and are valid."""
    shutil.copy(PAST / f"schema-{version}.jsonl", tmp_path / "records.jsonl")
    (tmp_path / "run.json").write_text('{"schema": 1}')
    read = directories.read_run(tmp_path)
    assert {record["status"] for record in read.records} >= {"ok", "skipped", "failed", "timeout", "invalid"}
    assert read.warnings == []


def test_append_and_read_round_trip(run):
    """What is appended is read back, in order."""
    for repeat in range(3):
        record = copy.deepcopy(RECORD)
        record["trial"]["repeat"] = repeat
        run.append(record)
    assert [record["trial"]["repeat"] for record in directories.read_run(run.path).records] == [0, 1, 2]


def test_a_renamed_run_has_one_name(run, monkeypatch):
    """What was run before and after its directory was renamed are tries of one trial, and two runs' trials are two."""
    run.append({**RECORD, "run": run.name})
    renamed = directories.RunDirectory(run.path.rename(run.path.with_name("night")))
    renamed.append({**RECORD, "run": renamed.name})
    monkeypatch.chdir(renamed.path)
    for path in (renamed.path, Path()):
        read = directories.read_run(path)
        assert read.directory.name == "night"
        assert [record["run"] for record in read.records] == ["night", "night"]


def test_torn_last_line_is_reported(run):
    """A last line that was cut off in mid-write is reported, costs no other record, and goes with the next append."""
    run.append(RECORD)
    with (run.path / "records.jsonl").open("ab") as file:
        file.write(json.dumps(RECORD).encode()[:50])
    torn = directories.read_run(run.path)
    assert len(torn.records) == 1
    assert "cut off" in torn.warnings[0]
    run.append(RECORD)
    mended = directories.read_run(run.path)
    assert (len(mended.records), mended.warnings) == (2, [])


def test_damaged_line_is_named(run):
    """A damaged line that is not the last is an error that names the line."""
    run.append(RECORD)
    path = run.path / "records.jsonl"
    path.write_bytes(b"{broken\n" + path.read_bytes())
    with pytest.raises(ResultsError, match="Line 1 of"):
        directories.read_run(run.path)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"schema": directories.SCHEMA + 1}, "newer than this bench"),
        ({"schema": None}, "none of ours"),
        ({"status": "splendid"}, "status"),
        ({"status": "failed", "reason": None}, "reason"),
        ({"wall_s": -1}, "wall_s"),
        ({"quality": {"auc": 0.5}}, "quality"),
    ],
)
def test_what_does_not_fit_the_schema_is_refused(run, change, sentence):
    """A record that does not fit is refused in one sentence and is not written."""
    with pytest.raises(ResultsError, match=sentence):
        run.append({**RECORD, **change})
    assert not (run.path / "records.jsonl").exists()


def test_a_missing_field_is_refused():
    """Every field of the schema is there in every record."""
    for name in RECORD:
        with pytest.raises(ResultsError):
            directories.validate({key: value for key, value in RECORD.items() if key != name})


def _fill(run):
    for _ in range(1000):
        run.append(RECORD)


def test_full_disk_leaves_no_half_record(tmp_path):
    """On a full disk the append fails in one sentence, and the records before it stay whole."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", str(disk)], check=False)
    if mounted.returncode:
        pytest.skip("needs the right to mount a small file system")
    try:
        run = directories.RunDirectory(disk / "run")
        run.create({"schema": 1})
        with pytest.raises(ResultsError, match="make room and resume"):
            _fill(run)
        read = directories.read_run(run.path)
        assert len(read.records) > 5
        assert read.warnings == []
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_unwritable_results_get_a_sentence(tmp_path):
    """A directory that cannot be made is refused in one sentence."""
    (tmp_path / "file").write_text("")
    with pytest.raises(ResultsError, match="choose another --out"):
        directories.RunDirectory(tmp_path / "file" / "run").create({})


def test_latest_is_the_newest_run(tmp_path):
    """The newest run is found by its name, which begins with the moment of its start."""
    for name in ("20260101T000000Z-ffff", "20260102T000000Z-0000"):
        directories.RunDirectory(tmp_path / name).create({})
    os.utime(tmp_path / "20260101T000000Z-ffff")
    assert directories.latest(tmp_path).name == "20260102T000000Z-0000"
