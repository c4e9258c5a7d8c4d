"""Draws a plan from a seed, plays it in a sandbox, and says which invariants it broke."""

from __future__ import annotations

import fnmatch
import os
import shutil
import sys
import time
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from random import Random
from typing import Any

from tests.campaign import invariants
from tests.campaign.catalogue import FAULTS, WORKS
from tests.campaign.faults import Fault, befall
from tests.campaign.sandbox import Sandbox, sandbox
from tests.campaign.works import Work

SECONDS_FOR_SILENCE = 10.0
MOST_SEEDS = 10**6  # to look for pairs that are rarely drawn


@dataclass(frozen=True)
class Plan:
    """What is done, and what befalls it.

    Attributes:
        seed: The number that all else follows from.
        work: The work.
        arguments: The arguments of its command.
        fault: The fault.
        choices: The fault's choices.
    """

    seed: int
    work: Work
    arguments: tuple[str, ...]
    fault: Fault
    choices: dict[str, Any]

    @property
    def shown(self) -> str:
        """The plan on one line."""
        details = ", ".join(f"{name} {value}" for name, value in self.choices.items() if value not in ("", None))
        return f"seed {self.seed}: bench {' '.join(self.arguments)}; {self.fault.name} ({details})"


def draw(seed: int, *, real: float, only: str = "*", mounts: bool = True) -> Plan:
    """Return the plan of a seed.

    Args:
        seed: The seed.
        real: The share of plans with frameworks.
        only: Pattern of the faults that take part.
        mounts: Whether the faults that mount something or make control groups take part.
    """
    random = Random(seed)
    takes_part = [fault for fault in FAULTS if fnmatch.fnmatchcase(fault.name, only) and (mounts or not fault.mounts)]
    is_real = random.random() < real
    works = [work for work in WORKS if work.real == is_real and (mounts or not work.mounts)]
    pairs = [(work, fault) for work in works for fault in takes_part if befalls(fault, work)]
    if not pairs:
        raise ValueError(f"No fault {only!r} befalls a {'real' if is_real else 'cheap'} work: change --real.")
    weights = [work.weight * fault.weight for work, fault in pairs]
    work, fault = random.choices(pairs, weights)[0]
    return Plan(seed, work, work.draw(random, fault.target), fault, fault.draw(random, work))


def draw_each(first: int, *, real: float, only: str = "*", mounts: bool = True) -> Iterator[Plan]:
    """Yield a plan for each fault with each work that it can befall, of the first seed that gives this pair.

    Args:
        first: Seeds from here on.
        real: The share of plans with frameworks.
        only: Pattern of the faults that take part.
        mounts: Whether the faults that mount something or make control groups take part.
    """
    wanted = {
        (work.name, fault.name)
        for work in WORKS
        if (real > 0 if work.real else real < 1) and (mounts or not work.mounts)
        for fault in FAULTS
        if befalls(fault, work) and fnmatch.fnmatchcase(fault.name, only) and (mounts or not fault.mounts)
    }
    for seed in range(first, first + MOST_SEEDS):
        if not wanted:
            return
        plan = draw(seed, real=real, only=only, mounts=mounts)
        if (pair := (plan.work.name, plan.fault.name)) in wanted:
            wanted.remove(pair)
            yield plan


def befalls(fault: Fault, work: Work) -> bool:
    """Return whether a fault can befall a work."""
    return fault.target in work.targets and (not fault.works or work.name in fault.works)


def read_known(path: Path) -> list[Plan]:
    """Return the plans that once found something, which are spelled out in a file."""
    works, faults = ({one.name: one for one in those} for those in (WORKS, FAULTS))
    return [
        Plan(one["seed"], works[one["work"]], tuple(one["arguments"]), faults[one["fault"]], one["choices"])
        for one in tomllib.loads(path.read_text())["plan"]
    ]


@dataclass(frozen=True)
class Stage:
    """What all plans share.

    Attributes:
        root: Directory of the sandboxes.
        site: Directory of the strategies.
        datasets: Datasets that each sandbox gets a copy of.
        usual_s: Seconds that a command of each work takes without a fault, by the name of the work.
        commit: What is played, which together with a seed gives a plan again.
    """

    root: Path
    site: Path
    datasets: Path
    usual_s: dict[str, float]
    commit: str


def play(plan: Plan, stage: Stage) -> dict[str, Any]:
    """Play a plan once and return its result, as it is kept: one line of JSON."""
    began = time.monotonic()
    broken: dict[str, list[str]] = {}

    def see(invariant: str, find: Callable[[], Iterable[str]]) -> None:
        try:
            found = list(find())
        except Exception as error:  # what cannot even be looked at is not whole
            found = [f"{invariant} could not be seen: {type(error).__name__}: {error}"]
            invariant = "whole"
        if found:
            broken.setdefault(invariant, []).extend(found)

    work, fault = plan.work, plan.fault
    with sandbox(stage.root, stage.site, stage.datasets) as box:
        if "--force" in plan.arguments:
            shutil.copytree(stage.datasets / "tiny", box.data / "imported")
        box.keeps_from_removing = fault.keeps_from_removing
        work.prepare(box)
        before = invariants.shared_memory()
        usual_s = stage.usual_s.get(work.name, 3.0)
        ending = befall(fault, box, _arguments(plan, box), plan.choices, usual_s)
        met = {"heeded": box.heeded, "lived_on_s": box.lived_on_s}
        see("exit code", lambda: invariants.exit_code(ending, work, fault, **met))
        see("whole", lambda: work.check(box, ending))
        # A harness that was killed, or had not yet begun, cannot end what it started: the next one has to.
        if ending.code is not None and ending.code >= 0:
            see("nothing runs", lambda: box.wait_for_silence(SECONDS_FOR_SILENCE))
            if not fault.keeps_from_removing:
                see("disk", lambda: invariants.disk(box, before))
        see("no secret", lambda: invariants.secrets(box, work))
        see("resume", lambda: work.finish(box, _arguments(plan, box)))
        others = [one for one in box.endings if one is not ending]
        see("exit code", lambda: (said for one in others for said in invariants.exit_code(one, work)))
        see("nothing runs", lambda: box.wait_for_silence(SECONDS_FOR_SILENCE))
        see("whole", lambda: invariants.untouched(box, stage.datasets))
        see("disk", lambda: invariants.disk(box, before))
        see("no secret", lambda: invariants.secrets(box, work))
        if broken and os.environ.get("BENCH_CAMPAIGN_KEEP"):
            shutil.copytree(box.root, Path(os.environ["BENCH_CAMPAIGN_KEEP"], str(plan.seed)), dirs_exist_ok=True)
        told = [one.shown for one in box.endings]
    return {
        "seed": plan.seed,
        "work": work.name,
        "fault": fault.name,
        "hit": box.hit,
        "codes": [one.code for one in box.endings],
        "seconds": round(time.monotonic() - began, 1),
        "commit": stage.commit,
        "arguments": plan.arguments,
        "choices": plan.choices,
        **({"broken": broken, "told": told} if broken else {}),
    }


def _arguments(plan: Plan, box: Sandbox) -> tuple[str, ...]:
    words = {"TOKEN": box.token, "PYTHON": sys.executable, **box.words}
    return tuple(reduce(lambda text, word: text.replace(*word), words.items(), argument) for argument in plan.arguments)
