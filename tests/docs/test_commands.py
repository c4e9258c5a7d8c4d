"""The commands in the documents work: each shell block is run, or says why it is not."""

import os
import re
import shlex
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from unittest import SkipTest

import click
import pytest
from sybil import Example, Sybil
from sybil.parsers.markdown import CodeBlockParser, SkipParser

from bench.cli import main
from tests.docs.documents import NAMES, ROOT, blocks, inline

LANGUAGES = {"sh", "text", "python", "toml", "yaml", "json"}  # `sh` is what is run
A_COMMAND = re.compile(r"\s*(\$ |bench |uv |\.uv/|pip |python3? )")


def run(example: Example) -> None:
    """Run a shell block as a reader does: all of its lines, the first that fails ends it."""
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", example.parsed],
        **example.document.namespace["surroundings"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert not done.returncode, f"line {example.line} ended with {done.returncode}:\n{example.parsed}\n{done.stdout}"


@pytest.fixture(scope="module")
def environ(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment with the installed `bench` on its path, and a home of datasets for all documents."""
    scripts = os.pathsep.join([sysconfig.get_path("scripts"), str(Path(sys.executable).parent), os.environ["PATH"]])
    return {**os.environ, "PATH": scripts, "BENCH_DATA": str(tmp_path_factory.mktemp("data"))}


@pytest.mark.parametrize("name", NAMES)
def test_its_commands_work(name: str, tmp_path: Path, environ: dict[str, str]) -> None:
    """The shell blocks of a document that are not marked work one after the other, from an empty directory on."""
    document = Sybil(parsers=[CodeBlockParser("sh", run), SkipParser()]).parse(ROOT / name)
    document.namespace["surroundings"] = {"cwd": tmp_path, "env": environ}
    for example in document.examples():
        with suppress(SkipTest):
            example.evaluate()


@pytest.mark.parametrize("name", NAMES)
def test_no_command_hides_in_another_block(name: str) -> None:
    """Commands stand in blocks marked `sh`, where they are run, and in no indented block or one of another language."""
    assert not [block.content for block in blocks(name) if block.type == "code_block"]
    for block in blocks(name):
        if block.type == "fence":
            assert block.info in LANGUAGES, f"line {block.map}: a block of what language? {sorted(LANGUAGES)}"
            lines = [] if block.info == "sh" else block.content.splitlines()
            assert not [line for line in lines if A_COMMAND.match(line)]


@pytest.mark.parametrize("name", NAMES)
def test_every_skipped_block_has_its_reason(name: str) -> None:
    """A mark that keeps a block from being run stands directly above it, for this block only, with a reason."""
    text = (ROOT / name).read_text()
    assert text.count("skip:") == len(re.findall(r'^ *<!-- skip: next ".+" -->\n *```sh$|`<!-- skip: ', text, re.M))


@pytest.mark.parametrize("name", [name for name in NAMES if name != "CHANGELOG.md"])  # which has what is no more
def test_verbs_and_options_exist(name: str) -> None:
    """Each call of `bench` in a document, also in one that is not run, names verbs and options that there are."""
    for words in calls(name):
        command: click.Command = main
        while isinstance(command, click.Group) and words and not words[0].startswith(("-", "[")):
            found = command.get_command(click.Context(command), words[0])
            assert found, f"there is no verb {words[0]!r}"
            command, words = found, words[1:]
        known = {option for part in command.params for option in part.opts} | {"--help", "-h", "--version"}
        given = {word.partition("=")[0] for word in words if word.startswith("--")}
        assert given <= known, f"{command.name} has no {given - known}"


def calls(name: str) -> Iterator[list[str]]:
    """Yield each call of `bench` as the words after it: in shell blocks and in inline code."""
    code = [block.content for block in blocks(name) if block.type == "fence" and block.info == "sh"]
    code += [part.content for part in inline(name) if part.type == "code_inline" and part.content.startswith("bench ")]
    for text in code:
        for line in text.replace("\\\n", " ").splitlines():
            words = shlex.split(line, comments=True) if "bench" in line else []
            for start in [at for at, word in enumerate(words) if word == "bench"]:
                end = next((at for at in range(start, len(words)) if words[at] in ("&&", "||", "|", ";")), len(words))
                yield words[start + 1 : end]


def test_the_continuous_integration_runs_the_readmes_test_command() -> None:
    """The tests are started as the README says, so that what it says is tried with every change."""
    [first, *_] = [block.content.splitlines() for block in blocks("README.md") if block.info == "sh"]
    assert first[-1].endswith(" tox")
    assert first[-1] in (ROOT / ".ci" / "run").read_text().splitlines()
