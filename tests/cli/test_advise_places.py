"""`bench advise` on machines, money and limits: its exit codes and sentences, and each refusal that concerns them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bench.cli import main
from bench.records.export import as_json
from tests.advise.measured import SIZES, Maker, fast, ladder, slow
from tests.report.made import write_run

HEAD = 'currency = "USD"\nas_of = 2026-11-20\n'
HERE = '[[machine]]\nname = "here"\ncores = 2\nmemory_gib = 16\nhour = 0.1\nprobe = "this"\n'
SPOT = "spot_hour = 0.03\ninterruptions_per_month = 0.05\n"
THERE = '[[machine]]\nname = "there"\ncores = 8\nmemory_gib = 64\nhour = 0.5\nprobe = "there.json"\n'
STRANGE = '[[machine]]\nname = "strange"\ncores = 8\nmemory_gib = 64\nhour = 0.5\n'
MAKERS = {"xgboost": Maker(fast), "lightgbm": Maker(slow)}
FASTER = {"xgboost": Maker(lambda rows: fast(rows) / 3), "lightgbm": Maker(lambda rows: slow(rows) / 3)}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ladder of runs on this machine."""
    path = tmp_path_factory.mktemp("ladder")
    for run in ladder(MAKERS, path=path):
        write_run(run)
    return path


def write_probe(path: Path, makers: Mapping[str, Maker] = FASTER, cores: int = 8, **host: Any) -> None:
    """Write what a probe on another machine of eight cores leaves."""
    runs = ladder(makers, SIZES[3:], host={"cpu": "Another CPU", "id": "fedcba987654", **host})
    for run in runs:
        run.run["environment"]["cores"] = cores
    path.write_text(as_json(runs))


def ask(results: Path, *options: str, rows: str = "1e7") -> Result:
    """Ask of a ladder."""
    sources = [part for size in SIZES for part in ("--from", f"run-{size}")]
    return CliRunner().invoke(main, ["advise", *sources, "--results", str(results), "--rows", rows, *options])


def listed(tmp_path: Path, *machines: str) -> tuple[str, str]:
    """Write a list of machines, and return the option for it."""
    path = tmp_path / "machines.toml"
    path.write_text(HEAD + "".join(machines))
    return "--machines", str(path)


def test_the_cheapest_is_on_spot_and_the_fastest_elsewhere(results: Path, tmp_path: Path) -> None:
    """Time and cost have an interval each; the JSON has both answers, and fits its schema."""
    write_probe(tmp_path / "there.json")
    machines = listed(tmp_path, HERE, SPOT, THERE)
    done = ask(results, *machines)
    assert done.exit_code == 0, done.output
    assert "xgboost on there, forecast 3" in done.output
    assert "For 10,000,000 rows of 3 features: xgboost" in done.output
    done = ask(results, *machines, "--goal", "cost", "--json")
    market = json.loads(done.stdout)["market"]
    first = market["offers"][market["recommended"]]
    assert (first["machine"], first["spot"], first["contender"]) == ("here", True, "xgboost")
    assert first["cost"]["low95"] < first["cost"]["low80"] < first["cost"]["estimate"] < first["cost"]["high80"]
    demand = next(each for each in market["offers"] if each["machine"] == "here" and not each["spot"])
    assert demand["cost"]["estimate"] == pytest.approx(0.1 * (fast(1e7) + 1.1) / 3600, rel=0.1)
    assert first["cost"]["estimate"] == pytest.approx(0.3 * demand["cost"]["estimate"], rel=0.01)


def test_another_machine_is_less_certain(results: Path, tmp_path: Path) -> None:
    """Its interval holds the error of the ratio beside that of the law, and the ratio is that of the same strategy."""
    write_probe(tmp_path / "there.json")
    offers = json.loads(ask(results, *listed(tmp_path, HERE, THERE), "--json").stdout)["market"]["offers"]
    here, there = (
        next(each for each in offers if each["machine"] == name and each["contender"] == "xgboost")["time_s"]
        for name in ("here", "there")
    )
    assert there["estimate"] == pytest.approx(here["estimate"] / 3, rel=0.05)
    assert there["high80"] / there["estimate"] > max(1.6, here["high80"] / here["estimate"])
    assert there["high95"] / there["estimate"] > 2.5


