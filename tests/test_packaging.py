"""What is installed is what is pinned, and what is built holds all that is needed at run time."""

import importlib.metadata
import json
import os
import re
import runpy
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

pytestmark = pytest.mark.every_python
ROOT = Path(__file__).parents[1]
# Distributions of one module, of which an environment may hold one.
RIVALS = ({"tensorflow", "tensorflow-cpu", "tensorflow-gpu", "tf-nightly"}, {"xgboost", "xgboost-cpu"})


@pytest.fixture(scope="module")
def project() -> dict:
    """Return the content of pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


@pytest.mark.skipif("TOX_ENV_NAME" not in os.environ, reason="only a tox environment holds nothing but ours")
def test_every_installed_package_is_pinned(project: dict) -> None:
    """There is no lock file, so every package, direct or not, has its one version in pyproject.toml."""
    pins = set(project["tool"]["uv"]["constraint-dependencies"])
    # Not all of sys.path: once imported, setuptools puts what it carries along there as well.
    here = importlib.metadata.distributions(path=[sysconfig.get_path("purelib"), sysconfig.get_path("platlib")])
    installed = {f"{re.sub(r'[-_.]+', '-', found.name).lower()}=={found.version}" for found in here}
    assert {name for name in installed if not name.startswith("tf-spark-bench==")} <= pins


def test_the_supported_pythons_are_those_that_tox_tests(project: dict) -> None:
    """No Python is promised that no tox environment tests."""
    tested = [
        int(minor) for minor in re.findall(r"\bpy3(\d+)", (ROOT / "tox.ini").read_text().partition("[testenv]")[0])
    ]
    assert project["project"]["requires-python"] == f">=3.{min(tested)},<3.{max(tested) + 1}"


def required(project: dict, *lists: list) -> dict[str, set[str]]:
    """Return the distributions that lists of requirements ask for, each with its extras; of our own extras, too."""
    extras = project["project"]["optional-dependencies"]
    found: dict[str, set[str]] = {}
    waiting = [Requirement(line) for lines in lists for line in lines if isinstance(line, str)]
    while waiting:
        requirement = waiting.pop()
        if requirement.name == project["project"]["name"]:
            waiting += [Requirement(line) for extra in requirement.extras for line in extras[extra]]
        else:
            found.setdefault(canonicalize_name(requirement.name), set()).update(requirement.extras)
    return found


def test_no_environment_gets_two_distributions_of_one_module(project: dict) -> None:
    """Whatever extras and groups are combined, each module comes from one distribution: the last would overwrite it."""
    described = project["project"]
    extras, groups = described["optional-dependencies"].values(), project["dependency-groups"].values()
    everything = required(project, described["dependencies"], *extras, *groups)
    assert [sorted(rivals & set(everything)) for rivals in RIVALS] == [["tensorflow"], ["xgboost"]]


def test_the_extra_for_gpus_has_all_that_uses_one(project: dict) -> None:
    """By `gpu` alone TensorFlow comes with CUDA, and XGBoost as the distribution that is built with it."""
    gpu = required(project, ["tf-spark-bench[gpu]"])
    assert gpu["tensorflow"] == {"and-cuda"}
    assert "xgboost" in gpu


@pytest.mark.skipif(not (ROOT / "uv.lock").exists(), reason="`uv run` leaves a lock file, which no test makes offline")
def test_the_bill_of_materials_has_what_is_pinned(project: dict) -> None:
    """It is made of the lock file alone, names what each extra asks for, and of each package the pinned version."""
    command = [sys.executable, "-m", "uv", "export", "--frozen", "--offline", "--no-config", "--no-header"]
    form = ["--all-extras", "--no-dev", "--preview-features", "sbom-export", "--format", "cyclonedx1.5"]
    bill = json.loads(subprocess.run([*command, *form], cwd=ROOT, check=True, capture_output=True, text=True).stdout)
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.5")
    named = {part["name"]: part["version"] for part in bill["components"]}
    described = project["project"]
    assert set(required(project, described["dependencies"], *described["optional-dependencies"].values())) <= set(named)
    pins = set(project["tool"]["uv"]["constraint-dependencies"])
    assert {f"{name}=={version}" for name, version in named.items()} <= pins


def test_the_wheel_holds_schemas_and_templates(tmp_path: Path) -> None:
    """What the code reads at run time is in the wheel, and the tests are not."""
    options = ["--wheel", "--no-build-isolation", "--offline", "--no-config", "--python", sys.executable]
    subprocess.run([sys.executable, "-m", "uv", "build", *options, "--out-dir", tmp_path, ROOT], check=True)
    names = zipfile.ZipFile(next(tmp_path.glob("*.whl"))).namelist()
    needed = {"bench/schemas/record-1.json", "bench/templates/strategy.py", "bench/templates/test_strategy.py"}
    needed |= {"bench/schemas/advice-1.json", "bench/advise/calibration.json"}
    assert needed <= set(names)
    assert {name.partition("/")[0] for name in names if ".dist-info" not in name} == {"bench", "strategies"}


@pytest.mark.parametrize(
    ("version", "asked", "option"),
    [("", [], "HOROVOD_WITHOUT_PYTORCH"), ("2.13.0+cpu", ["torch==2.13.0+cpu"], "HOROVOD_WITH_PYTORCH")],
)
def test_horovod_is_built_for_the_pytorch_that_a_variable_names(
    version: str, asked: list[str], option: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the variable it is built for TensorFlow alone, and uv takes no build of one value for another."""
    monkeypatch.setenv("BENCH_HOROVOD_TORCH", version)
    package = ROOT / "packaging" / "horovod"
    backend = runpy.run_path(str(package / "horovod_wheel.py"))
    assert backend["get_requires_for_build_wheel"]() == asked
    assert [name for name in backend["OPTIONS"] if "PYTORCH" in name] == [option]
    keys = tomllib.loads((package / "pyproject.toml").read_text())["tool"]["uv"]["cache-keys"]
    assert {"env": "BENCH_HOROVOD_TORCH"} in keys


def test_horovod_that_cannot_be_built_does_not_stop_the_rest(tmp_path: Path) -> None:
    """Where Horovod's build fails, a wheel without a module that says why lets all else be installed."""
    build = "import sys; sys.path.insert(0, sys.argv[1]); import horovod_wheel; horovod_wheel.build_wheel('.')"
    without_compiler = {**os.environ, "PATH": "", "CC": "/bin/false", "CXX": "/bin/false", "PIP_NO_INDEX": "1"}
    subprocess.run(
        [sys.executable, "-c", build, str(ROOT / "packaging" / "horovod")],
        env=without_compiler,
        check=True,
        cwd=tmp_path,
    )
    [wheel] = tmp_path.glob("*.whl")
    installed = tmp_path / "installed"
    command = ["pip", "install", "--no-config", "--offline", "--no-deps", "--target", installed, wheel]
    subprocess.run([sys.executable, "-m", "uv", *command, "--python", sys.executable], check=True)
    assert not (installed / "horovod").exists()
    [found] = importlib.metadata.distributions(path=[str(installed)])
    assert re.fullmatch(r"Horovod could not be built here: `.+` ended with exit code \d+\.", found.metadata["Summary"])
