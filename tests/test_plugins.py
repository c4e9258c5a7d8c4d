"""Strategies come through entry points, and one that breaks the contract is refused by its name."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench import Dataset, Strategy, plugins
from bench.errors import PluginError, UsageError
from bench.testing.contract import FRAMEWORKS
from bench.testing.support import install_strategies
from tests.conftest import FACTS, HEADER, Plugins

pytestmark = pytest.mark.every_python
TRAIN = "@hookimpl\ndef bench_train(trial):\n    return None\n"


def test_names_are_sorted_and_no_strategy_is_imported(installed: Plugins) -> None:
    """Listing names costs nothing, even if a strategy cannot be imported."""
    installed.add("zzz_broken", "raise RuntimeError")
    program = "import sys; from bench import plugins; print(*plugins.names()); print(*sys.modules)"
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    names, modules = (line.split() for line in answer.stdout.splitlines())
    assert names == sorted(names)
    assert {"null", "zzz_broken"} <= set(names)
    assert not [module for module in modules if module.startswith(("strategies.", "plugin_"))]


def test_loading_all_strategies_imports_no_framework() -> None:
    """`bench list` loads every strategy and has 0.6 s, so none of them imports its frameworks."""
    program = (
        "import sys; from bench import plugins; [plugins.load(name) for name in plugins.names()]; print(*sys.modules)"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not FRAMEWORKS & set(answer.stdout.split())


def test_two_strategies_of_one_name_are_an_error_that_names_both(installed: Plugins) -> None:
    """Neither of two packages with one name is preferred silently."""
    installed.add("null", TRAIN)
    with pytest.raises(PluginError, match=r"'null', plugin_null and strategies\.null: uninstall one"):
        plugins.names()


def test_one_strategy_found_twice_is_one(tmp_path: Path) -> None:
    """An editable and a plain installation of one package, both on the path, are no conflict."""
    source = tmp_path / "twice.py"
    source.write_text(HEADER + FACTS + TRAIN)
    with (
        install_strategies(tmp_path / "first", {"twice": source}),
        install_strategies(tmp_path / "second", {"twice": source}),
    ):
        assert plugins.load("twice").tasks == ("train",)


def test_an_unknown_name_is_refused() -> None:
    """A name that nobody has installed is a mistake of the person who typed it."""
    with pytest.raises(UsageError, match="no strategy 'nowhere': `bench list` shows all"):
        plugins.load("nowhere")


@pytest.mark.parametrize(
    ("name", "facts", "source", "message"),
    [
        ("hook_misspelt", FACTS, TRAIN.replace("bench_train", "bench_trian"), "'hook_misspelt' breaks.*bench_trian"),
        ("argument_misspelt", FACTS, TRAIN.replace("(trial)", "(tiral)"), "'argument_misspelt' breaks.*'tiral'"),
        ("unmarked", FACTS, TRAIN.replace("@hookimpl\n", ""), "'unmarked': mark the function bench_train with"),
        (
            "no_work",
            FACTS,
            "",
            "'no_work' has no hook for a task that it takes part in: add bench_train or bench_predict",
        ),
        ("no_facts", "", TRAIN, r"'no_facts': bench_strategy\(\) must return a bench.Strategy"),
        ("wrong_facts", FACTS.replace("Strategy(family='linear')", "{}"), TRAIN, r"'wrong_facts': bench_strategy\(\)"),
        ("needs_more", FACTS, "import no_such_module\n", r"'needs_more' \(plugin_needs_more\) cannot be imported: Mod"),
        ("syntax", FACTS, "def", r"'syntax' \(plugin_syntax\) cannot be imported: SyntaxError"),
    ],
)
def test_what_breaks_the_contract_is_refused(
    installed: Plugins, name: str, facts: str, source: str, message: str
) -> None:
    """A misspelt, unmarked or missing hook, and a plugin that does not import, are errors that name the plugin."""
    installed.add(name, source, facts)
    with pytest.raises(PluginError, match=message):
        plugins.load(name)


def test_a_hook_may_take_fewer_arguments(installed: Plugins) -> None:
    """A hook takes only the arguments that it names, so that the contract can grow."""
    installed.add("modest", "@hookimpl\ndef bench_train():\n    return 'model'\n")
    assert plugins.load("modest").hook.bench_train(trial=None, session=None) == "model"


def test_tasks_are_those_with_hooks(installed: Plugins) -> None:
    """A strategy can do the tasks whose hooks it has."""
    predict = "@hookimpl\ndef bench_predict(trial):\n    return None\n"
    installed.add("both", TRAIN + predict)
    installed.add("scorer", predict)
    assert plugins.load("both").tasks == ("train", "predict")
    assert plugins.load("scorer").tasks == ("predict",)


def test_two_strategies_never_both_fire(installed: Plugins) -> None:
    """Each strategy has a plugin manager of its own, so calling a hook calls one."""
    for name in ("one", "other"):
        installed.add(name, f"@hookimpl\ndef bench_train(trial):\n    return '{name}'\n")
    for name in ("one", "other"):
        assert plugins.load(name).hook.bench_train(trial=None, session=None) == name


def test_what_is_missing_is_found_without_importing_it(installed: Plugins) -> None:
    """A strategy whose framework is not installed is skipped, with what to install as its reason."""
    facts = FACTS.replace("'linear'", "'linear', needs=('no_such_module', 'pluggy'), install='no-such-package'")
    installed.add("poor", TRAIN, facts)
    reason = plugins.why_not(plugins.load("poor").strategy)
    assert reason is not None
    assert "no-such-package" in reason
    assert plugins.why_not(plugins.load("null").strategy) is None


def test_a_strategy_may_name_a_remedy_of_its_own() -> None:
    """Where `pip install` is not enough, the sentence ends with what is."""
    reason = plugins.why_not(Strategy("mlp", needs=("no_such_module",), install="x", remedy="install g++, then x"))
    assert reason == "It needs no_such_module, not installed here: install g++, then x."


@pytest.mark.parametrize(
    ("facts", "dataset", "reason"),
    [
        ({}, {}, None),
        ({}, {"problem": "regression"}, "It knows no regression problems, only binary."),
        ({"lacks": {"regression": "its heart"}}, {"problem": "regression"}, "Its heart."),
        ({}, {"weight": "sold"}, "It takes no weights of rows, such as 'sold' has."),
        ({"lacks": {"weights": "MLlib's x takes none"}}, {"weight": "sold"}, "MLlib's x takes none."),
        ({"weights": True}, {"weight": "sold"}, None),
        ({"family": "control"}, {"problem": "regression", "weight": "sold"}, None),
    ],
)
def test_a_strategy_is_skipped_where_it_lacks_the_kind_or_weights(
    facts: dict[str, Any], dataset: dict[str, str], reason: str | None, tiny: Dataset
) -> None:
    """The sentence says which; the control, which learns nothing, takes part in all."""
    assert plugins.why_not(Strategy(**{"family": "gbt", **facts}), replace(tiny, **dataset)) == reason


def test_a_summary_is_the_first_line_of_the_docstring() -> None:
    """What `bench list` says of a strategy is what its file says."""
    assert plugins.load("null").summary == "No work at all: its time is the harness's own overhead."


def test_categories_that_a_strategy_does_not_know(tiny: Dataset) -> None:
    """Where a dataset has categories, a strategy takes part that says how many it knows, and the control."""
    few, many = replace(tiny, categorical={"x0": 255}), replace(tiny, categorical={"x0": 2, "x1": 256})
    some = Strategy("gbt", most_categories=255)
    assert plugins.why_not(some, tiny) is plugins.why_not(some, few) is None
    assert plugins.why_not(some, many) == "It knows up to 255 categories, and the feature x1 has 256."
    reason = plugins.why_not(Strategy("gbt"), few)
    assert reason == "It takes the numbers of categories for amounts: import the data with --categories codes."
    assert plugins.why_not(Strategy("gbt", lacks={"categories": "it has no trees"}), few) == "It has no trees."
    assert plugins.why_not(Strategy("control"), few) is None
