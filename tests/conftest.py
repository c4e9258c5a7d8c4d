"""Fixtures that several tests need: strategies that misbehave, a small dataset, the real command line."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
import sysconfig
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from bench import plugins
from bench.model import Dataset
from bench.records.directory import Record
from bench.request import Request
from bench.runs import plan
from bench.testing.support import make_tiny_dataset
from bench.trial import runner
from tests import jvm, objectstore
from tests.objectstore import ObjectStore

HEADER = "from bench import PredictionWriter, Skip, Strategy, hookimpl\n"
CONTROL = "@hookimpl\ndef bench_strategy():\n    return Strategy(family='control', distributed=True)\n"
FACTS = "@hookimpl\ndef bench_strategy():\n    return Strategy(family='linear')\n"


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Read no module without the marker that ``-m`` asks for first: to read all takes longer than many tests."""
    wanted = str(config.option.markexpr).partition(" and ")[0]
    is_module = collection_path.suffix == ".py" and collection_path.name.startswith("test_")
    return True if wanted.isidentifier() and is_module and wanted not in collection_path.read_text() else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort tests: first modules that need more than the usual time, then those that start frameworks, then others.

    Those for PyTorch are skipped where it is not installed, before any fixture of theirs is set up.
    """
    if importlib.util.find_spec("torch") is None:
        absent = pytest.mark.skip(reason="it needs torch: pip install 'tf-spark-bench[torch]'")
        for item in items:
            if item.get_closest_marker("torch"):
                item.add_marker(absent)
    long = {item.path for item in items if item.get_closest_marker("timeout")}

    def turn(item: pytest.Item) -> int:
        return 0 if item.path in long else 1 if "strategies" in item.path.parts else 2

    # By whole modules: the tests of a divided module would set up their fixtures twice.
    items.sort(key=turn)


@pytest.fixture(autouse=True, scope="session")
def _own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep tests from the user's own datasets."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCH_DATA", str(tmp_path_factory.mktemp("datasets")))
        # Tests run beside each other, and so disturb each other: they take the machine as it is.
        patch.setenv("BENCH_RETRY_DISTURBED", "0")
        yield


@pytest.fixture(autouse=True, scope="session")
def _short_lived_jvm(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Spare Spark the work that only a long-lived JVM repays."""
    directory = tmp_path_factory.getbasetemp()
    tests = sum(not {"strategies", "clusters"}.isdisjoint(item.path.parts) for item in request.session.items)
    with jvm.short_lived(directory.parent if "PYTEST_XDIST_WORKER" in os.environ else directory, tests):
        yield


@pytest.fixture(autouse=True, scope="session")
def _heeded_ctrl_c() -> None:
    """Let Ctrl-C be heard by what tests start: a shell that runs tests in the background has it ignored."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty directory for datasets, which this process and those that it starts use."""
    path = tmp_path / "home"
    path.mkdir()
    monkeypatch.setenv("BENCH_DATA", str(path))
    return path


class Plugins:
    """Installs strategies as a distribution of their own, which entry points find like any other."""

    def __init__(self, site: Path) -> None:
        self.site = site
        self._entries: dict[str, str] = {}

    def add(self, name: str, source: str, facts: str = FACTS) -> None:
        """Install one strategy.

        Args:
            name: Its name.
            source: Its hooks, indented as the caller likes.
            facts: Its ``bench_strategy``.
        """
        module = f"plugin_{name.replace('-', '_')}"
        sys.modules.pop(module, None)  # of another test
        path = self.site / f"{module}.py"
        path.write_text(HEADER + facts + textwrap.dedent(source))
        # Python takes bytecode for up to date by size and whole seconds: one changed digit goes unseen.
        Path(importlib.util.cache_from_source(str(path))).unlink(missing_ok=True)
        self._entries[name] = module
        info = self.site / "faults-0.dist-info"
        info.mkdir(exist_ok=True)
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: faults\nVersion: 0\n")
        lines = [f"{name} = {module}" for name, module in self._entries.items()]
        (info / "entry_points.txt").write_text("[bench]\n" + "\n".join(lines) + "\n")


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plugins:
    """A place where a test installs strategies, seen by this process and by those that it starts."""
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.setenv("PYTHONPATH", str(site))
    return Plugins(site)


@pytest.fixture
def trial_of(installed: Plugins, tiny: Dataset, tmp_path: Path) -> Callable[..., Record]:
    """Run a strategy, given as source, through the real runner."""

    def run(source: str, *, facts: str = FACTS, cores: int = 1, timeout_s: float = 200.0, **more: Any) -> Record:
        installed.add("sut", source, facts)
        planned = plan.make(Request(cores=cores), {"sut": plugins.load("sut").strategy}, tiny)[0]
        logs = tmp_path / "logs"
        logs.mkdir(exist_ok=True)
        return runner.run(planned, run_name="run", environment="", log=logs / "log", timeout_s=timeout_s, **more)

    return run


@pytest.fixture(scope="session")
def tiny() -> Dataset:
    """A synthetic dataset of 2,000 rows and 4 features."""
    from bench.datasets.makers.synthetic import make_synthetic

    return make_synthetic(rows=2000, features=4, name="tiny").dataset


@pytest.fixture(scope="session")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """A synthetic dataset of 16,000 train and 4,000 test rows with 8 features."""
    return make_tiny_dataset(tmp_path_factory.mktemp("datasets"))


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectStore]:
    """A real object store on loopback, with one bucket; started for the tests that ask for it."""
    with objectstore.running(tmp_path_factory.mktemp("store") / "data") as running:
        yield running


@pytest.fixture
def few(home: Path) -> Dataset:
    """A synthetic dataset of 500 rows and 4 features, which no other test uses, and which so has no reference model."""
    from bench.datasets.makers.synthetic import make_synthetic

    dataset = make_synthetic(500, 4, name="few").dataset
    assert Path(dataset.path).parent == home
    return dataset


def is_alive(pid: int) -> bool:
    """Return whether a process runs; one that ended and was not waited for does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.fixture(scope="session")
def bench_command() -> list[str]:
    """The console script of this environment."""
    return [str(Path(sysconfig.get_path("scripts"), "bench"))]


@pytest.fixture
def bench(tmp_path: Path, bench_command: list[str]) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the real command line in an empty directory."""

    def run(*arguments: str, timeout: float = 280.0, **environ: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*bench_command, *arguments],
            cwd=tmp_path,
            env={**os.environ, **environ},
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    return run
