"""The campaign's command line: `python -m tests.campaign --help`."""

from __future__ import annotations

import compileall
import itertools
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import click

import bench
import strategies
from tests.campaign import soak, table
from tests.campaign.hosts import ROOM
from tests.campaign.plans import Plan, Stage, draw, draw_each, play, read_known
from tests.campaign.sandbox import sandbox
from tests.campaign.stores import CELLAR
from tests.campaign.strategies import install, install_newer, write_table

HERE = Path(__file__).parent
INSIDE = "BENCH_CAMPAIGN_INSIDE"


@click.command()
@click.option("--minutes", type=float, default=10.0, show_default=True, help="No plan begins after them.")
@click.option("--plans", type=int, default=500, show_default=True, help="The most plans.")
@click.option("--seed", type=int, multiple=True, help="Play these only.")
@click.option("--first", type=int, help="Seeds from here on.  [default: drawn]")
@click.option("--each", is_flag=True, help="Each fault once with each work that it can befall.")
@click.option("--fault", default="*", show_default=True, metavar="GLOB", help="Only these faults.")
@click.option("--real", type=float, default=0.03, show_default=True, help="Share of plans with frameworks.")
@click.option("--log", type=click.Path(path_type=Path), help="A file that gets a line of JSON for each plan.")
@click.option("--table", "as_table", is_flag=True, help="Write the table of reliability.md, of the plans in --log.")
@click.option("--soak", "soaked", type=int, help="Run so many trials in one run, and print what the harness takes.")
def main(
    minutes: float,
    plans: int,
    seed: tuple[int, ...],
    first: int | None,
    each: bool,
    fault: str,
    real: float,
    log: Path | None,
    as_table: bool,
    soaked: int | None,
) -> None:
    """Play random plans against random faults, and fail where an invariant does not hold."""
    if as_table:
        table.write(log or table.KEPT)
        return
    mounts = _enter_own_mounts()
    # A shell lets what it starts in the background ignore Ctrl-C, nohup SIGHUP, and commands would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    with tempfile.TemporaryDirectory(prefix="bench-campaign-") as root:
        Path(root).chmod(0o755)  # other users come in, too
        stage = _prepare(Path(root))
        if soaked:
            sys.exit(soak.run(stage, soaked))
        until = time.monotonic() + 60 * minutes
        began = secrets.randbelow(2**31) if first is None else first
        known = [] if seed or first is not None or fault != "*" else read_known(HERE / "seeds.toml")
        some = (draw(one, real=real, only=fault, mounts=mounts) for one in seed or range(began, began + plans))
        new = draw_each(began, real=real, only=fault, mounts=mounts) if each else some
        played = broken = 0
        try:
            for plan in itertools.islice(itertools.chain(known, new), plans):
                if time.monotonic() > until:
                    break
                if plan.fault.mounts and not mounts:
                    continue
                result = play(plan, stage)
                played, broken = played + 1, broken + ("broken" in result)
                _tell(played, plan, result)
                if log:
                    with log.open("a") as file:
                        file.write(json.dumps(result) + "\n")
        finally:
            CELLAR.close()
            ROOM.close()
        click.echo(f"{played} plans, {broken} broke an invariant.")
    sys.exit(1 if broken else 0)


def _enter_own_mounts() -> bool:
    """Start this program again in a mount namespace of its own, where it may; return whether it is in one."""
    if os.environ.get(INSIDE):
        subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=1777", "none", "/dev/shm"], check=True)  # noqa: S108
        return True
    tried = subprocess.run(["unshare", "--mount", "true"], check=False, capture_output=True)
    if os.geteuid() != 0 or tried.returncode:
        click.echo(
            "It may not mount anything here: plans with small disks, control groups and hosts are left out.", err=True
        )
        return False
    os.environ[INSIDE] = "1"
    program = [sys.executable, "-m", "tests.campaign", *sys.argv[1:]]
    os.execvp("unshare", ["unshare", "--mount", "--propagation", "private", *program])  # noqa: S606


def _prepare(root: Path) -> Stage:
    """Make what all plans share: the shim, strategies, a table, a dataset and a run; measure the usual times."""
    subprocess.run(
        [
            "cc",
            "-shared",
            "-fPIC",
            "-O1",
            "-U_FORTIFY_SOURCE",
            "-o",
            str(root / "shim.so"),
            str(HERE / "shim.c"),
            "-ldl",
        ],
        check=True,
    )
    install(root / "site")
    # A fault must not leave half a compiled module to all plans that follow.
    for package in (bench, strategies):
        compileall.compile_dir(Path(package.__file__).parent, quiet=1)
    compileall.compile_dir(root / "site", quiet=1)
    install_newer(root / "newer")
    write_table(root / "table.parquet")
    (root / "none").mkdir()
    described = ["git", "describe", "--always", "--dirty"]
    commit = subprocess.run(described, cwd=HERE, check=True, capture_output=True, text=True).stdout.strip()
    stage = Stage(root, root / "site", root / "datasets", {}, commit)
    with sandbox(root, stage.site, root / "none") as box:
        made = box.run("data", "import", "../table.parquet", "--label", "label", "--name", "imported")
        assert made.code == 0, made.shown
        shown = box.run("data", "describe", "imported", "--json")
        (root / "imported.fingerprint").write_text(json.loads(shown.printed)["fingerprint"])
        stage.datasets.mkdir()
        shutil.copytree(box.data / "imported", stage.datasets / "tiny")
    for work, arguments in (
        ("run", ("run", "--strategy", "steps", "--data", "tiny", "--cores", "1")),
        ("import", ("data", "import", "../table.parquet", "--label", "label", "--name", "imported")),
    ):
        with sandbox(root, stage.site, stage.datasets) as box:
            began = time.monotonic()
            ending = box.run(*arguments)
            stage.usual_s[work] = time.monotonic() - began
            assert ending.code == 0, ending.shown
            if work == "run":
                (run,) = box.results.iterdir()
                shutil.copytree(run, root / "run")
    stage.usual_s.update({"report": stage.usual_s["import"], "bucket run": stage.usual_s["run"]})
    stage.usual_s.update({"real run": 12.0, "run of ranks": 20.0, "run on hosts": 25.0, "gate": 15.0})
    return stage


def _tell(number: int, plan: Plan, result: dict[str, Any]) -> None:
    codes = " ".join(map(str, result["codes"]))
    click.echo(f"{number:5}  {plan.shown} [{result['hit']}]: {codes}, {result['seconds']} s")
    for invariant, sentences in result.get("broken", {}).items():
        for sentence in sentences:
            click.echo(f"       BROKEN {invariant}: {sentence}")


if __name__ == "__main__":
    main()
