"""The contract's own tests let an honest strategy pass and catch each kind of broken one."""

import re
import subprocess
import sys
from importlib import resources
from pathlib import Path

import pytest

from bench.testing.support import copy_with_flipped_labels, import_name, lopsided, make_tiny_dataset

pytestmark = pytest.mark.every_python
HONEST = resources.files("bench").joinpath("templates", "strategy.py").read_text()
HOOK = "@hookimpl\ndef bench_setup(trial):"
SCORES = "rows.write_scores(trial, partial(score, session, model))"
FORGET = """

def without_the_first(path):
    import pyarrow.parquet as pq

    pq.write_table(pq.read_table(path)[1:], path)
    return path
"""
STRATEGIES = {
    "honest": HONEST,
    "heavy": HONEST + "\nimport pyarrow\n",
    "nested": HONEST + "\ndef make():\n    @hookimpl\n    def bench_teardown(trial):\n        pass\n"
    "    return bench_teardown\nbench_teardown = make()\n",
    "littering": HONEST.replace(HOOK, "import subprocess\n" + HOOK).replace(
        "    import numpy", "    subprocess.Popen(['sleep', '600'], start_new_session=True)\n    import numpy", 1
    ),
    "leaky": HONEST.replace('rows.open(trial.dataset, "train")', 'rows.open(trial.dataset, "test")'),
    "forgetful": HONEST.replace(SCORES, f"without_the_first({SCORES})") + FORGET,
    "narrow": HONEST.replace("import partial", "import partial\nfrom dataclasses import replace").replace(
        "write_scores(trial,", "write_scores(replace(trial, splits_to_score=('test',)),"
    ),
    "needy": HONEST.replace('"pyarrow"),', '"pyarrow", "no_such_module"),'),
}
TESTS = (
    "it_keeps_the_contract",
    "stating_its_facts_imports_no_framework",
    "its_functions_pickle_by_reference",
    "a_trial_ends_ok",
    "it_leaves_no_process_behind",
    "its_answer_comes_from_the_labels",
    "it_learns_each_kind_by_the_weights_of_rows",
)


def test_each_broken_strategy_differs() -> None:
    """What is to be replaced in the skeleton is there."""
    assert len(set(STRATEGIES.values())) == len(STRATEGIES)


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], str]:
    """Return how each inherited test ended for each strategy, by (strategy, test)."""
    directory = tmp_path_factory.mktemp("plugins")
    lines = ["from pathlib import Path", "from bench.testing import StrategyContract"]
    for name, source in STRATEGIES.items():
        (directory / f"{name}.py").write_text(source)
        lines += [f"class Test_{name}(StrategyContract):", f"    strategy = {name!r}"]
        lines += [f"    source = Path(__file__).with_name('{name}.py')"]
    (directory / "test_all.py").write_text("\n".join(lines) + "\n")
    command = [sys.executable, "-m", "pytest", "-rA", "-Werror", "--tb=line", "test_all.py"]
    answer = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)
    found = re.findall(r"^(PASSED|FAILED|ERROR) test_all\.py::Test_(\w+)::test_(\w+)", answer.stdout, re.MULTILINE)
    assert found, answer.stdout + answer.stderr
    return {(strategy, test): outcome for outcome, strategy, test in found}


def test_an_honest_strategy_passes(outcomes: dict[tuple[str, str], str]) -> None:
    """The skeleton, which does honest work, passes every test."""
    assert {test: outcomes.get(("honest", test)) for test in TESTS} == dict.fromkeys(TESTS, "PASSED")


@pytest.mark.parametrize(
    ("strategy", "test"),
    [
        ("heavy", "stating_its_facts_imports_no_framework"),
        ("nested", "its_functions_pickle_by_reference"),
        ("littering", "it_leaves_no_process_behind"),
        ("leaky", "its_answer_comes_from_the_labels"),
        ("forgetful", "a_trial_ends_ok"),
        ("narrow", "it_learns_each_kind_by_the_weights_of_rows"),
    ],
)
def test_a_broken_strategy_fails_the_test_that_is_meant_for_it(
    outcomes: dict[tuple[str, str], str], strategy: str, test: str
) -> None:
    """Each kind of wrong-doing is caught, and the other tests still pass."""
    failed = {name for (owner, name), outcome in outcomes.items() if owner == strategy and outcome != "PASSED"}
    assert test in failed
    assert failed <= {test, "its_answer_comes_from_the_labels", "it_learns_each_kind_by_the_weights_of_rows"}


def test_a_strategy_that_cannot_run_here_is_skipped(outcomes: dict[tuple[str, str], str]) -> None:
    """Where a strategy's framework is missing, its facts are tested and its trials are skipped."""
    assert outcomes["needy", "it_keeps_the_contract"] == "PASSED"
    assert ("needy", "a_trial_ends_ok") not in outcomes


def test_flipped_labels_are_the_only_difference(tmp_path: Path) -> None:
    """The copy has every row, in the same row groups, and just the train labels turned around."""
    import pyarrow.parquet as pq

    dataset = make_tiny_dataset(tmp_path / "home")
    flipped = copy_with_flipped_labels(dataset, tmp_path / "flipped")
    for split in ("train", "test"):
        before, after = (pq.read_table(each.split(split), partitioning=None) for each in (dataset, flipped))
        same = before.drop_columns(dataset.label).equals(after.drop_columns(dataset.label))
        labels = (before[dataset.label].to_numpy(), after[dataset.label].to_numpy())
        assert same
        assert (labels[0] == (1 - labels[1] if split == "train" else labels[1])).all()
        files = (next(Path(each.split(split)).iterdir()) for each in (dataset, flipped))
        assert len({pq.read_metadata(file).num_row_groups for file in files}) == 1


@pytest.mark.parametrize("groups", [8, 16, 64])
def test_lopsided_labels_say_nothing_together_and_much_apart(groups: int) -> None:
    """Half of all row groups are flipped, but one quarter or three of what one of two workers may be given."""
    flipped = [lopsided(group, groups) for group in range(groups)]
    assert sum(flipped) == groups / 2
    shares = [flipped[: groups // 2], flipped[groups // 2 :], flipped[::2], flipped[1::2]]
    assert [sum(share) / len(share) for share in shares] == [0.75, 0.25, 0.75, 0.25]


def test_a_file_is_imported_by_the_name_that_its_packages_give(tmp_path: Path) -> None:
    """A file inside a package is imported by its dotted name, one outside by its own."""
    package = tmp_path / "outer" / "inner"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    assert import_name(package / "mine.py") == ("inner.mine", tmp_path / "outer")
    assert import_name(tmp_path / "mine.py") == ("mine", tmp_path)