def test_a_probe_without_prices(results: Path, tmp_path: Path) -> None:
    """It is a place of its own; nothing costs anything."""
    write_probe(tmp_path / "there.json")
    done = ask(results, "--probe", str(tmp_path / "there.json"))
    assert done.exit_code == 0, done.output
    assert "xgboost on there.json" in done.output
    assert "USD" not in done.output


def test_more_memory_elsewhere(results: Path, tmp_path: Path) -> None:
    """What does not fit here may fit there, and is then recommended there."""
    write_probe(tmp_path / "there.json")
    done = ask(results, *listed(tmp_path, HERE, THERE), rows="1e8")
    assert "xgboost on there, forecast" in done.output
    assert "Refused: xgboost on here: memory:" in done.output


def test_a_dearer_machine_changes_the_answer(results: Path, tmp_path: Path) -> None:
    """Two that cost almost the same: it is said who would be cheaper at a price 30 % higher."""
    write_probe(tmp_path / "there.json")
    dear = THERE.replace("0.5", "0.32")
    done = ask(results, *listed(tmp_path, HERE, dear), "--goal", "cost")
    assert "If here cost 30 % more, xgboost on there would be the better one." in done.output


def test_old_prices_warn(results: Path, tmp_path: Path) -> None:
    """The answer stands, with a sentence."""
    path = tmp_path / "old.toml"
    path.write_text(HEAD.replace("2026", "2019") + HERE)
    assert "days old: look them up again" in ask(results, "--machines", str(path)).output


def test_the_least_memory(results: Path) -> None:
    """It needs no prices; where needs are alike it is too close to call."""
    done = ask(results, "--goal", "memory")
    assert "too close to call. The one that needs the least memory may be" in done.output
    assert ask(results, "--goal", "memory", "--strict").exit_code == 3


@pytest.mark.parametrize(
    ("machines", "options", "sentences"),
    [
        ([STRANGE], (), ["Refused: strange: machine: nobody has run", "bench advise probe --for"]),
        ([HERE.replace("= 2\n", "= 4\n")], (), ["here: machine: it has 4 cores, and the runs used 2"]),
        ([HERE + "count = 3\n"], (), ["Refused: 3 here: few: what several nodes gain"]),
        ([HERE], ("--deadline", "10s"), ["deadline: it may take", "and the deadline is 10", "--deadline"]),
        ([HERE], ("--max-cost", "0.001"), ["cost: it may cost", "and 0.0010 is the most", "--max-cost"]),
        (
            [HERE + "spot_hour = 0.01\ninterruptions_per_hour = 400\n"],
            ("--deadline", "10s"),
            ["spot: it may be interr"],
        ),
        ([HERE], ("--memory-share", "1%"), ["xgboost on here: memory:"]),
    ],
)
def test_refusals(
    results: Path, tmp_path: Path, machines: Sequence[str], options: tuple[str, ...], sentences: Sequence[str]
) -> None:
    """Where no place is left: exit code 6, the reason, what would change it, and no forecast."""
    done = ask(results, *listed(tmp_path, *machines), *options)
    assert done.exit_code == 6, done.output
    for sentence in sentences:
        assert sentence in done.output
    assert "To change that:" in done.output
    assert ", forecast" not in done.output
    offers = json.loads(ask(results, *listed(tmp_path, *machines), *options, "--json").stdout)["market"]["offers"]
    assert {each["time_s"] for each in offers} == {None}


