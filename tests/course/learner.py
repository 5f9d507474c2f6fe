"""A learner's files: the solutions with other bodies, and what they are marked with, in this process."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from chainrule.course import CHAPTERS, Mark
from chainrule.course.marking import TOGETHER, marks_of
from chainrule.course.marks import settled


def with_bodies(number: int, bodies: Mapping[str, str], blank: bool = False) -> str:
    """A chapter's file, in which functions return these expressions, and others are ours or have a gap."""
    text = CHAPTERS[number - 1].blank if blank else CHAPTERS[number - 1].solution
    lines = text.splitlines(keepends=True)
    for node in reversed(ast.parse(text).body):
        if isinstance(node, ast.FunctionDef) and node.name in bodies:
            lines[node.body[1].lineno - 1 : node.end_lineno] = [f"    return {bodies[node.name]}\n"]
    return "".join(lines)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Files that are run here, and not in a process of their own, leave nothing behind for others."""
    path, modules, bytecode = list(sys.path), set(sys.modules), sys.dont_write_bytecode
    try:
        yield
    finally:
        sys.path[:], sys.dont_write_bytecode = path, bytecode
        for name in set(sys.modules) - modules:
            if name[:2].isdigit():
                del sys.modules[name]


def mark_of(number: int, text: str, function: str, folder: Path) -> Mark:
    """The mark of a function: by itself where that tells, else with the others of its file."""
    path = folder / CHAPTERS[number - 1].file
    path.write_text(text, encoding="utf-8")
    place = list(CHAPTERS[number - 1].functions).index(function)
    with undisturbed():
        mark = next(each for each in marks_of(number, str(path), place) if isinstance(each, Mark))
    alone = mark.in_columns is None and not mark.by_factor
    return mark if alone else marked(number, text, folder)[function]


def marked(number: int, text: str, folder: Path) -> dict[str, Mark]:
    """The marks of a chapter's file, written to a folder, by function."""
    path = folder / CHAPTERS[number - 1].file
    path.write_text(text, encoding="utf-8")
    with undisturbed():
        found = list(marks_of(number, str(path)))
    marks = settled([each for each in found if isinstance(each, Mark)], TOGETHER in found)
    return {mark.function: mark for mark in marks}
