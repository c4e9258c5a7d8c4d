"""`bench data`, as a user calls it: every bad input is one sentence and exit code 2, and leaves nothing."""

from __future__ import annotations

import gzip
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result
from pyarrow import csv, feather, orc

from bench.cli import main

pytestmark = pytest.mark.every_python
Bench = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def good(tmp_path: Path) -> Path:
    """A file that can be imported, with page checksums."""
    generator = np.random.default_rng(0)
    table = pa.table({"a": generator.normal(size=5000), "b": generator.normal(size=5000), "label": np.arange(5000) % 2})
    pq.write_table(table, tmp_path / "good.parquet", write_page_checksum=True, use_dictionary=False)
    return tmp_path / "good.parquet"


def data(*arguments: object) -> Result:
    """Call `bench data`."""
    return CliRunner().invoke(main, ["data", *map(str, arguments)])


def refused(result: Result, home: Path) -> str:
    """Return the one sentence of a refusal, after which nothing is left."""
    assert result.exit_code == 2, result.output
    assert not result.stdout
    assert re.fullmatch(r"Error: .+\.\n", result.stderr)
    assert not list(home.iterdir())
    return result.stderr


def test_make_list_describe(home: Path) -> None:
    """What was made is listed and described, for people and as JSON, and can be verified."""
    assert "no dataset" in data("list").stdout
    made = data("make", "synthetic", "--rows", "1_0e3", "--features", "3", "--files", "2", "--seed", "5", "--name", "s")
    assert made.exit_code == 0
    listed = data("list").stdout
    assert re.search(r"s +10,000 +3 +binary, 3\d\.\d% 1 ", listed)
    manifest = json.loads(data("describe", "s", "--json").stdout)
    assert manifest["path"] == str(home / "s")
    assert manifest["fingerprint"][:12] in listed
    described = data("describe", str(home / "s"), "--verify").stdout
    assert f"{manifest['fingerprint']} (every row" in " ".join(described.split())
    assert f"{manifest['best_auc']:.4f}" in described


@pytest.mark.parametrize(
    ("text", "rows"),
    [("1e4", 10_000), ("1.5e3", 1500), ("1_000", 1000), ("0", None), ("1.5", None), ("-5", None), ("many", None)],
)
@pytest.mark.usefixtures("home")
def test_numbers_of_rows(text: str, rows: int | None) -> None:
    """Rows may be written as 1000, 1_000 or 1e3, and nothing but a positive whole number is one."""
    result = data("make", "synthetic", "--rows", text, "--name", "s")
    assert result.exit_code == (2 if rows is None else 0)
    if rows:
        assert json.loads(data("describe", "s", "--json").stdout)["rows"] == rows


def test_import(home: Path, good: Path) -> None:
    """Somebody's file becomes a dataset named after it, once, and again on demand only."""
    assert data("import", good, "--label", "label").exit_code == 0
    again = data("import", good, "--label", "label")
    assert (again.exit_code, "already" in again.stderr) == (2, True)
    assert data("import", good, "--label", "label", "--features", "b,a", "--force").exit_code == 0
    assert json.loads(data("describe", "good", "--json").stdout)["features"] == ["b", "a"]
    assert (
        data("import", good, "--label", "label", "--features", "a", "--features", "b", "--name", "two").exit_code == 0
    )
    assert os.listdir(home) in (["good", "two"], ["two", "good"])
    own = data("import", home / "two", "--label", "label")
    assert (own.exit_code, "already" in own.stderr) == (2, True)


def test_no_such_path(home: Path) -> None:
    """A path with nothing at it is named."""
    assert "/no/such/path" in refused(data("import", "/no/such/path", "--label", "y"), home)


