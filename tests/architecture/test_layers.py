"""No circles and no upward imports, in the harness and in the strategies: the layers are in pyproject.toml."""

import ast
import subprocess
import sysconfig
from pathlib import Path

import bench
import strategies

ROOT = Path(__file__).parents[2]
PACKAGES = {Path(package.__file__).parent: package.__name__ for package in (bench, strategies)}


def imports(path: Path) -> set[str]:
    """Return the modules that a file imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def test_imports_keep_to_the_layers() -> None:
    """A room imports lower rooms only, there is no circle among siblings anywhere, and every room has a layer."""
    command = [Path(sysconfig.get_path("scripts"), "lint-imports"), "--config", ROOT / "pyproject.toml", "--no-cache"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_only_what_stands_above_the_contract_imports_it() -> None:
    """`bench` itself exports what strategies import; the rooms below it would import in a circle."""
    root = Path(bench.__file__).parent
    above = ("testing", "templates", "gate/arms/inquiry.py")
    for path in root.rglob("*.py"):
        place = path.relative_to(root).as_posix()
        if not place.startswith(above):
            exported = {f"bench.{name}" for name in bench.__all__ if name not in ("rows", "scaling", "spark")}
            assert not imports(path) & exported, f"{place} imports from bench itself"
