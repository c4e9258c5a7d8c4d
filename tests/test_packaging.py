"""What is installed is what is pinned, and what is built holds all that is needed at run time."""

import importlib.metadata
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def project() -> dict:
    """Return the content of pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


@pytest.mark.skipif("TOX_ENV_NAME" not in os.environ, reason="only a tox environment holds nothing but ours")
def test_every_installed_package_is_pinned(project: dict) -> None:
    """There is no lock file, so every package, direct or not, has its one version in pyproject.toml."""
    pins = set(project["tool"]["uv"]["constraint-dependencies"])
    installed = {
        f"{re.sub(r'[-_.]+', '-', found.name).lower()}=={found.version}" for found in importlib.metadata.distributions()
    }
    assert {name for name in installed if not name.startswith("tf-spark-bench==")} <= pins


def test_the_supported_pythons_are_those_that_tox_tests(project: dict) -> None:
    """No Python is promised that no tox environment tests."""
    tested = [
        int(minor) for minor in re.findall(r"\bpy3(\d+)", (ROOT / "tox.ini").read_text().partition("[testenv]")[0])
    ]
    assert project["project"]["requires-python"] == f">=3.{min(tested)},<3.{max(tested) + 1}"


def test_the_wheel_holds_schemas_and_templates(tmp_path: Path) -> None:
    """What the code reads at run time is in the wheel, and the tests are not."""
    options = ["--wheel", "--no-build-isolation", "--offline", "--no-config", "--python", sys.executable]
    subprocess.run([sys.executable, "-m", "uv", "build", *options, "--out-dir", tmp_path, ROOT], check=True)
    names = zipfile.ZipFile(next(tmp_path.glob("*.whl"))).namelist()
    needed = {"bench/schemas/record-1.json", "bench/templates/strategy.py", "bench/templates/test_strategy.py"}
    assert needed <= set(names)
    assert {name.partition("/")[0] for name in names if ".dist-info" not in name} == {"bench", "strategies"}
