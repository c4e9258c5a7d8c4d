"""Makes an environment for a checkout, with uv.

Where a revision asks for the same packages as the checkout that the gate runs in, its environment holds the revision's
code and shares the packages of the running environment: that takes a second, and only the commit differs. Where it
asks for other packages, uv installs them.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
import sysconfig
import tomllib
from pathlib import Path
from typing import Any

from bench.errors import GateError
from bench.machine import commands

SHARED = "zz_packages_of_the_running_environment.pth"  # sorts last: the revision's own code comes before it


def make(checkout: Path, repository: Path, directory: Path) -> str:
    """Make the environment of a checkout and return its interpreter.

    Args:
        checkout: Where the revision is checked out.
        repository: The checkout that the gate runs in.
        directory: Where to put the environment.

    Raises:
        GateError: There is no uv, or it fails.
    """
    described = _read(checkout)
    if requirements(checkout) == requirements(repository):
        _uv("venv", "--python", sys.executable, str(directory))
        _share(directory)
        # Its requirements are shared already, and the build tools too, if the running environment has them.
        backend = described.get("build-system", {}).get("build-backend", "setuptools")
        tools = ["--no-build-isolation"] if importlib.util.find_spec(backend.partition(".")[0]) else []
        _uv("pip", "install", "--python", str(directory), "--no-deps", *tools, str(checkout))
    else:
        extras = described.get("project", {}).get("optional-dependencies", {})
        wanted = ["--extra", "all"] if "all" in extras else ["--all-extras"]
        options = [
            "--project",
            str(checkout),
            "--python",
            sys.executable,
            "--no-default-groups",
            "--no-editable",
            *wanted,
        ]
        _uv("sync", *options, environment=directory)
    return str(directory / "bin" / "python")


def requirements(checkout: Path) -> dict[str, Any]:
    """Return everything that decides which packages are installed with a checkout.

    Args:
        checkout: Its top directory, with a ``pyproject.toml``.

    Raises:
        GateError: There is no such file, or it is damaged.
    """
    described = _read(checkout)
    project, uv = described.get("project", {}), described.get("tool", {}).get("uv", {})
    local = [
        source["path"] for source in uv.get("sources", {}).values() if isinstance(source, dict) and "path" in source
    ]
    return {
        **{name: project.get(name) for name in ("requires-python", "dependencies", "optional-dependencies")},
        "groups": described.get("dependency-groups"),
        "uv": {name: value for name, value in uv.items() if name != "build-constraint-dependencies"},
        "local": {path: _contents(checkout / path) for path in local},
    }


def _read(checkout: Path) -> dict[str, Any]:
    try:
        return tomllib.loads((checkout / "pyproject.toml").read_text())
    except (OSError, ValueError) as error:
        raise GateError(
            f"The pyproject.toml at the top of the {checkout.name} cannot be read ({error}): "
            "a revision is installed by it, so name one that has it."
        ) from error


def _contents(directory: Path) -> dict[str, bytes]:
    files = sorted(directory.rglob("*")) if directory.is_dir() else [directory]
    return {
        str(file.relative_to(directory)): file.read_bytes()
        for file in files
        if file.is_file() and "__pycache__" not in file.parts
    }


def _share(directory: Path) -> None:
    """Add the packages of the running environment to the path of another one, after its own."""
    paths = dict.fromkeys(sysconfig.get_path(name) for name in ("purelib", "platlib"))
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    target = directory / "lib" / version / "site-packages" / SHARED
    # `addsitedir`, because a bare path would skip the .pth files of packages that are installed for editing.
    target.write_text("".join(f"import site; site.addsitedir({path!r})\n" for path in paths))


def _uv(*arguments: str, environment: Path | None = None) -> None:
    ours = commands.own_program("uv")
    # `uv run` sets UV to its own path, which need be neither in this environment nor on the PATH.
    program = str(ours) if ours.exists() else shutil.which(os.environ.get("UV", "")) or shutil.which("uv")
    if program is None:
        raise GateError("The gate makes the environment of a revision with uv, which is not here: `pip install uv`.")
    target = {"UV_PROJECT_ENVIRONMENT": str(environment)} if environment else {}
    environ = commands.variables(without=("VIRTUAL_ENV", "UV_PROJECT_ENVIRONMENT"), **target)
    outcome = commands.run([program, *arguments], environ=environ)
    if outcome.code:
        last = " ".join(outcome.complaints.split())[-500:] or "no word"
        raise GateError(f"`uv {arguments[0]}` cannot make the environment of a revision: {last}")
