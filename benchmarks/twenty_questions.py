"""Asks twenty questions, and measures what comes: `uv run python -m benchmarks.twenty_questions OUT --within 840`.

Ladders of several strategies, tasks and kinds of problem are measured, each 2 to 16 times beyond the sizes that its
questions may know. The table says whether the intervals held what came, and whether recommendations were right; a line
of JSON for each question is kept in OUT/questions.jsonl. Called again, it measures what is missing or was disturbed.

The machine has to be quiet: what others disturbed counts as not measured. ``--prepare`` makes the tables beforehand,
which takes minutes; ``--share 0.02`` takes so small ones that it only tries whether everything works.
"""

from __future__ import annotations

import argparse
import json
import time
import traceback
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from bench.records.directory import Run
from benchmarks.advise_courses import COURSES, Examination
from benchmarks.advise_questions import AdviceTest, ForecastTest, in_cpu_seconds, put

# Of each course: who is asked for, at which size, and the largest size that may be known.
QUESTIONS = [
    ("trees", "xgboost", 800, 400),
    ("trees", "xgboost", 3200, 800),
    ("trees", "xgboost", 3200, 400),
    ("trees", "lightgbm", 3200, 800),
    ("trees", "lightgbm", 3200, 400),
    ("classes", "lightgbm", 1600, 800),
    ("classes", "lightgbm", 1600, 400),
    ("classes", "sklearn_histgbt", 1600, 800),
    ("classes", "sklearn_histgbt", 1600, 400),
    ("network", "tensorflow", 1600, 400),
    ("network", "tensorflow", 1600, 100),
    ("linear", "mllib_linear", 3200, 800),
    ("linear", "mllib_linear", 3200, 200),
    ("scores", "map_in_arrow", 3200, 1600),
    ("scores", "map_in_arrow", 3200, 400),
    ("pipelines", "polars+xgboost", 10, 4),
    ("pipelines", "pandas+xgboost", 10, 4),
    ("hand-over", "tfrecord", 1600, 800),
    ("hand-over", "tfrecord", 3200, 800),
    ("shared trees", "xgboost_barrier", 1600, 400),
]
PASSES = 3  # what others disturbed is measured again after all else
STOP_S = 20.0  # kept back for the answers
LEAST80, LEAST95 = 0.7, 0.9  # of the questions: 14 and 18 of twenty


def measure(found: Examination) -> None:
    """Measure all courses, as far as there is time; a course that fails ends none but itself."""
    for _ in range(PASSES):
        for name in COURSES:
            try:
                found.measure(name)
            except Exception:  # the others are still to be measured, on a machine that is quiet now
                traceback.print_exc()


def answer(found: Examination, name: str, asked: int, most: int, *, cpu: bool) -> AdviceTest | None:
    """Return an answer beside what came; None where too little was measured to ask.

    Args:
        found: What was measured.
        name: The course.
        asked: The size that is asked for.
        most: The largest size that may be known.
        cpu: Whether CPU seconds take the place of times.
    """

    def runs(sizes: Sequence[int]) -> list[Run]:
        every = [run for size in sizes for run in found.runs(name, size)]
        return [in_cpu_seconds(run) for run in every] if cpu else every

    known, came = runs([size for size in COURSES[name].sizes if size <= most]), runs([asked])
    return put(known, came) if known and came else None


def report(found: Examination, *, cpu: bool) -> None:
    """Print the table, and keep a line of JSON for each question; arguments as for `answer`."""
    outcomes: Counter[str] = Counter()
    answers = {(name, asked, most): None for name, _, asked, most in QUESTIONS}
    answers = {key: answer(found, *key, cpu=cpu) for key in answers}
    lines = []
    for number, (name, strategy, asked, most) in enumerate(QUESTIONS, 1):
        given = answers[name, asked, most]
        tests = [each for each in given.tests if each.contender.split(" (")[0] == strategy] if given else []
        test = tests[0] if tests else ForecastTest(strategy, None, "not measured", None)
        outcomes[test.outcome] += 1
        print(f"{number:>2}. {name}: {test.told}")
        lines.append({"question": number, "course": name, "task": COURSES[name].task, "strategy": strategy})
        lines[-1] |= {"asked": asked, "known_up_to": most, "rows": given.asked if given else None}
        lines[-1] |= {"forecast": asdict(test.forecast) if test.forecast else None, "measured_s": test.measured}
        lines[-1] |= {"missed_by": test.missed_by, "outcome": test.outcome}
    found.out.mkdir(parents=True, exist_ok=True)
    (found.out / "questions.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    contests = [(key, each) for key, each in answers.items() if each and len(each.tests) > 1]
    for (name, asked, most), each in contests:
        print(f"{name}, {asked / most:.3g} times: {each.verdict} {each.best}{', wrong' if each.wrong else ''}")
    narrow, every = outcomes["inside 80 %"], len(QUESTIONS)
    wide = narrow + outcomes["inside 95 %"]
    print(f"{every} questions: {', '.join(f'{number} {name}' for name, number in outcomes.most_common())}")
    print(f"inside 80 %: {narrow} (at least {LEAST80 * every:.0f})")
    print(f"inside 95 %: {wide} (at least {LEAST95 * every:.0f})")
    sure = [each for _, each in contests if each.verdict == "sure"]
    print(f"sure recommendations: {len(sure)}, wrong: {sum(each.wrong for each in sure)} (none)")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, help="directory of the runs")
    parser.add_argument("--within", type=float, default=840.0, help="seconds for all of it")
    parser.add_argument("--share", type=float, default=1.0, help="of all sizes")
    parser.add_argument("--prepare", action="store_true", help="make the tables, and measure nothing")
    parser.add_argument("--cpu", action="store_true", help="judge by CPU seconds, on a busy machine")
    given = parser.parse_args()
    examination = Examination(given.out.absolute(), given.share, time.monotonic() + given.within - STOP_S)
    if given.prepare:
        examination.prepare()
    else:
        measure(examination)
        report(examination, cpu=given.cpu)
