"""A learner's program, checked from its file to the report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from chainrule.check.code.follow import Followed
from chainrule.check.code.located import located, updated
from chainrule.check.code.recording import Recording
from chainrule.check.code.report import ProgramReport
from chainrule.check.code.run import SECONDS, record
from chainrule.check.code.search import Slip
from chainrule.check.code.verdict import Verdict, decide
from chainrule.check.code.words import why_not
from chainrule.errors import FileError, InputError
from chainrule.notation import formula

PROGRAMS = (".py", ".ipynb")


def check_program(
    path: str | Path, *, run: str | None = None, x: Any = None, y: Any = None, seconds: float = SECONDS
) -> ProgramReport:
    """Check a program in which a network is written by hand: its first wrong line, and what was done there.

    The program is run, in a process of its own, with limits of time and memory; this is no sandbox. See docs/check.md.

    Parameters
    ----------
    path : of a script or a notebook
    run : code to run after it, such as a call of its training, in which x and y are what is given here
    x, y : for `run`
    seconds : of the processor's time that it may take, from 1 to 60

    Raises
    ------
    InputError, FileError
    """
    path = Path(path)
    if path.suffix.lower() not in PROGRAMS:
        raise InputError(f"{path}: a program that can be checked is a .py or an .ipynb file.")
    if not path.is_file():
        raise FileError(f"{path} is not there: give the path of a script or a notebook.")
    if not 1 <= seconds <= 60:
        raise InputError(f"seconds = {seconds!r} is out of range: it is a number from 1 to 60.")
    recording = record(path, seconds, run, x, y)
    why = why_not(recording)
    if why and not recording.events:
        return ProgramReport("not followed", why)
    with np.errstate(all="ignore"):
        followed = Followed.of(recording)
        verdict = decide(followed)
        return _report(followed, recording, verdict, why)


def _report(followed: Followed, recording: Recording, verdict: Verdict, why: str) -> ProgramReport:
    if verdict.reading is None or not verdict.trials or verdict.state == "not followed":
        return ProgramReport("not followed", " ".join(part for part in (verdict.why, why) if part))
    trial = verdict.trials[0]
    program, results = trial.record.program, trial.record.results
    numbers = verdict.slips[0].numbers if verdict.slips else results
    line = verdict.slips[0].line if verdict.slips else ""
    forward = [q.name for q in program.quantities.values() if q.local in ("z", "a", "L")]
    back = [q.name for q in program.quantities.values() if q.section == "backward"]
    names = [name for name in ("x", *forward, *back) if name in results]
    places = located(followed.recording, followed.book, numbers, names, trial.step.start, trial.step.end)
    should, answers = "", []
    if line and line not in names:
        places |= located(followed.recording, followed.book, numbers, [line], trial.step.start, trial.step.end)
    if line.removesuffix("_new") in trial.step.new and line not in places:
        places |= updated(followed.recording, followed.book, trial, line)
    if line:
        quantity = program.quantities[line]
        should = formula(quantity.form(textbook=not quantity.by_chain_rule))
        answers = _answers(list(verdict.slips))
    network = f"{trial.record.network.title()}, {trial.record.network.loss_part.title()}"
    notes = [*verdict.notes, *([why] if why else [])]
    return ProgramReport(verdict.state, verdict.why, line, should, answers, places, network, notes)


def _answers(slips: list[Slip]) -> list[tuple[str, list[str]]]:
    """The formulas, those that give the same numbers as one."""
    found: list[tuple[str, list[str]]] = []
    seen: list[Any] = []
    for slip in slips:
        value = np.asarray(slip.numbers[slip.line])
        for number, other in enumerate(seen):
            if value.shape == other.shape and np.allclose(value, other, rtol=1e-9, atol=0):
                found[number][1].extend(name for name in slip.names if name not in found[number][1])
                break
        else:
            seen.append(value)
            found.append((formula(slip.formula), list(slip.names)))
    return found
