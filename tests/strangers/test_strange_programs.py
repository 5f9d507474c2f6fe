"""Programs of strangers for a check: what is read, rewritten, recorded and followed of them.

A whole check runs a program as a process, which takes a second, so fewer of these are made; what happens before and
after, where each case is cheap, has them all.
"""

from __future__ import annotations

import json
import random
import sys
import warnings
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chainrule.check.code import ProgramReport, check_program, run, source
from chainrule.check.code.check import judged
from chainrule.check.code.recording import Event, Recording
from chainrule.check.code.rewrite import rewritten
from strangers.attack import CASES, withstood
from strangers.mutations import mutated, mutated_document, mutated_text

PROGRAMS = Path(__file__).parents[1] / "check" / "programs"
LIBRARIES = ("manifest.py", "probes.py")  # of the tests, and no programs
FOLLOWED, WHOLE = max(CASES // 20, 4), max(CASES // 40, 3)  # a second or more for each
NOT_PYTHON = (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError)


def programs(ending: str) -> list[Path]:
    return [path for path in sorted(PROGRAMS.glob(f"*{ending}")) if path.name not in LIBRARIES]


def is_python(text: str, read: Callable[[str], Any]) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            read(text)
        except NOT_PYTHON:
            return False
    return True


def test_what_python_reads_is_rewritten() -> None:
    texts = [path.read_text(encoding="utf-8") for path in programs(".py")]

    def case(chance: random.Random) -> None:
        sys.setrecursionlimit(5000)  # as where programs are recorded
        text = mutated_text(chance, chance.choice(texts))
        known = is_python(text, lambda each: compile(each, "program.py", "exec"))
        assert is_python(text, lambda each: rewritten(each, "program.py", 0, [])) == known, text

    withstood(case)


def test_bytes_of_a_program(tmp_path: Path) -> None:
    files = [path.read_bytes() for path in programs(".py")]

    def case(chance: random.Random) -> None:
        content = mutated(chance, chance.choice(files))
        cookie = chance.choice(
            (b"", b"", b"# -*- coding: latin-1 -*-\n", b"# coding: nonsense\n", b"\xef\xbb\xbf", b"\xff\xfe")
        )
        (path := tmp_path / "program.py").write_bytes(cookie + content)
        is_python("", lambda _: source.read(path))
        assert isinstance(source.marks(path), dict)

    withstood(case)


def test_notebooks(tmp_path: Path) -> None:
    files = [path.read_bytes() for path in programs(".ipynb")]

    def case(chance: random.Random) -> None:
        content = chance.choice(files)
        if chance.random() < 0.5:
            content = mutated(chance, content)
        else:
            content = json.dumps(mutated_document(chance, json.loads(content))).encode()
        (path := tmp_path / "program.ipynb").write_bytes(content)
        is_python("", lambda _: source.read(path))
        assert isinstance(source.marks(path), dict)
        assert len(source.cell_of(path, chance.choice((0, 1, 10, 10**6)))) == 2

    withstood(case)


@cache
def recorded(path: Path) -> Recording:
    return run.record(path, 3)


def test_what_a_process_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process may be ended while it writes down what it did, or write there itself."""
    written = {
        "status": "ended", "message": "", "line": 0, "files": ["a.py"], "places": [[0, 1, "x", "put"]] * 3,
        "events": [[0, "Add", [0, 1], 2, [-1, -1]]], "shapes": [[2, 2], [], [2, 2]], "kinds": ["f", "i", "f"],
    }  # fmt: skip
    np.save(tmp_path / "plain.npy", np.arange(9.0))
    numbers = (tmp_path / "plain.npy").read_bytes()

    def case(chance: random.Random) -> None:
        hurt = json.dumps(written).encode()
        how = chance.randrange(3)
        if how == 0:
            hurt = mutated(chance, hurt)
        elif how == 1:
            hurt = json.dumps(mutated_document(chance, written)).encode()

        def leave(folder: Path, _: float) -> None:
            (folder / "told.json").write_bytes(hurt)
            (folder / "values.npy").write_bytes(mutated(chance, numbers) if how == 2 else numbers)

        monkeypatch.setattr(run, "_run", leave)
        told(judged(run.record(tmp_path / "a.py")))

    withstood(case)


def hurt_numbers(chance: random.Random, value: Any) -> Any:
    """A value as another program might have it in that place."""
    value = np.array(value, dtype=float)
    how = chance.randrange(8)
    if how == 0 and value.size:
        value.flat[chance.randrange(value.size)] = chance.choice(
            (np.nan, np.inf, -np.inf, 0.0, 1e308, -1e-320, 1e30)
        )
    elif how == 1:
        value[...] = chance.choice((0.0, 1.0, np.nan, np.inf, 1e200))
    elif how == 2:
        return value.T
    elif how == 3:
        return value.ravel()
    elif how == 4:
        return value[:1] if value.ndim else value.reshape(1, 1)
    elif how == 5:
        return value * chance.choice((-1.0, 2.0, 1e-12, 1e12, 1 + 1e-12))
    elif how == 6:
        return value.reshape(-1, 1, *value.shape[1:]) if value.ndim else value.reshape(1)
    else:
        return np.zeros((0, 2))
    return value


def hurt_events(chance: random.Random, events: list[Event], values: int) -> list[Event]:
    """The same, with some left out, exchanged, or done with something else."""
    hurt = list(events)
    for _ in range(chance.choice((1, 1, 4, 30))):
        if not hurt:
            break
        at, other = chance.randrange(len(hurt)), chance.randrange(len(hurt))
        event, how = hurt[at], chance.randrange(5)
        if how == 0:
            del hurt[at : at + chance.choice((1, 10, 500))]
        elif how == 1:
            hurt[at], hurt[other] = hurt[other], event
        elif how == 2:
            hurt[at] = replace(event, what=hurt[other].what)
        elif how == 3:
            hurt[at] = replace(event, result=chance.randrange(values))
        elif event.operands:
            changed = list(event.operands)
            changed[chance.randrange(len(changed))] = chance.choice((-1, chance.randrange(values)))
            hurt[at] = replace(event, operands=tuple(changed), makers=(-1,) * len(changed))
    return [
        replace(event, number=n, makers=tuple(m if m < n else -1 for m in event.makers))
        for n, event in enumerate(hurt)
    ]


def told(report: ProgramReport) -> None:
    assert isinstance(report.to_text(), str)
    json.dumps(report.to_dict())


def test_recordings_of_anything_are_followed() -> None:
    every = [*programs(".py"), *programs(".ipynb")]

    def case(chance: random.Random) -> None:
        plain = recorded(chance.choice(every))
        values = list(plain.values)
        for _ in range(chance.choice((0, 1, 4, 100)) if values else 0):
            at = chance.randrange(len(values))
            values[at] = hurt_numbers(chance, chance.choice((values[at], chance.choice(values))))
        events = hurt_events(chance, plain.events, len(values)) if chance.random() < 0.7 else plain.events
        told(judged(replace(plain, values=values, events=events)))

    withstood(case, FOLLOWED)


def test_whole_checks(tmp_path: Path) -> None:
    texts = {path.name: path.read_text(encoding="utf-8") for path in (*programs(".py"), *programs(".ipynb"))}
    (tmp_path / "nnhelp.py").write_text(texts["nnhelp.py"], encoding="utf-8")

    def case(chance: random.Random) -> None:
        name = chance.choice(sorted(texts))
        path = tmp_path / f"program{Path(name).suffix}"
        path.write_text(mutated_text(chance, texts[name]), encoding="utf-8", errors="surrogatepass")
        told(check_program(path, seconds=1.0))

    withstood(case, WHOLE)