def test_checkpoints_make_spot_cheaper(results: Path, tmp_path: Path) -> None:
    """With frequent interruptions a job that goes on from a checkpoint costs less; that it must write one is said."""
    machines = listed(tmp_path, HERE, "spot_hour = 0.05\ninterruptions_per_hour = 8\n")
    options = (*machines, "--goal", "cost", "--json")

    def cost(*more: str) -> float:
        offers = json.loads(ask(results, *options, *more, rows="3e7").stdout)["market"]["offers"]
        return next(each for each in offers if each["spot"] and each["contender"] == "xgboost")["cost"]["estimate"]

    without, often, dear = (
        cost(),
        cost("--checkpoint-every", "60s"),
        cost("--checkpoint-every", "60s", "--checkpoint-takes", "20s"),
    )
    assert often < dear < without
    done = ask(results, *machines, "--checkpoint-every", "15m", "--checkpoint-takes", "30s")
    assert "Spot is reckoned with a checkpoint every 15 min of work, each written in 30" in done.output
    assert "which `bench` does not" in done.output


@pytest.mark.parametrize(
    ("makers", "cores", "host", "code"),
    [
        ({"tensorflow": Maker(fast)}, 8, {}, "machine: it was not run on there"),
        (FASTER, 4, {}, "machine: it has 8 cores, and its probe used 4"),
        (FASTER, 8, {"gpus": ["A10G"]}, "machine: it has no size of 1,000,000 rows or more"),
        (
            {"xgboost": Maker(lambda rows: 1e-7 * rows)},
            8,
            {},
            "machine: it has no size that took 1 s or more both here",
        ),
        ({"xgboost": Maker(fast, busy=SIZES)}, 8, {}, "disturbed: others used there"),
    ],
)
def test_probes_that_say_nothing(
    results: Path, tmp_path: Path, makers: Mapping[str, Maker], cores: int, host: Mapping[str, Any], code: str
) -> None:
    """Each with its own reason, and exit code 6."""
    write_probe(tmp_path / "there.json", makers, cores, **host)
    if host:  # the size of 1,600,000 rows would do
        runs = ladder(makers, SIZES[2:4], host={"cpu": "Another CPU", **host})
        for run in runs:
            run.run["environment"]["cores"] = cores
        (tmp_path / "there.json").write_text(as_json(runs))
    done = ask(results, *listed(tmp_path, THERE))
    assert done.exit_code == 6, done.output
    assert code in done.output


def test_a_probe_of_another_stack(results: Path, tmp_path: Path) -> None:
    """Other versions are another law."""
    runs = ladder(FASTER, SIZES[3:], host={"cpu": "Another CPU"}, versions={"tensorflow": "1.0"})
    for run in runs:
        run.run["environment"]["cores"] = 8
    (tmp_path / "there.json").write_text(as_json(runs))
    done = ask(results, *listed(tmp_path, THERE))
    assert done.exit_code == 6
    assert "unlike: of there: tensorflow is" in done.output


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--goal", "cost"), "--goal cost takes prices"),
        (("--max-cost", "1"), "--max-cost takes prices"),
        (("--checkpoint-every", "1s"), "--checkpoint-every 1s is too often"),
        (("--checkpoint-every", "15m"), "--checkpoint-every is of machines on spot"),
        (("--checkpoint-takes", "1m"), "add --checkpoint-every"),
        (("--probe", "nowhere.json"), "There is no probe nowhere.json"),
        (("--machines", "nowhere.toml"), "nowhere.toml cannot be read"),
        (("--out", "advice.pdf"), "does not say the format"),
    ],
)
def test_questions_that_cannot_be_asked(results: Path, options: tuple[str, ...], sentence: str) -> None:
    """Exit code 2 and one sentence."""
    done = ask(results, *options)
    assert done.exit_code == 2
    assert sentence in done.output


def test_an_unknown_key_names_the_nearest(results: Path, tmp_path: Path) -> None:
    """With its line, and exit code 2."""
    done = ask(results, *listed(tmp_path, HERE, "spot_hours = 1\n"))
    assert done.exit_code == 2
    assert "line 9 has 'spot_hours', which is no key here: the nearest one is 'spot_hour'" in done.output


def test_runs_are_missing() -> None:
    """A sentence, and exit code 2."""
    done = CliRunner().invoke(main, ["advise", "--rows", "1e7"])
    assert done.exit_code == 2
    assert "add --from RUN" in done.output
