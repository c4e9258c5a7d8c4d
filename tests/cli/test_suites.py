"""Suites: what `--suite` takes out of a file, what wins over it, and the sentences about a file that will not do."""

import json
import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import click
import fastjsonschema
import pytest
from click.testing import CliRunner, Result

from bench.cli import main
from bench.cli.suite_keys import VERBS, keys_of_verbs, schema


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def parsed(here: Path) -> Callable[..., dict]:
    """Write bench.toml, give a verb arguments, and return what its function would get."""

    def call(verb: str, toml: str, *arguments: str) -> dict:
        (here / "bench.toml").write_text(toml)
        command = main.get_command(click.Context(main), verb)
        return command.make_context(verb, list(arguments)).params

    return call


def refusal(here: Path, toml: str, *arguments: str) -> str:
    """Return the sentence by which `bench run` refuses a bench.toml."""
    (here / "bench.toml").write_text(toml)
    done: Result = CliRunner().invoke(main, ["run", "--suite", "nightly", "--dry-run", *arguments])
    assert done.exit_code == 2, done.output
    assert done.stderr.count("\n") == 1
    return done.stderr


def test_a_suite_speaks_for_what_is_not_given(parsed):
    """Each value is what the command line would make of it, and an option that is given wins, also over a list."""
    toml = """
    [suites.nightly]
    strategy = ["xgboost", "lightgbm"]
    workers = [1, 2]
    cores = 1
    timeout = "10m"
    budget = 1.5
    spark-conf = "a=b"
    anonymous = true
    out = "elsewhere"
    batch-size = 512
    """
    params = parsed("run", toml, "--suite", "nightly", "--cores", "2", "--strategy", "null")
    assert params["strategies"] == ("null",)
    assert params["cores"] == 2
    assert params["workers"] == (1, 2)
    assert params["batch_size"] == (512,)
    assert (params["timeout_s"], params["whole_s"]) == (600.0, 1.5)
    assert params["spark_conf"] == ("a=b",)
    assert params["anonymous"] is True
    assert params["out"] == "elsewhere"
    assert params["repeat"] == 1
    assert parsed("run", toml, "--suite", "nightly")["strategies"] == ("xgboost", "lightgbm")


def test_a_table_of_the_verb_wins_and_keys_of_others_are_left_out_aloud(parsed, capsys):
    """`bench gate` takes common keys, its own table over them, and says which keys mean nothing to it."""
    toml = "[suites.nightly]\nrepeat = 5\nbudget = '1h'\n[suites.nightly.gate]\nbudget = '25m'\nthreshold = 0.2\n"
    params = parsed("gate", toml, "--suite", "nightly", "--baseline", "HEAD")
    assert (params["budget_s"], params["threshold"]) == (1500.0, 0.2)
    assert "`bench gate` takes no repeat from a suite, and leaves it out" in capsys.readouterr().err
    assert parsed("run", toml, "--suite", "nightly")["whole_s"] == 3600.0


def test_a_required_option_may_stand_in_the_suite(parsed):
    """What `bench advise` insists on may come from the suite."""
    params = parsed("advise", "[suites.big.advise]\nfrom = ['a', 'b']\nrows = 1e9\n", "--suite", "big")
    assert params["sources"] == (Path("a"), Path("b"))
    assert params["rows"] == 1_000_000_000


def test_pyproject_holds_suites_where_there_is_no_file_of_ours(here):
    """`[tool.bench.suites.NAME]` is read, and the plan is that of its strategies."""
    (here / "pyproject.toml").write_text("[project]\nname = 'x'\n[tool.bench.suites.quick]\nstrategy = 'nil'\n")
    done = CliRunner().invoke(main, ["run", "--suite", "quick", "--dry-run"])
    assert done.exit_code == 2
    assert "nil" in done.stderr


@pytest.mark.parametrize(
    ("toml", "sentence"),
    [
        ("", "bench.toml has no suites: write [suites.NAME]."),
        ("[suites.nightly", "bench.toml cannot be read as TOML"),
        ("[suite.nightly]\ncores = 1", "bench.toml: there is no table 'suite': write 'suites'."),
        ("suites = 3", "bench.toml: suites have to be tables: write [suites.NAME]."),
        ("[suites.nightyl]", "bench.toml has no suite 'nightly': write 'nightyl'."),
        ("[suites.nightly]\nstratgy = 'null'", "there is no key 'stratgy': write 'strategy'."),
        ("[suites.nightly]\nrow_budget = '1m'", "there is no key 'row_budget': write 'row-budget'."),
        ("[suites.nightly]\nresume = 'RUN'", "resume is for one call, and no key: give --resume there."),
        (
            "[suites.nightly.run]\ndry_run = true",
            "dry_run is for one call, and no key of `bench run`: give --dry-run there.",
        ),
        ("[suites.nightly]\nprice = ''", 'price has to be a string, and is "".'),
        ("[suites.nightly.run]\ntreshold = 3", "there is no key of `bench run` 'treshold'"),
        ("[suites.nightly]\nrun = 3", "run has to be a table, with keys for `bench run` only."),
        ("[suites.nightly]\nworkers = 'two'", 'workers has to be a whole number or a list of them, and is "two".'),
        ("[suites.nightly]\ncores = true", "cores has to be a whole number, and is true."),
        ("[suites.nightly]\ncores = 0", "cores has to be a whole number (minimum 1), and is 0."),
        ("[suites.nightly]\nstrategy = [1]", "strategy has to be a string or a list of them, and is [1]."),
        ("[suites.nightly]\ndata = 2026-01-01", 'data has to be a string, and is "2026-01-01".'),
        ("[suites.nightly]\ntimeout = 'soon'", "timeout will not do: 'soon' is no duration: write 90s, 10m or 1h."),
        ("[suites.nightly.gate]\nstrict = 'yes'", 'strict has to be true or false, and is "yes".'),
    ],
)
def test_a_file_that_will_not_do_is_one_sentence(here, toml, sentence):
    """A wrong name has the nearest right one, a wrong type the right one; all end with 2, and run nothing."""
    assert sentence in refusal(here, toml)


