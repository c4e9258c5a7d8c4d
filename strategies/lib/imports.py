"""Imports XGBoost and LightGBM as they are where nothing else is installed.

Both import scikit-learn and pandas where these are there, for estimators and data frames that our strategies do not
use: 2.3 of 3.0 CPU seconds. Both are there for the suite's sake: `pip install lightgbm` brings NumPy and SciPy.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

OPTIONAL = ("sklearn", "pandas")


def import_alone(name: str) -> ModuleType:
    """Import a library without the optional ones that it would import; ones that are imported already it may use.

    Args:
        name: Name of the module, such as ``lightgbm``.
    """
    with _hidden(*OPTIONAL):
        return importlib.import_module(name)


@contextmanager
def _hidden(*names: str) -> Iterator[None]:
    """Let modules that are not imported yet seem not to be installed."""
    hidden = [name for name in names if name not in sys.modules]
    modules: dict[str, ModuleType | None] = sys.modules  # type: ignore[assignment]
    modules.update(dict.fromkeys(hidden))  # None is the import system's own word for "there is none"
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]
