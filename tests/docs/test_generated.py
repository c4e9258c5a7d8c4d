"""The pages of the reference that follow from the code are those that it gives."""

import importlib.util
from types import ModuleType

import pytest

from tests.docs.documents import ROOT


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    """The script that writes them."""
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("page", ["cli", "strategies", "environment-variables"])
def test_the_page_is_up_to_date(page: str, generate: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page is what the code gives, whatever the terminal: else `python docs/generate.py` renews it."""
    monkeypatch.setenv("COLUMNS", "40")
    renewed = getattr(generate, f"{page.replace('-', '_')}_page")()
    kept = (ROOT / "docs" / "reference" / f"{page}.md").read_text()
    assert kept == renewed, f"docs/reference/{page}.md is older than the code: `{generate.COMMAND}` renews it."


def test_the_schema_of_suites_is_up_to_date(generate: ModuleType) -> None:
    """What editors check bench.toml by is what the options are: else `python docs/generate.py` renews it."""
    assert generate.SUITES.read_text() == generate.suites_schema(), f"`{generate.COMMAND}` renews it."
