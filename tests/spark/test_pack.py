"""A packed environment works where it is unpacked, and what cannot be packed leaves nothing behind."""

import subprocess
import sys
import venv
from pathlib import Path

import pytest

from bench.errors import UsageError
from bench.spark import pack

pytestmark = pytest.mark.every_python


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small virtual environment with a module and a script."""
    path = tmp_path_factory.mktemp("packed") / "here"
    venv.create(path, symlinks=True)
    (site,) = path.glob("lib/python3.*/site-packages")
    (site / "inside.py").write_text("ANSWER = 42\n")
    script = path / "bin" / "ask"
    script.write_text(f"#!{path}/bin/python\nimport inside; print(inside.ANSWER)\n")
    script.chmod(0o755)
    return path


def test_a_packed_environment_works_elsewhere(environment: Path, tmp_path: Path) -> None:
    """Unpacked at another place, the Python in it finds the environment's packages, without the first one's path."""
    archive = pack.pack_environment(tmp_path / "environment.tar.gz", prefix=str(environment))
    (tmp_path / "there").mkdir()
    subprocess.run(["tar", "--extract", "--file", archive, "--directory", tmp_path / "there"], check=True)
    program = "import inside, sys; print(inside.ANSWER, sys.prefix)"
    answer = subprocess.run(
        [tmp_path / "there" / "bin" / "python", "-c", program], capture_output=True, text=True, check=True, env={}
    )
    assert answer.stdout.split() == ["42", str(tmp_path / "there")]
    for file in (tmp_path / "there" / "bin").iterdir():
        assert file.is_symlink() or str(environment).encode() not in file.read_bytes() or "activate" in file.name
    assert "spark.archives=" in pack.how_to_use(archive)


def test_the_command_finds_the_archive_wherever_it_is_called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is printed has the archive's whole path, since a trial's Spark runs in a directory of its own."""
    monkeypatch.chdir(tmp_path)
    assert f"spark.archives={tmp_path}/a.zip#environment" in pack.how_to_use(Path("a.zip"))


def test_what_cannot_be_packed_gets_a_sentence(environment: Path, tmp_path: Path) -> None:
    """No environment, an archive that is there, or a place that cannot be written to: one sentence, nothing written."""
    there = tmp_path / "there.tar.gz"
    there.write_text("mine")
    for out, prefix, sentence in (
        (there, environment, "is there already"),
        (tmp_path / "none" / "a.tar.gz", environment, "cannot be written"),
        (tmp_path / "a.tar.gz", Path(sys.base_prefix), "cannot be packed"),
        (tmp_path / "a.rar", environment, "no archive"),
    ):
        with pytest.raises(UsageError, match=sentence):
            pack.pack_environment(out, prefix=str(prefix))
    assert [file.name for file in tmp_path.iterdir()] == ["there.tar.gz"]
    assert there.read_text() == "mine"