def test_init_writes_a_file_that_works_and_overwrites_none(here):
    """What `bench init` writes is a suite of each verb, as it stands and with its comments taken away."""
    assert CliRunner().invoke(main, ["init", "--schema"]).exit_code == 0
    text = (here / "bench.toml").read_text()
    assert text.startswith("#:schema ./bench.schema.json\n")
    check = fastjsonschema.compile(json.loads((here / "bench.schema.json").read_text()))
    whole = re.sub(r"^# (?=\[|\w[\w-]* = )", "", text, flags=re.M)
    assert whole != text
    for content in (text, whole):
        check(tomllib.loads(content))
        (here / "bench.toml").write_text(content)
        for verb, needed in (("run", []), ("gate", ["--baseline", "HEAD"]), ("advise", ["--from", "x"])):
            main.get_command(click.Context(main), verb).make_context(verb, ["--suite", "nightly", *needed])
    done = CliRunner().invoke(main, ["init"])
    assert done.exit_code == 2
    assert "bench.toml is there already" in done.stderr
    assert (here / "bench.toml").read_text() == whole


@pytest.mark.usefixtures("here")
def test_without_a_file_a_sentence_says_how_to_have_one():
    """No `bench.toml`, and no `pyproject.toml` either."""
    done = CliRunner().invoke(main, ["run", "--suite", "nightly"])
    assert done.exit_code == 2
    assert "There is no bench.toml here" in done.stderr


def test_init_writes_the_schema_beside_suites_that_are_there(here):
    """They stay as they are, and a sentence says which line names the schema."""
    (here / "bench.toml").write_text("[suites.a]\n")
    done = CliRunner().invoke(main, ["init", "--schema"])
    assert done.exit_code == 0
    assert "make `#:schema ./bench.schema.json` its first line" in done.stdout
    assert (here / "bench.schema.json").exists()
    assert (here / "bench.toml").read_text() == "[suites.a]\n"


def test_init_where_nothing_can_be_written_is_a_sentence(monkeypatch):
    """No traceback, and exit code 2."""
    monkeypatch.chdir("/proc")
    done = CliRunner().invoke(main, ["init"])
    assert done.exit_code == 2
    assert "bench.toml cannot be written (" in done.stderr


def test_the_schema_refuses_what_the_command_refuses():
    """An editor sees a wrong name or type in a common key and in a verb's own."""
    check = fastjsonschema.compile(schema())
    check({"suites": {"a": {"strategy": "null", "gate": {"data": ["x", "y"]}}}})
    for wrong in ({"stratgy": "null"}, {"cores": "two"}, {"gate": {"repeat": 3}}, {"run": {"resume": "RUN"}}):
        with pytest.raises(fastjsonschema.JsonSchemaValueException):
            check({"suites": {"a": wrong}})


def test_every_verb_of_suites_has_the_option():
    """The table of verbs with suites is that of the commands that take one."""
    assert set(VERBS) == set(keys_of_verbs())
    taking = {
        name
        for name in main.list_commands(click.Context(main))
        if any(part.opts == ["--suite"] for part in main.get_command(click.Context(main), name).params)
    }
    assert taking == set(VERBS)


def test_a_shell_completes_names_of_suites(here):
    """Names come from the file at hand, and where it is no good there are none, and no sentence in between."""
    complete = {"_BENCH_COMPLETE": "bash_complete", "COMP_WORDS": "bench run --suite ni", "COMP_CWORD": "3"}
    (here / "bench.toml").write_text("[suites.nightly]\n[suites.night2]\n[suites.other]\n")
    done = CliRunner().invoke(main, [], prog_name="bench", env=complete)
    assert done.output.split() == ["plain,nightly", "plain,night2"]
    (here / "bench.toml").write_text("[suites.nightly")
    assert CliRunner().invoke(main, [], prog_name="bench", env=complete).output.strip() == ""
