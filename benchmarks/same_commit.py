"""Plays nights of `bench gate` of one commit against itself, some beside a busy program: nobody may alarm.

Each night has three parts: `xgboost` and `lightgbm`, then `tensorflow`, by the task `train`, and `map_in_arrow` by
`predict`. All go into a history, of which `bench trend` has to be silent. Verdicts and history are kept in OUT, and
parts that lie there are not played again: a call that ran out of time goes on at the next. Of all nights the first part
comes first. On a quiet machine of two cores a night takes one, three and six minutes, where its checkout
asks for the same packages as the nights' commit; else each night installs them for both arms.

    python benchmarks/same_commit.py [--nights 7] [--busy 3,6] [--minutes 13] [--out results/same-commit]
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.datasets.makers.synthetic import make_synthetic
from bench.errors import UsageError

ROWS, FEATURES, DATA = 50_000, 28, "same-commit"
PARTS = {"trees": ("xgboost", "lightgbm"), "network": ("tensorflow",), "scoring": ("map_in_arrow",)}
# One worker: of two, each imports TensorFlow in every trial, and a night of five pairs takes six minutes.
OPTIONS = {
    "trees": ("--task", "train"),
    "network": ("--task", "train"),
    "scoring": ("--task", "predict", "--workers", "1"),
}
# The gate leaves cases out for which it could not confirm a slowdown in time; five pairs of an unchanged one take less.
BUDGETS_S = {"trees": 180, "network": 420, "scoring": 900}
USUAL_S = {"trees": 50.0, "network": 80.0, "scoring": 240.0}
# Runs this short vary by a tenth: an `ok` of the usual 10 % would need twenty pairs. Alarms do not depend on it.
THRESHOLD = "30%"
# One core, five seconds of twenty, for as long as this program lives, whatever ends it.
BUSY = """
import os, time
parent = os.getppid()
while os.getppid() == parent:
    end = time.monotonic() + 5
    while time.monotonic() < end:
        pass
    time.sleep(15)
"""
REGRESSION = 1


def main() -> int:
    """Play the nights that there is time for, and return 1 if anybody alarmed."""
    given = _arguments()
    out, ends = given.out, time.monotonic() + 60 * given.minutes
    out.mkdir(parents=True, exist_ok=True)
    commit = _commit(out)
    with contextlib.suppress(UsageError):  # it was made before
        make_synthetic(ROWS, FEATURES, name=DATA)
    nights = range(1, given.nights + 1)
    waiting = [(night, part) for part in PARTS for night in nights if not _file(out, night, part).exists()]
    usual = dict(USUAL_S)
    for night, part in waiting:
        if time.monotonic() + usual[part] > ends:
            continue
        began = time.monotonic()
        with _busy_program() if night in given.busy else contextlib.nullcontext():
            _play(out, night, part, commit)
        usual[part] = max(usual[part], time.monotonic() - began)
    silent = subprocess.run(["bench", "trend", "--history", str(out / "history"), "--out", str(out)], check=False)
    alarms = _tell(out, nights)
    print(f"{len(alarms)} confirmed alarms, bench trend ends with {silent.returncode}")
    return int(bool(alarms) or silent.returncode != 0)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nights", type=int, default=7)
    parser.add_argument("--busy", type=lambda text: {int(one) for one in text.split(",")}, default={3, 6})
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--out", type=Path, default=Path("results/same-commit"))
    return parser.parse_args()


def _commit(out: Path) -> str:
    """Return the commit of the nights that lie there; of the first one, what is checked out."""
    for path in sorted(out.glob("night-*.json")):
        found: str = json.loads(path.read_text())["arms"]["baseline"]["commit"]
        return found
    return subprocess.run(["git", "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()


def _file(out: Path, night: int, part: str) -> Path:
    return out / f"night-{night}-{part}.json"


def _play(out: Path, night: int, part: str, commit: str) -> None:
    """Play one part of a night, and keep its verdict; what was measured goes."""
    with tempfile.TemporaryDirectory(prefix=".benchmark-", dir=".") as temporary:
        place = Path(temporary).relative_to(".") / "night"
        names = [word for name in PARTS[part] for word in ("--strategy", name)]
        revisions = ["--baseline", commit, "--candidate", commit]
        limits = ["--budget", f"{BUDGETS_S[part]}s", "--threshold", THRESHOLD]
        options = [*OPTIONS[part], "--data", DATA, *names, *revisions, *limits, "--seed", str(night)]
        print(f"night {night}, {part}", flush=True)
        subprocess.run(["bench", "gate", *options, "--out", str(place)], check=False)
        added = subprocess.run(["bench", "trend", str(place), "--history", str(out / "history")], check=False)
        if added.returncode in (0, REGRESSION):
            shutil.copyfile(place / "verdict.json", _file(out, night, part))


@contextlib.contextmanager
def _busy_program() -> Iterator[None]:
    """Have another program use a core now and then."""
    with subprocess.Popen([sys.executable, "-c", BUSY]) as other:
        try:
            yield
        finally:
            other.kill()


def _tell(out: Path, nights: range) -> list[str]:
    """Print what each night said of each case, and return the confirmed slowdowns and worse answers."""
    alarms = []
    for night in nights:
        for part in PARTS:
            if not _file(out, night, part).exists():
                print(f"night {night}, {part}: not played")
                continue
            for entry in json.loads(_file(out, night, part).read_text())["cases"]:
                name, verdict, ratio = entry["case"]["strategy"], entry["verdict"], entry["ratio"]
                told = f"ratio {ratio['estimate']:.3f}" if ratio else "no ratio"
                print(
                    f"night {night}, {name}: {verdict}, {told}, {len(entry['pairs'])} pairs, {entry['retries']} again"
                )
                if verdict in ("regression", "worse"):
                    alarms.append(f"night {night}, {name}")
    return alarms


if __name__ == "__main__":
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    sys.exit(main())
