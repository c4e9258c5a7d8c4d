"""What a file of a PyTorch model may hold: a program and weights, and nothing that runs when it is loaded."""

from __future__ import annotations

import io
import json
import pickle
import warnings
import zipfile
from pathlib import Path

import pytest

from strategies.lib.networks.answers import ModelError
from strategies.lib.torch import archive


class Trap:
    """Leaves a file when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        """Name the file."""
        self.mark = mark

    def __reduce__(self) -> tuple[object, tuple[str, str]]:
        """Return the call that unpickling makes."""
        return open, (str(self.mark), "w")


def zipped(path: Path, *entries: tuple[str, bytes]) -> Path:
    """Write an archive."""
    with zipfile.ZipFile(path, "w") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a second entry of one name
        for name, content in entries:
            file.writestr(name, content)
    return path


def listed(*, pickled: bool) -> bytes:
    """Return a list of weights."""
    return json.dumps({"config": {"w": {"path_name": "weight_0", "use_pickle": pickled}}}).encode()


WEIGHTS = "model/data/weights/model_weights_config.json"


@pytest.mark.parametrize(
    ("entries", "sentence"),
    [
        ([(WEIGHTS, listed(pickled=True))], "it holds pickled objects"),
        ([("model/data/constants/opaque_obj_0", b"")], "it holds pickled objects"),
        ([("model/data/constants/custom_obj_0", b"")], "it holds pickled objects"),
        ([("model/data/aotinductor/model/x.so", b"")], "it holds a compiled library"),
        ([(WEIGHTS, listed(pickled=False)), (WEIGHTS, listed(pickled=True))], "two files of one name"),
        ([(WEIGHTS, b"[" * 100_000)], "its list of weights is damaged"),
        ([(WEIGHTS, b"[1]")], "its list of weights is damaged"),
    ],
)
def test_code_is_refused(entries: list[tuple[str, bytes]], sentence: str, tmp_path: Path) -> None:
    """Pickles, compiled libraries, and what each reader would read in another way."""
    with pytest.raises(ModelError, match=sentence):
        archive.refuse_code(zipped(tmp_path / "model.pt2", *entries))


def test_a_program_and_weights_are_fine(tmp_path: Path) -> None:
    """So is what is no archive: its loader says so."""
    archive.refuse_code(zipped(tmp_path / "model.pt2", (WEIGHTS, listed(pickled=False)), ("model/version", b"0")))
    (tmp_path / "no.pt2").write_bytes(b"anything")
    archive.refuse_code(tmp_path / "no.pt2")


@pytest.mark.torch
def test_a_pickle_in_a_real_file_does_not_run(tmp_path: Path) -> None:
    """PyTorch itself would run it: as a pickled weight, as an object, and in example rows, which it reads twice."""
    import torch

    from strategies.lib.torch import model

    whole, mark = tmp_path / "model.pt2", tmp_path / "ran"
    program = torch.export.export(torch.nn.Linear(2, 1), (torch.zeros(2, 2),))
    torch.export.save(program, whole)
    model.load(whole)
    held = io.BytesIO()
    torch.save({"a": Trap(mark)}, held)
    with zipfile.ZipFile(whole) as file:
        content = {name: file.read(name) for name in file.namelist()}
    (rows,) = (name for name in content if "/sample_inputs/" in name)
    (config,) = (name for name in content if name.endswith("weights_config.json"))
    told = json.loads(content[config])
    for weight in told["config"].values():
        weight["use_pickle"] = True
    weights = {name: held.getvalue() for name in content if "/weights/weight_" in name}
    traps = {
        "rows": {rows: held.getvalue()},
        "weight": {config: json.dumps(told).encode(), **weights},
        "object": {
            rows.replace("sample_inputs", "constants").replace(Path(rows).name, "opaque_obj_0"): pickle.dumps(
                Trap(mark)
            )
        },
    }
    for name, changed in traps.items():
        path = tmp_path / f"{name}.pt2"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as file:
            for entry, bytes_ in {**content, **changed}.items():
                file.writestr(entry, bytes_)
        with pytest.raises(ModelError):
            model.load(path)
        assert not mark.exists(), name
