"""Built-in strategies use of the harness what everybody may use, and of each other nothing."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

import strategies

ROOT = Path(strategies.__file__).parent
# What is public, and why it is not simply `bench`; only the names in its `__all__` are.
PUBLIC = {
    "bench": "every strategy needs it",
    "bench.pipelines": "engines and transfers of pipelines need it, and no other strategy does",
    "bench.rows": "whoever reads rows with it needs it, and a strategy that reads in another way does not",
    "bench.scaling": "who states what its times are made of needs it, and most need not state it",
    "bench.spark": "Spark's settings and its Java mean something to strategies on Spark only",
}
# From the bottom up; a package imports those below it, and those beside it in one set never.
LAYERS = [
    {"imports"},
    {"clustering", "networks", "ranks", "trees"},
    {"keras", "spark", "torch"},
    {"handoff", "pipeline", "scoring"},
]
FILES = sorted(ROOT.rglob("*.py"))
MOST_LINES = 220


def imports(path: Path) -> Iterator[tuple[str, str | None]]:
    """Yield each module that a file imports, wherever in the file, and the name out of it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((alias.name, None) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: no relative import"
            yield from ((node.module or "", alias.name) for alias in node.names)


def place(path: Path) -> str:
    """Return a file's path, for the name of a test."""
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", FILES, ids=place)
def test_only_what_is_public_is_imported_of_the_harness(path: Path) -> None:
    """A built-in strategy gets by with what a third party's may import, and only documented names of that."""
    for module, name in imports(path):
        if module.partition(".")[0] == "bench":
            assert module in PUBLIC, f"{module} is no public module"
            assert name in importlib.import_module(module).__all__, f"{name} is no public name of {module}"


def lib_package(module: str) -> str | None:
    """Return the package of ``strategies.lib`` that a module lies in."""
    parts = module.split(".")
    return parts[2] if parts[:2] == ["strategies", "lib"] and len(parts) > 2 else None


def ours(path: Path) -> Iterator[str]:
    """Yield the modules of `strategies` that a file imports."""
    for module, name in imports(path):
        if module.partition(".")[0] == "strategies":
            below = ROOT.parent.joinpath(*module.split("."), f"{name}.py")
            package = ROOT.parent.joinpath(*module.split("."), str(name), "__init__.py")
            yield f"{module}.{name}" if below.exists() or package.exists() else module


@pytest.mark.parametrize("path", FILES, ids=place)
def test_shared_code_lies_in_lib(path: Path) -> None:
    """No strategy imports another one, so that each can be read, changed and removed alone."""
    for module in ours(path):
        assert module.startswith("strategies.lib."), f"{module} is a strategy, or holds some"


@pytest.mark.parametrize("path", sorted((ROOT / "lib").rglob("*.py")), ids=place)
def test_lib_imports_downwards_only(path: Path) -> None:
    """The packages of `strategies.lib` are layers."""
    level = {package: number for number, layer in enumerate(LAYERS) for package in layer}
    own = path.relative_to(ROOT / "lib").parts[0]
    for package in filter(None, map(lib_package, ours(path))):
        assert package == own or level[package] < level[own], f"{own} imports {package}"


def test_no_circle_in_lib() -> None:
    """What a module imports does not import that module, directly or by way of others."""
    graph = {".".join(path.relative_to(ROOT.parent).with_suffix("").parts): set(ours(path)) for path in FILES}
    done: set[str] = set()

    def follow(module: str, way: tuple[str, ...]) -> None:
        assert module not in way, f"a circle: {' -> '.join([*way, module])}"
        if module not in done:
            for imported in graph.get(module, ()):
                follow(imported, (*way, module))
            done.add(module)

    for module in graph:
        follow(module, ())


@pytest.mark.parametrize("path", FILES, ids=place)
def test_a_file_has_one_subject(path: Path) -> None:
    """A module can be read at once."""
    assert len(path.read_text().splitlines()) <= MOST_LINES
