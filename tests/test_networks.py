"""A network's file is read as text: its function, its arguments and its fingerprint."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import networks
from bench.errors import UsageError

SOURCE = """
raise RuntimeError("this file is read, and not run")

def build_model(input_dim):
    return input_dim

def deep(inputs, width: int = 16, *, rate=0.5, batch_norm=True, unit: "str" = "relu", size: int | None = None):
    return inputs

def wants(inputs, depth, shape=(1, 2)):
    return inputs

def empty():
    return None

def _private(inputs):
    return inputs
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file with functions."""
    path = tmp_path / "nets.py"
    path.write_text(SOURCE)
    return path


def test_arguments_have_the_types_of_annotations_and_defaults(file: Path) -> None:
    """Each value becomes what its function wants; one that is the default anyway is no argument."""
    given = ("width=32", "rate=1", "batch_norm=false", "unit=tanh", "size=8")
    found = networks.find(f"{file}:deep", given)
    assert (found.name, found.function, found.source) == ("nets.py:deep", "deep", SOURCE)
    assert found.arguments == {"width": 32, "rate": 1.0, "batch_norm": False, "unit": "tanh", "size": 8}
    assert {name: type(value) for name, value in found.arguments.items()}["rate"] is float
    assert networks.find(f"{file}:deep", ("width=16",)) == networks.find(f"{file}:deep")


def test_the_fingerprint_is_that_of_text_function_and_arguments(file: Path, tmp_path: Path) -> None:
    """The same text elsewhere has the same fingerprint; another constant, function or argument another."""
    other = tmp_path / "other.py"
    other.write_text(SOURCE)
    changed = tmp_path / "changed.py"
    changed.write_text(SOURCE.replace("16", "17"))
    found = [
        networks.find(asked, given).fingerprint
        for asked, given in (
            (f"{file}:deep", ()),
            (f"{other}:deep", ()),
            (f"{changed}:deep", ()),
            (f"{file}:build_model", ()),
            (f"{file}:deep", ("width=9",)),
        )
    ]
    assert found[0] == found[1]
    assert len(set(found)) == 4


@pytest.mark.parametrize(
    ("function", "given", "sentence"),
    [
        ("wide", (), "nets.py:wide is not there: functions at the top level of the file are build_model, deep"),
        ("_private", (), "nets.py:_private is not there"),
        ("empty", (), "empty of nets.py:empty takes no argument"),
        ("deep", ("width",), "--network-arg width has no value: write width=VALUE"),
        ("deep", ("wdth=1",), "takes no argument 'wdth' beside its first: there are width, rate, batch_norm"),
        ("deep", ("width=1.5",), "The argument width of nets.py:deep is of type int, and '1.5' is none"),
        ("deep", ("batch_norm=maybe",), "is of type bool, and 'maybe' is none"),
        ("build_model", ("input_dim=3",), "takes no argument 'input_dim' beside its first: there are none"),
        ("wants", (), "needs a value for depth: add --network-arg depth=VALUE"),
        ("wants", ("depth=1",), "The argument depth of nets.py:wants has no type: annotate it with one of int, float"),
    ],
)
def test_a_wrong_function_or_argument_is_a_sentence(
    file: Path, function: str, given: tuple[str, ...], sentence: str
) -> None:
    """What can be seen in the text is said before anything runs."""
    with pytest.raises(UsageError) as caught:
        networks.find(f"{file}:{function}", given)
    assert sentence in str(caught.value)


def test_a_file_that_is_no_python_or_not_there_is_a_sentence(tmp_path: Path) -> None:
    """So is a name that nobody knows."""
    (tmp_path / "broken.py").write_text("def build(inputs)\n    return 1\n")
    for asked, sentence in (
        (str(tmp_path / "broken.py") + ":build", "broken.py:build is no Python: expected ':' in line 1"),
        (str(tmp_path / "none.py") + ":build", "cannot be read"),
        ("narrow", "--network narrow is unknown: give a Python file"),
    ):
        with pytest.raises(UsageError) as caught:
            networks.find(asked)
        assert sentence in str(caught.value)


def test_an_asked_file_keeps_its_place(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    """A run that is resumed from another directory finds the same file."""
    monkeypatch.chdir(file.parent)
    assert networks.absolute("nets.py:deep") == f"{file}:deep"
    assert networks.absolute("nets.py") == str(file)
    assert networks.absolute("wide") == "wide"