def test_not_parquet(home: Path, tmp_path: Path) -> None:
    """A file that is no Parquet is named, alone and in a directory; so is a directory without any."""
    bad = tmp_path / "bad"
    bad.mkdir()
    assert "no file of Parquet or ORC" in refused(data("import", bad, "--label", "y"), home)
    (bad / "a.parquet").write_text("a,y\n1,0\n")
    for path in (bad, bad / "a.parquet"):
        assert f"{bad}/a.parquet is text, such as CSV, and no Parquet" in refused(
            data("import", path, "--label", "y"), home
        )
    (bad / "a.parquet").write_bytes(b"")
    assert f"{bad}/a.parquet" in refused(data("import", bad, "--label", "y"), home)


@pytest.mark.parametrize("left", [0.1, 0.5, 0.9, 0.999])
def test_a_truncated_file(home: Path, good: Path, left: float) -> None:
    """A file that is cut off is named, also when it is one of several."""
    whole = good.read_bytes()
    cut = good.with_name("parts") / "2.parquet"
    cut.parent.mkdir()
    (cut.parent / "1.parquet").write_bytes(whole)
    cut.write_bytes(whole[: int(len(whole) * left)])
    assert str(cut) in refused(data("import", cut.parent, "--label", "label"), home)


def test_a_flipped_bit(home: Path, good: Path) -> None:
    """A bit that flipped in the values of a file with checksums is found, and the file is named."""
    whole = bytearray(good.read_bytes())
    whole[20_000] ^= 4
    good.write_bytes(whole)
    assert f"{good} is damaged" in refused(data("import", good, "--label", "label"), home)


def test_a_missing_label(home: Path, good: Path) -> None:
    """A label or feature that is not there is refused with the columns that are."""
    assert "the columns are a, b, label" in refused(data("import", good, "--label", "y"), home)
    assert "'c'" in refused(data("import", good, "--label", "label", "--features", "a,c"), home)


def test_no_feature(home: Path, good: Path, tmp_path: Path) -> None:
    """A file with nothing to learn from is refused, be it that nothing is there or that nothing is a number."""
    pq.write_table(pa.table({"y": np.arange(100) % 2}), tmp_path / "x.parquet")
    assert "no column to learn from" in refused(data("import", tmp_path / "x.parquet", "--label", "y"), home)
    pq.write_table(pa.table({"a": [[1]] * 100, "y": np.arange(100) % 2}), tmp_path / "x.parquet")
    assert "a.element (int64)" in refused(data("import", tmp_path / "x.parquet", "--label", "y"), home)
    assert "cannot be a feature" in refused(data("import", good, "--label", "label", "--features", "label"), home)


