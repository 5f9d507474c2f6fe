"""Trainings with something wrong, and healthy ones, diagnosed: what is named rightly, and what is without reason.

    python benchmarks/diagnosing.py [--faults 1] [--clean 32] [--seed 2024] [--tuned] [--workers 0] [--write]

The cases are in tests/diagnosis: networks that people asked about (`known_cases.py`), and faults put into trainings
drawn at random (`made_faults.py`). With --tuned it takes the tasks that the checks were tuned on. What is missed is
printed. With --write the table goes to docs/results.md.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from results import PAGE, put_section

TESTS = Path(__file__).parent.parent / "tests"
sys.path[:0] = [str(TESTS), str(TESTS / "diagnosis")]

from cases import Case, judge  # noqa: E402
from known_cases import known_cases  # noqa: E402
from made_faults import FAULTS, HELD_OUT, TUNED, clean_of, faulty_of  # noqa: E402

TITLE = "## Why it isn't learning"
TASKS = {task.name: task for task in (*TUNED, *HELD_OUT)}
WAYS = (("with trials", True), ("without", False))


@dataclass
class Counts:
    """What was said of some cases, with fix trials or without."""

    faults: int = 0
    named: int = 0  # the first finding is one that was expected
    told: int = 0  # a first finding, of a fault or not
    right: int = 0  # of those, the expected ones
    clean: int = 0
    accused: int = 0
    seconds: list[float] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)

    def add(self, case: Case, names: list[str], seconds: float) -> None:
        """Count a case by the names of its findings."""
        self.seconds.append(seconds)
        fits = bool(names) and names[0] in case.expected
        self.told += bool(names)
        self.right += fits
        if case.clean:
            self.clean += 1
            self.accused += bool(names)
        else:
            self.faults += 1
            self.named += fits
        if not fits and not (case.clean and not names):
            wanted = " or ".join(sorted(case.expected)) or "nothing"
            self.missed.append(f"{case.name}: {', '.join(names) or 'nothing'}, not {wanted}")

    def row(self, title: str) -> str:
        """A line of the table."""
        recall = f"{100 * self.named / self.faults:8.1f} %" if self.faults else f"{'–':>10}"
        precision = f"{100 * self.right / self.told:8.1f} %" if self.told else f"{'–':>10}"
        alarms = f"{100 * self.accused / self.clean:8.1f} %" if self.clean else f"{'–':>10}"
        middle = statistics.median(self.seconds)
        return f"{title:<34}{self.faults:7}{recall}{precision}{self.clean:8}{self.accused:7}{alarms}{middle:8.2f} s"


HEAD = (
    f"{'':<34}{'faults':>7}{'named':>10}{'precise':>10}{'clean':>8}{'false':>7}{'alarms':>10}{'median':>10}"
)


def judged(cases: Iterable[Case]) -> list[tuple[str, Counts]]:
    """The counts of some cases, with fix trials and without."""
    counts = {title: Counts() for title, _ in WAYS}
    for case in cases:
        for title, trials in WAYS:
            began = time.process_time()
            names = judge(case, trials).named
            counts[title].add(case, names, time.process_time() - began)
    return list(counts.items())


def of_known(place: int) -> list[tuple[str, Counts]]:
    """One of the networks that people asked about."""
    return judged([known_cases()[place]])


def of_clean(task: str, count: int, seed: int) -> list[tuple[str, Counts]]:
    """Healthy trainings of a task, by its name."""
    return judged(clean_of(TASKS[task], count, seed))


def of_fault(task: str, fault: str, count: int, seed: int) -> list[tuple[str, Counts]]:
    """Trainings of a task with a fault."""
    return judged(faulty_of(TASKS[task], fault, count, seed))


def summed(parts: Iterable[list[tuple[str, Counts]]]) -> dict[str, Counts]:
    """All counts in one for each way."""
    found = {title: Counts() for title, _ in WAYS}
    for part in parts:
        for title, counts in part:
            for name, value in vars(counts).items():
                setattr(found[title], name, getattr(found[title], name) + value)
    return found


def section(table: list[str], words: str) -> list[str]:
    """What docs/results.md says."""
    return [
        TITLE,
        "",
        "`net.diagnose` on trainings with something wrong, and on healthy ones: of the faults, in how many the first",
        "finding is the fault; of all first findings, how many name one; in how many of the healthy trainings anything",
        "is found. The networks that people asked about are restated in tests/diagnosis/known_cases.py, each with its",
        "clean twin; the others are drawn at random (made_faults.py there), on data that no check was tuned on, and a",
        "fault counts where it makes the training's score worse by 0.05. The median is of the processor's time.",
        "One rule, that a training is too short by its wrong answers too, was made after two clean twins of the first",
        "group were seen; healthy trainings have no validation data here.",
        f"Made by `{words}`.",
        "",
        "```text",
        *table,
        "```",
    ]


def main() -> int:
    """Count, and tell."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--faults", type=int, default=1, help="trainings with each fault, of each task")
    parser.add_argument("--clean", type=int, default=32, help="healthy trainings of each task")
    parser.add_argument("--seed", type=int, default=2024)
    parser.add_argument("--tuned", action="store_true")
    parser.add_argument("--workers", type=int, default=0)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[name] = "1"
    tasks = TUNED if given.tuned else HELD_OUT
    table, missed = [HEAD], list[str]()
    with ProcessPoolExecutor(given.workers or os.cpu_count()) as pool:
        known = pool.map(of_known, range(len(known_cases())))
        faulty = [
            pool.submit(of_fault, task.name, fault, given.faults, given.seed)
            for task in tasks
            for fault in FAULTS
        ]
        clean = [pool.submit(of_clean, task.name, given.clean, given.seed) for task in tasks]
        groups = (
            ("asked about", known),
            ("drawn at random", (future.result() for future in (*faulty, *clean))),
        )
        for group, parts in groups:
            for way, counts in summed(parts).items():
                table.append(counts.row(f"{group}, {way}"))
                missed += [f"{group}, {way}: {each}" for each in counts.missed]
                print(table[-1], flush=True)
    print("\n".join(missed))
    if given.write:
        words = f"python benchmarks/diagnosing.py --faults {given.faults} --clean {given.clean} --write"
        put_section(PAGE, section(table, words))
    return 0


if __name__ == "__main__":
    sys.exit(main())
