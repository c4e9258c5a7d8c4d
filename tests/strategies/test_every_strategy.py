"""Every built-in strategy trains and scores on every supported Python, all in one run."""

import json
import subprocess
import sys
from collections.abc import Callable

import pytest

from bench import Dataset, plugins


@pytest.mark.skipif(sys.version_info < (3, 12), reason="test_contract.py and test_distributed.py run them all")
@pytest.mark.timeout(900)
def test_every_distributed_strategy_is_ok(
    bench: Callable[..., subprocess.CompletedProcess[str]], dataset: Dataset
) -> None:
    """With two workers, every distributed strategy comes to a model."""
    names = [name for name in plugins.names() if plugins.load(name).strategy.distributed]
    assert len(names) >= 6
    wanted = [part for name in names for part in ("--strategy", name)]
    answer = bench("run", *wanted, "--data", dataset.path, "--epochs", "2", "--json", timeout=850)
    records = [json.loads(line) for line in answer.stdout.splitlines()]
    assert {record["trial"]["strategy"] for record in records} == {"null", *names}
    assert {record["status"] for record in records} == {"ok"}, [record["reason"] for record in records]
