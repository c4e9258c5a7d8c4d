"""Writes a new strategy and its test out of the templates: `bench new-strategy NAME`."""

from __future__ import annotations

import importlib.util
import keyword
import tomllib
from importlib import resources
from pathlib import Path

from bench import plugins
from bench.errors import UsageError

DISTRIBUTION = "tf-spark-bench"


def write(name: str, out: Path) -> list[Path]:
    """Write a commented skeleton that runs as it is, and a test for it; both or none.

    Args:
        name: Name of the strategy and of its file.
        out: Directory for ``NAME.py`` and ``test_NAME.py``. In a checkout of this project they go to
            ``strategies/`` and ``tests/strategies/``.

    Returns:
        The two files.

    Raises:
        UsageError: The name cannot be one or is taken, or a file is there already or cannot be written.
    """
    strategy, test = _places(name, out)
    _check_name(name)
    if strategy.parent == test.parent:
        _check_module(name, strategy)
    source = f'Path(__file__).with_name("{name}.py")'
    if strategy.parent != test.parent:
        source = f'Path(__file__).parents[2] / "strategies" / "{name}.py"'
    contents = {
        strategy: _template("strategy.py"),
        test: _template("test_strategy.py")
        .replace('Path(__file__).with_name("NAME.py")', source)
        .replace("NAME", name),
    }
    return _write_all(contents)


def entry_point(strategy: Path) -> str:
    """Return the lines of a ``pyproject.toml`` that make a strategy known.

    Args:
        strategy: Its file, as `write` returned it.
    """
    module = strategy.stem if strategy.parent.name != "strategies" else f"strategies.{strategy.stem}"
    return f'[project.entry-points.{plugins.GROUP}]\n{strategy.stem} = "{module}"'


def _places(name: str, out: Path) -> tuple[Path, Path]:
    if _is_our_checkout(out):
        return out / "strategies" / f"{name}.py", out / "tests" / "strategies" / f"test_{name}.py"
    return out / f"{name}.py", out / f"test_{name}.py"


def _is_our_checkout(directory: Path) -> bool:
    try:
        project = tomllib.loads((directory / "pyproject.toml").read_text())
    except (OSError, ValueError):
        return False
    return bool(project.get("project", {}).get("name") == DISTRIBUTION)


def _check_name(name: str) -> None:
    if not name.isidentifier() or keyword.iskeyword(name) or name.startswith("_"):
        raise UsageError(f"{name!r} cannot be a strategy's name: use letters, digits and underscores, a letter first.")
    if name in plugins.names():
        raise UsageError(f"There is a strategy {name!r} already: choose another name.")


def _check_module(name: str, strategy: Path) -> None:
    """Refuse a file at the top level that hides another module of its name."""
    if not strategy.exists() and importlib.util.find_spec(name) is not None:
        raise UsageError(f"A file {name}.py would hide the Python module {name!r}: choose another name.")


def _template(name: str) -> str:
    return resources.files("bench").joinpath("templates", name).read_text()


def _write_all(contents: dict[Path, str]) -> list[Path]:
    written: list[Path] = []
    try:
        for path, text in contents.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x") as file:
                written.append(path)
                file.write(text)
    except OSError as error:
        for path in written:
            path.unlink()
        if isinstance(error, FileExistsError):
            raise UsageError(
                f"The file {error.filename} is there already: choose another name or another --out."
            ) from None
        raise UsageError(f"{error.filename} cannot be written ({error.strerror}): choose another --out.") from error
    return written
