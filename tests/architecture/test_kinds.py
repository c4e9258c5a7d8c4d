"""Every fact about a task, a kind of problem or a family is in its room: nobody else asks for its name."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import bench
import strategies
from bench.cli.run import run
from bench.families import FAMILIES
from bench.families import RESERVED as RESERVED_SETTINGS
from bench.problems import PROBLEMS
from bench.problems import RESERVED as RESERVED_GRADES
from bench.records import export
from bench.report import table
from bench.tasks import TASKS

BENCH, STRATEGIES = (Path(package.__file__).parent for package in (bench, strategies))
ROOMS = ("tasks", "problems", "families")
NAMES = {*TASKS, *PROBLEMS, *FAMILIES}
GRADES = [
    *(metric for name in PROBLEMS for metric in PROBLEMS[name].metrics),
    *(metric for name in TASKS for grading in [TASKS[name].grades] if grading for metric in grading.metrics),
]
# Where a grade of binary problems may be named beside `bench/problems`: the schema of records that lie there already.
KEPT = {"schemas/record-1.json"}

# Names of grades that are words, too.
EVERYDAY = {"accuracy"}


def sources(*suffixes: str) -> Iterator[tuple[str, str]]:
    """Yield the place and the text of every file of both packages outside the rooms of kinds."""
    for root in (BENCH, STRATEGIES):
        for path in sorted(root.rglob("*")):
            place = path.relative_to(root).as_posix()
            if path.suffix in suffixes and not (root == BENCH and place.startswith(ROOMS)):
                yield place, path.read_text()


def constants(node: ast.expr) -> set[object]:
    """Return the constants that an expression is, or is made of."""
    parts = node.elts if isinstance(node, ast.Tuple | ast.List | ast.Set) else [node]
    return {part.value for part in parts if isinstance(part, ast.Constant)}


def names_in(place: str) -> set[str]:
    """Return the names of kinds that a file may not compare with: a regression is a verdict of the gate, too."""
    return NAMES - {"regression"} if place.startswith(("gate/", "cli/bisect.py")) else NAMES


def test_no_name_of_a_kind_is_compared_with() -> None:
    """No module outside the rooms compares a task's, a problem's or a family's name with a string."""
    found = [
        f"{place}:{node.lineno}"
        for place, text in sources(".py")
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Compare)
        and any(constants(side) & names_in(place) for side in (node.left, *node.comparators))
    ]
    assert not found


@pytest.mark.parametrize("suffix", [".j2", ".js", ".html"])
def test_no_template_compares_with_one(suffix: str) -> None:
    """Templates and scripts do not either."""
    pattern = re.compile(rf"""[!=]=+\s*\[?["']({"|".join(NAMES)})["']""")
    assert not [place for place, text in sources(suffix) if set(pattern.findall(text)) & names_in(place)]


def test_grades_are_named_where_their_problem_is() -> None:
    """What a problem's grades are called is said in its own file, and nowhere else."""
    words = {word for metric in GRADES for word in (metric.name, metric.label)}
    words -= EVERYDAY
    pattern = re.compile(rf"(?<![a-z])({'|'.join(map(re.escape, words))})(?![a-z])", re.IGNORECASE)
    found = {place for place, text in sources(".py", ".j2", ".js", ".json", ".html", ".css") if pattern.search(text)}
    assert found <= KEPT


def test_what_a_trial_is_judged_by_is_said_once() -> None:
    """Whoever needs the seconds asks the task: the fields that it takes them from are read in its room only."""
    fields = {"time_to_model_s", "rows_per_s"}
    found = {
        place
        for place, text in sources(".py")
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and node.slice.value in fields
    }
    assert not found


def test_no_column_of_a_table_is_a_name_for_a_grade() -> None:
    """A package's grade cannot stand in a column that has another meaning already."""
    columns = {column.name for column in (*table.COLUMNS, *table.WHERE, table.MACHINE, table.COST_COLUMN)} | {
        *(column.name for column, _, _ in table.TOLD),
        *export.flat_names(()),
        *export.ENERGY,
        *export.PAID,
        "record",
    }
    assert columns <= RESERVED_GRADES
    assert not {metric.name for metric in GRADES} & RESERVED_GRADES


def test_no_option_is_a_name_for_a_setting() -> None:
    """A package's setting cannot stand where `bench run`, a trial or a record of it has another fact."""
    names = {option.name for option in run.params} | {
        text.lstrip("-").replace("-", "_") for option in run.params for text in option.opts
    }
    records = Path(__file__).parents[1] / "kept" / "0.1" / "run" / "records.jsonl"
    described = json.loads(records.read_text().splitlines()[0])["trial"]
    assert names | described.keys() <= RESERVED_SETTINGS
