"""A learner's program, checked from its file to the report."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from chainrule.check.check import check
from chainrule.check.code.follow import Followed, Trial
from chainrule.check.code.located import Location, located, location, updated
from chainrule.check.code.marks import marked, marked_events
from chainrule.check.code.recording import Recording
from chainrule.check.code.report import ProgramReport
from chainrule.check.code.run import SECONDS, record
from chainrule.check.code.search import Slip
from chainrule.check.code.verdict import Verdict, decide
from chainrule.check.code.words import why_not
from chainrule.errors import FileError, InputError
from chainrule.notation import formula
from chainrule.utils import checks
from chainrule.utils.files import as_path

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
    InputError, FileError, KindError
    """
    path = as_path(path)
    if path.suffix.lower() not in PROGRAMS:
        raise InputError(f"{path}: a program that can be checked is a .py or an .ipynb file.")
    if not os.path.isfile(path):
        raise FileError(f"{path} is not there: give the path of a script or a notebook.")
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 1 <= seconds <= 60:
        raise InputError(f"seconds = {checks.short(seconds)} is out of range: it is a number from 1 to 60.")
    run = None if run is None else checks.text(run, "run")
    given = [
        None if each is None else checks.numbers(each, what).tolist() for what, each in (("x", x), ("y", y))
    ]
    return judged(record(path, seconds, run, *given))


def judged(recording: Recording) -> ProgramReport:
    """What is told of a program that was recorded."""
    why = why_not(recording)
    if why and not recording.events:
        return ProgramReport("not followed", why)
    with np.errstate(all="ignore"):
        followed = Followed.of(recording)
        verdict = decide(followed)
        return _report(followed, verdict, why)


def _report(followed: Followed, verdict: Verdict, why: str) -> ProgramReport:
    if verdict.reading is None or not verdict.trials:
        return ProgramReport("not followed", " ".join(part for part in (verdict.why, why) if part))
    trial = verdict.trials[0]
    if verdict.state == "not followed":
        return _by_marks(followed, trial) or ProgramReport(
            "not followed", " ".join(part for part in (verdict.why, why) if part)
        )
    program, results = trial.record.program, trial.record.results
    numbers = verdict.slips[0].numbers if verdict.slips else results
    line = verdict.slips[0].line if verdict.slips else ""
    places = _places(followed, trial, numbers, line)
    if line and (event := verdict.slips[0].event) is not None:
        places[line] = location(followed.recording, followed.recording.events[event])
    should, answers = "", []
    if line:
        quantity = program.quantities[line]
        should = formula(verdict.slips[0].should or quantity.form(textbook=not quantity.by_chain_rule))
        answers = _answers(list(verdict.slips))
    notes = [*verdict.notes, *([why] if why else [])]
    return ProgramReport(verdict.state, verdict.why, line, should, answers, places, _network(trial), notes)


def _network(trial: Trial) -> str:
    return f"{trial.record.network.title()}, {trial.record.network.loss_part.title()}"


def _places(followed: Followed, trial: Trial, numbers: Mapping[str, Any], line: str) -> dict[str, Location]:
    """Where the program has the quantities of a step, the wrong one last of all."""
    program, results = trial.record.program, trial.record.results
    forward = [q.name for q in program.quantities.values() if q.local in ("z", "a", "L")]
    back = [q.name for q in program.quantities.values() if q.section == "backward"]
    names = [name for name in ("x", *forward, *back) if name in results]
    names += [line] if line and line not in names else []
    step = trial.step
    places = located(followed.recording, followed.book, numbers, names, step.start, step.end)
    if line.removesuffix("_new") in step.new and line not in places:
        places |= updated(followed.recording, followed.book, trial, line)
    if line and line not in places:  # a gradient within the update: where the parameter changes
        moved = next((p for p, name in program.gradients.items() if name == line), None)
        if moved is not None:
            found = updated(followed.recording, followed.book, trial, f"{moved}_new")
            places |= dict.fromkeys([line], *found.values()) if found else {}
    return places


def _by_marks(followed: Followed, trial: Trial) -> ProgramReport | None:
    """The marked lines of a step, checked as numbers are."""
    step = trial.step
    told = marked(followed.recording, step.start, step.end)
    mine = {name: value for name, value in told.items() if name in trial.record.program.quantities}
    if not mine:
        return None
    found = check(trial.record, mine)
    if found.first is None and not found.right:
        return None
    places = {
        name: location(followed.recording, event)
        for name, event in marked_events(followed.recording, step.start, step.end).items()
    }
    if found.first is None:
        notes = ["Only the lines that comments name were judged."]
        return ProgramReport("right", "", "", "", [], places, _network(trial), notes)
    assert found.should is not None
    answers = [(formula(answer.expr), list(answer.names)) for answer in found.answers]
    return ProgramReport("wrong", "", found.line, formula(found.should), answers, places, _network(trial))


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
