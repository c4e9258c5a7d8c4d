"""Names follow the rules of `docs/development/names.md`, as far as a program can tell."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import bench
import strategies

# Participles that do not end in -ed. A word in -ing may be a noun, as in `Setting` and `Drawing`.
IRREGULAR = "Built Cut Done Found Given Held Kept Known Lost Made Meant Met Put Read Said Seen Sent Spent Told Written"


def definitions(
    kind: type[ast.ClassDef] | type[ast.FunctionDef],
) -> Iterator[tuple[str, ast.ClassDef | ast.FunctionDef]]:
    """Yield the place and the definition of every class or function of both packages."""
    for package in (bench, strategies):
        root = Path(package.__file__).parent
        for path in sorted(root.rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, kind):
                    yield f"{root.name}/{path.relative_to(root)}:{node.lineno}", node


def last_word(name: str) -> str:
    """Return the last word of a class's name, which is its noun."""
    return re.findall("[A-Z][a-z0-9]*", name)[-1]


def test_a_class_is_a_noun() -> None:
    """No class is named by a participle, such as `Measured`."""
    found = [
        f"{place} {node.name}"
        for place, node in definitions(ast.ClassDef)
        if last_word(node.name).endswith("ed") or last_word(node.name) in IRREGULAR.split()
    ]
    assert not found


def test_a_noun_means_one_thing() -> None:
    """No two classes have one name."""
    names = Counter(node.name for _, node in definitions(ast.ClassDef))
    assert not [name for name, number in names.items() if number > 1]


def test_what_acts_has_a_verb() -> None:
    """No function that returns nothing, and so is there for its effect, is named by a participle."""
    found = [
        f"{place} {node.name}"
        for place, node in definitions(ast.FunctionDef)
        if isinstance(node, ast.FunctionDef)
        and isinstance(node.returns, ast.Constant)
        and node.name.strip("_").partition("_")[0].endswith(("ed", "ing"))
    ]
    assert not found
