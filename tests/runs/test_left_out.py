"""A run without names leaves lengthy strategies out, and says which and how to have them."""

import subprocess
from collections.abc import Callable

from bench.model import Dataset


def test_lengthy_strategies_run_where_they_are_named(
    bench: Callable[..., subprocess.CompletedProcess[str]], tiny: Dataset
) -> None:
    """Without a name `mllib_mlp` is left out with a sentence; a name or a pattern runs it without one."""
    default = bench("run", "--data", tiny.path, "--dry-run")
    assert "  mllib_gbt  train" in default.stdout
    assert "mllib_mlp" not in default.stdout
    assert "mllib_mlp is left out, since it trains for longer" in default.stderr
    for pattern in ("*", "mllib_mlp"):
        asked = bench("run", "--data", tiny.path, "--dry-run", "--strategy", pattern)
        assert "  mllib_mlp  train" in asked.stdout
        assert not asked.stderr
    assert (
        "left out"
        not in bench("run", "--data", tiny.path, "--dry-run", "--task", "predict", "--strategy", "xgboost").stderr
    )