def test_an_empty_split(home: Path, tmp_path: Path) -> None:
    """Rows that are too few or too much alike for two splits are refused."""
    for rows in (2, 50):
        pq.write_table(pa.table({"a": np.ones(rows), "y": np.arange(rows) % 2}), tmp_path / "x.parquet")
        assert "would be empty" in refused(data("import", tmp_path / "x.parquet", "--label", "y"), home)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 4 MB."""
    path = tmp_path / "disk"
    path.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", path], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"no small disk can be mounted here: {mounted.stderr.strip()}")
    yield path
    subprocess.run(["umount", path], check=True)


@pytest.mark.parametrize(
    "arguments",
    ["make flights", "make synthetic --rows 2e5", "import {big} --label y"],
    ids=["flights", "synthetic", "import"],
)
def test_a_full_disk(small_disk: Path, tmp_path: Path, bench: Bench, arguments: str) -> None:
    """A disk that becomes full is said to be, by the real command, and what was written so far is removed."""
    rows = 300_000
    big = pa.table({"a": np.random.default_rng(0).normal(size=rows), "y": np.arange(rows) % 2})
    pq.write_table(big, tmp_path / "big.parquet")
    result = bench("data", *arguments.format(big=tmp_path / "big.parquet").split(), BENCH_DATA=str(small_disk))
    assert result.returncode == 2
    assert re.fullmatch(rf"Error: The disk that holds {small_disk} is full .+\.\n", result.stderr)
    assert not list(small_disk.iterdir())


def test_ctrl_c_leaves_nothing(home: Path, bench_command: list[str]) -> None:
    """An interrupted command removes what it had written so far."""
    command = [*bench_command, "data", "make", "synthetic", "--rows", "1e8"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 120
    while not list(home.glob(".*/*/split=train/*.parquet")):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=120)
    assert process.returncode not in (0, None)
    assert "Traceback" not in errors
    assert not list(home.iterdir())


def test_progress_is_for_terminals(good: Path, home: Path, bench: Bench) -> None:
    """Where standard error is no terminal, nothing is written to it."""
    result = bench("data", "import", str(good), "--label", "label", BENCH_DATA=str(home))
    assert (result.returncode, result.stderr) == (0, "")


def test_a_damaged_dataset_is_listed(home: Path) -> None:
    """One damaged manifest does not hide the other datasets."""
    for name in ("a", "b"):
        data("make", "synthetic", "--rows", "2000", "--name", name)
    (home / "a" / "dataset.json").write_text("{")
    result = data("list")
    assert result.exit_code == 0
    assert "is damaged" in " ".join(result.stdout.split())
    assert re.search(r"b +2,000", result.stdout)


def test_help_is_fast() -> None:
    """`bench data --help` imports none of the libraries that read data."""
    code = (
        "import sys; from click.testing import CliRunner; from bench.cli import main;"
        "assert CliRunner().invoke(main, ['data', 'import', '--help']).exit_code == 0;"
        "print([name for name in ('numpy', 'pyarrow', 'pandas', 'rich') if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"


def _packed(good: Path) -> None:
    good.write_bytes(gzip.compress(b"a,label\n1,0\n"))


def _orc(good: Path) -> None:
    orc.write_table(pq.read_table(good), good)


def _feather(good: Path) -> None:
    feather.write_feather(pq.read_table(good), good)


def _csv(good: Path) -> None:
    csv.write_csv(pq.read_table(good), good)


def _json(good: Path) -> None:
    good.write_text('{"a": 1, "label": 0}\n')


@pytest.mark.parametrize(
    ("write", "sentence"),
    [
        (_csv, "is text, such as CSV, and no Parquet: read it with pandas.read_csv"),
        (_json, "is JSON and no Parquet: read it with pandas.read_json"),
        (_orc, "is ORC and no Parquet, as its name or the files beside it say: give it the ending .orc"),
        (_feather, "is Feather and no Parquet: read it with pandas.read_feather"),
        (_packed, "is packed with gzip and no Parquet: unpack it"),
    ],
)
def test_other_formats_are_named(home: Path, good: Path, write: Callable[[Path], None], sentence: str) -> None:
    """A real file of another format is said to be of that format, with a way to turn it into Parquet."""
    write(good)
    assert f"{good} {sentence}" in refused(data("import", good, "--label", "label"), home)


def test_a_named_pipe(home: Path, tmp_path: Path) -> None:
    """A pipe is said to be one, and nobody waits for a writer."""
    os.mkfifo(tmp_path / "pipe")
    assert "is no file but a pipe" in refused(data("import", tmp_path / "pipe", "--label", "y"), home)


@pytest.mark.parametrize("what", ["good.parquet", "."])
def test_an_input_that_may_not_be_read(home: Path, good: Path, bench_command: list[str], what: str) -> None:
    """The input is named, and not the directory of the datasets, which could be written to."""
    closed = good.parent / what
    closed.chmod(0o300 if closed.is_dir() else 0)
    command = [*bench_command, "data", "import", str(closed), "--label", "label", "--name", "x"]
    if os.geteuid() == 0:  # for whom all files are open, but for root without its capabilities
        drop = "-dac_override,-dac_read_search"
        command = ["setpriv", f"--bounding-set={drop}", f"--inh-caps={drop}", *command]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    closed.chmod(0o700)
    assert (result.returncode, list(home.iterdir())) == (2, [])
    assert re.fullmatch(rf"Error: {re.escape(str(closed))} may not be read \(.+\): .+\.\n", result.stderr)


def test_names_of_features(home: Path, tmp_path: Path) -> None:
    """Blanks around names are nothing, a name with a comma stands in quotes, and a list without a name is refused."""
    table = pa.table({"a": np.arange(500) % 7, "b, c": np.arange(500) % 5, "y": np.arange(500) % 2})
    pq.write_table(table, tmp_path / "x.parquet")
    for text in (",", " ", "", '"a'):
        result = data("import", tmp_path / "x.parquet", "--label", "y", "--features", text)
        assert (result.exit_code, list(home.iterdir())) == (2, [])
        assert re.search("names no column|is no list|--features is empty", result.stderr)
    for text in ('"b, c",a', ' "b, c" , a '):
        made = data("import", tmp_path / "x.parquet", "--label", "y", "--features", text, "--force")
        assert made.exit_code == 0, made.output
        assert json.loads(data("describe", "x", "--json").stdout)["features"] == ["b__c", "a"]


@pytest.mark.parametrize("verb", ["import", "register"])
@pytest.mark.usefixtures("home")
def test_a_feature_that_tells_the_label_is_warned_of(tmp_path: Path, verb: str) -> None:
    """The dataset is made, and one sentence on standard error names the feature."""
    table = {"a": np.random.default_rng(0).normal(size=500), "paid": np.arange(500) % 2 * 3.0, "y": np.arange(500) % 2}
    pq.write_table(pa.table(table), tmp_path / "x.parquet")
    made = data(verb, tmp_path / "x.parquet", "--label", "y")
    assert made.exit_code == 0
    assert re.fullmatch(
        r"Warning: This feature alone tells the label, paid \(it orders 100\.00% of the pairs\): .+\.\n", made.stderr
    )


def test_timestamps_and_categories(home: Path, tmp_path: Path) -> None:
    """Options say what becomes of timestamps and strings; what cannot be is refused with what can."""
    random = np.random.default_rng(0)
    table = {"when": pa.array(random.integers(0, 10**9, 500), pa.timestamp("s")), "y": np.arange(500) % 2}
    path = tmp_path / "x.parquet"
    pq.write_table(pa.table({**table, "word": random.choice(["a", "b"], 500)}), path)
    importing = ("import", path, "--label", "y")
    assert "--timestamps hour,weekday,day,month,age" in refused(data(*importing), home)
    assert "choose from hour, weekday, day" in refused(data(*importing, "--timestamps", "hour,year"), home)
    assert "write codes, native, or hash:N" in refused(data(*importing, "--categories", "onehot"), home)
    useless = refused(data(*importing, "--features", "word", "--timestamps", "age"), home)
    assert "leave the option out" in useless
    made = data(*importing, "--timestamps", " age, hour", "--categories", "native")
    assert made.exit_code == 0, made.output
    manifest = json.loads(data("describe", "x", "--json").stdout)
    assert manifest["features"] == ["when_hour", "when_age", "word"]
    assert manifest["categorical"] == {"word": 2}
    newest = pa.scalar(max(table["when"].cast(pa.int64()).to_pylist()), pa.timestamp("s")).as_py()
    described = " ".join(data("describe", "x", "--verify").stdout.split())
    assert f"age counted from {newest:%Y-%m-%d %H:%M:%S} (when)" in described
    assert "strings, now names word (2)" in described


@pytest.mark.usefixtures("home")
def test_thousands_of_columns_take_seconds(tmp_path: Path) -> None:
    """A wide table costs what its values cost, with the search for features that tell the label: not a minute more."""
    numbers = np.random.default_rng(0).normal(size=(5000, 100)).astype(np.float32)
    columns = {f"n{at}": row for at, row in enumerate(numbers)}
    pq.write_table(pa.table({**columns, "y": np.arange(100) % 2}), tmp_path / "x.parquet")
    started = time.process_time()
    made = data("import", tmp_path / "x.parquet", "--label", "y")
    assert made.exit_code == 0
    assert time.process_time() - started < 20  # measured: 5, and 58 where the footer was read for each feature
