"""Everything that reads what others wrote, each with valid texts to begin with."""

from __future__ import annotations

import contextlib
import functools
import io
import json
import os
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import pyarrow as pa
import pyarrow.parquet as pq

from bench import networks
from bench.advise import scores
from bench.advise.advice import SizeQuestion, advise
from bench.advise.document import as_document
from bench.cli import main, suites
from bench.cli.answers import read_answer
from bench.cli.suite_keys import VERBS, as_given, keys_of
from bench.datasets.format.manifest import read_manifest
from bench.datasets.makers.columns import choose_columns
from bench.datasets.makers.source import open_source
from bench.findings.cases import cases
from bench.gate.verdict import judgement
from bench.model import Storage
from bench.prices import machine_types, tariff
from bench.records import export
from bench.records.reading import read
from bench.report.page import page
from bench.report.plain import render
from bench.trend import night, pytest_benchmark, verdict
from bench.trend.series import series_of
from tests.advise.measured import Maker, fast, ladder
from tests.fuzzing.mutation import Seeds, bytes_changed
from tests.gate import made
from tests.report.made import MadeCase, make_run

ROOT = Path(__file__).parents[2]
SUITES = (
    '[suites.nightly]\nstrategy = ["xgboost", "lightgbm"]\nworkers = [1, 2]\ncores = 2\ntimeout = "10m"\n'
    'price = "0.048/core-h"\nepochs = 3\nanonymous = true\n\n'
    '[suites.nightly.gate]\nbudget = "25m"\nthreshold = "10%"\nseed = 1\n[suites.nightly.advise]\nrows = "1e9"\n',
)
MACHINES = (
    'currency = "USD"\nas_of = 2026-11-20\nsource = "a list"\n\n[[machine]]\nname = "m"\ncores = 8\nmemory_gib = 32\n'
    "hour = 0.384\nspot_hour = 0.15\ninterruptions_per_month = 0.05\ncount = [1, 2]\nstart_s = 90\n\n[[machine]]\n"
    'name = "n"\ncores = 2\nmemory_gib = 16\nhour = 0.1\nprobe = "this"\n',
)
PRICES = ("USD 0.048/core-h", "1.25/core-h", "machines.toml", "machines.toml:m:spot", "machines.toml:n")
NETWORKS = (
    "import numpy as np\n\n\ndef build_model(inputs, width: int = 64, rate: float = 0.1, *, deep: bool = False):\n"
    "    return width\n\n\ndef module(number, kind: 'str' = 'a', size=3):\n    return number\n\n\n"
    "def optimizer(steps):\n    return None\n",
)
BENCHMARK = {
    "machine_info": {"machine": "x86_64", "system": "Linux", "python_version": "3.11.7", "cpu": {"count": 2}},
    "commit_info": {"id": "0" * 40, "dirty": False},
    "benchmarks": [
        {"fullname": "test_them.py::test_one", "stats": {"data": [0.1, 0.2, 0.3], "median": 0.2}},
        {"fullname": "test_them.py::test_two", "stats": {"data": [1e-3, 2e-3], "median": 1.5e-3}},
    ],
    "datetime": "2026-11-24T00:00:00+00:00",
}


@dataclass(frozen=True)
class Reader:
    """Something that reads what others wrote.

    Attributes:
        make: Returns a changed input, by draws.
        read: Reads it; a `bench.errors.BenchError` is a sentence, any other exception a fault.
    """

    make: Callable[[random.Random], bytes]
    read: Callable[[bytes], Any]


def readers(place: Path) -> dict[str, Reader]:
    """Return all readers, by name.

    Args:
        place: A directory for their files, best in memory.
    """
    run = make_run([("xgboost", MadeCase(2.0)), ("tensorflow", MadeCase(3.0, workers=2))], repeats=1)
    header, lines = json.dumps(run.run), [json.dumps(record) for record in run.records]
    return {
        "records": _text(lines, functools.partial(_run, place, "records.jsonl", {"run.json": header})),
        "run.json": _text([header], functools.partial(_run, place, "run.json", {"records.jsonl": f"{lines[0]}\n"})),
        "report": _text([header], functools.partial(_report, place, f"{lines[0]}\n{lines[1]}\n")),
        "export": _text([export.as_json([run])], functools.partial(_read, place / "export.json", _read_runs)),
        "parquet export": Reader(_parquet_export(run), functools.partial(_read, place / "e.parquet", _read_runs)),
        "verdict": _text([_verdict()], functools.partial(_read, place / "verdict.json", verdict.read)),
        "night": _text([(ROOT / "tests" / "trend" / "night-1.json").read_text()], _night),
        "pytest-benchmark": _text([json.dumps(BENCHMARK)], functools.partial(_read, place / "b.json", _benchmark)),
        "suites": _text(SUITES, functools.partial(_suite, place), json=False),
        "price": _text(PRICES, functools.partial(_price, place), json=False),
        "machines": _text(MACHINES, functools.partial(_read, place / "machines.toml", _machines), json=False),
        "manifest": _text(_manifests(), functools.partial(_read, place / "dataset.json", _manifest)),
        "answer": _text([_answer()], functools.partial(_read, place / "advice.json", read_answer)),
        "scores": _text([_score()], functools.partial(_read, place / scores.FILE, _scores)),
        "network": _text(NETWORKS, functools.partial(_read, place / "nets.py", _network), json=False),
        "parquet": Reader(_parquet(), functools.partial(_read, place / "input.parquet", _table)),
    }


def _text(texts: Any, read: Callable[[bytes], Any], *, json: bool = True) -> Reader:
    return Reader(Seeds.of(texts, json=json).mutated, read)


def _read(path: Path, read_file: Callable[[Path], Any], content: bytes) -> Any:
    path.write_bytes(content)
    return read_file(path)


def _run(place: Path, name: str, others: dict[str, str], content: bytes) -> Any:
    """Read a run of which one file is as it is given, and sum it up."""
    directory = place / "run"
    directory.mkdir(exist_ok=True)
    for other, text in others.items():
        if not (directory / other).exists() or (directory / other).stat().st_size != len(text):
            (directory / other).write_text(text)
    (directory / name).write_bytes(content + b"\n" if name.endswith("l") else content)
    return [cases(found.records) for found in read([directory], place)]


def _report(place: Path, records: str, content: bytes) -> str:
    """Read a run and tell it as text, with all sections of a report."""
    directory = place / "reported"
    directory.mkdir(exist_ok=True)
    (directory / "records.jsonl").write_text(records)
    (directory / "run.json").write_bytes(content)
    return render(page(read([directory], place)))


def _read_runs(path: Path) -> Any:
    return [cases(run.records) for run in read([path], path.parent)]


def _night(content: bytes) -> Any:
    found = night.from_json(content, "night.json")
    return found.file, series_of([found])


def _benchmark(path: Path) -> Any:
    found = pytest_benchmark.read(path)
    return night.from_json(found.to_json(), "its own"), series_of([found])


def _suite(place: Path, content: bytes) -> None:
    (place / "bench.toml").write_bytes(content)
    where, suite = suites.read(place, "nightly")
    for verb in VERBS:
        said, _ = suites.chosen(verb, suite, where)
        command = main.get_command(click.Context(main), verb)
        assert command
        for key, option in keys_of(command).items():
            if key in said:
                with contextlib.suppress(click.UsageError):  # `--suite` and click make a sentence of it
                    option.process_value(click.Context(command), as_given(option, said[key]))


def _price(place: Path, content: bytes) -> Any:
    (place / "machines.toml").write_text(MACHINES[0])
    with contextlib.chdir(place):
        return tariff.parse(os.fsdecode(content)).hour(2, cluster=True)


def _machines(path: Path) -> Any:
    return machine_types.read(path)


def _manifest(path: Path) -> Any:
    found = read_manifest(path.parent)
    return found.bytes, found.as_json()


def _scores(path: Path) -> Any:
    found = scores.read(path.parent)
    return scores.told(found), [each.told for each in found]


def _network(path: Path) -> Any:
    return networks.find(f"{path}:build_model", ["width=3", "rate=0.5"]), networks.find(
        f"{path}:module", ["size=2", "kind=b"]
    )


def _table(path: Path) -> Any:
    source = open_source(str(path), Storage(), None)
    choice = choose_columns(source.schema, "label", (), source.index)
    return sum(len(batch) for _, batch in source.batches([choice.label, *choice.features]))


def _verdict() -> str:
    return json.dumps(made.document([judgement.entry(made.measured(), made.RULES, None)]))


def _manifests() -> list[str]:
    kept = ROOT / "tests" / "kept" / "0.1" / "dataset" / "dataset.json"
    return [json.dumps(json.loads(kept.read_text()))]


def _answer() -> str:
    return json.dumps(as_document(advise(ladder({"xgboost": Maker(fast)}), SizeQuestion(1e7))))


def _score() -> str:
    found = scores.ForecastScore("xgboost", "time_s", 10**6, "run", "1", 4.0, 0.1, 2.0, 1.5, 2.5, 1.0, 3.0, 2.2)
    return json.dumps(vars(found)) + "\n" + json.dumps({**vars(found), "kind": "grade", "measured": 0.7}) + "\n"


def _parquet_export(run: Any) -> Callable[[random.Random], bytes]:
    """Return a maker of Parquet exports whose records and metadata are changed, or whose bytes are."""
    whole = {
        "format": "tf-spark-bench report",
        "version": 1,
        "runs": [{"name": run.directory.name, "run": run.run, "warnings": []}],
    }
    metadata, records = Seeds.of([json.dumps(whole)]), Seeds.of([json.dumps(record) for record in run.records])

    def make(draws: random.Random) -> bytes:
        record = records.mutated(draws) if draws.random() < 0.6 else records.texts[0].encode()
        told = metadata.mutated(draws) if draws.random() < 0.6 else metadata.texts[0].encode()
        try:
            column = pa.array([record.decode()], pa.string())
        except UnicodeDecodeError:
            column = pa.array([record], pa.binary())
        file = io.BytesIO()
        pq.write_table(pa.table({"record": column}).replace_schema_metadata({"bench": told}), file)
        return bytes_changed(file.getvalue(), draws) if draws.random() < 0.1 else file.getvalue()

    return make


def _parquet() -> Callable[[random.Random], bytes]:
    """Return a maker of Parquet files whose bytes are changed; of two in three, in the footer or a page's header."""
    table = pa.table(
        {"label": [0, 1, 0, 1], "x": [1.0, None, 3.0, 4.0], "word": ["a", "b", "a", None], "flag": [True, False] * 2}
    )
    files = []
    for options in (
        {},
        {"compression": "none", "use_dictionary": False},
        {"data_page_version": "2.0", "row_group_size": 2},
    ):
        file = io.BytesIO()
        pq.write_table(table, file, **options)
        files.append(file.getvalue())

    def make(draws: random.Random) -> bytes:
        content = draws.choice(files)
        footer = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
        if draws.random() < 0.66:
            return content[:footer] + bytes_changed(content[footer:-8], draws) + content[-8:]
        return bytes_changed(content, draws)

    return make
