"""A learner's file marked, function by function, in a process of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from chainrule.check.limited import Limits, Outcome, run_limited
from chainrule.check.probing import CannotCall
from chainrule.course.chapters import CHAPTERS, Chapter
from chainrule.course.marks import Mark
from chainrule.course.written import functions

RIGHT, WRONG, UNREADABLE, UNWRITTEN = 0, 1, 2, 3  # how the command ends


@dataclass(frozen=True)
class Marked:
    """A file with its marks.

    Parameters
    ----------
    chapter, path : which one, and where
    marks : of its functions, in order
    unreadable : why it can't be read or run; empty, if it can
    """

    chapter: Chapter
    path: Path
    marks: Sequence[Mark]
    unreadable: str = ""

    @property
    def right(self) -> int:
        """How many functions are right."""
        return sum(mark.state == "right" for mark in self.marks)

    @property
    def exit_code(self) -> int:
        """0 where all are right, 1 for a wrong one, 2 for a file that can't be read, 3 where some are not written."""
        if self.unreadable:
            return UNREADABLE
        states = {mark.state for mark in self.marks}
        return WRONG if "wrong" in states else UNWRITTEN if "unwritten" in states else RIGHT


def mark_file(chapter: Chapter, path: Path, megabytes: int = 2000) -> Marked:
    """Mark a file; each function may take the chapter's time, and so may what runs when the file is read."""
    limits = Limits(chapter.seconds, megabytes)
    marks: list[Mark] = []
    while len(marks) < len(chapter.functions):
        outcome = run_limited(marks_of, chapter.number, str(path), len(marks), limits=limits)
        given = [each for each in outcome.values if isinstance(each, Mark)]
        started = [each for each in outcome.values if isinstance(each, str)]
        marks += given
        if outcome.happened == "done":
            break
        if not started:
            return Marked(chapter, path, [], _stopped(outcome, limits))
        if len(given) < len(started):
            told = [_stopped(outcome, limits)]
            marks.append(Mark(started[-1], "wrong", path.name, told, told))
    return Marked(chapter, path, marks)


def _stopped(outcome: Outcome, limits: Limits) -> str:
    """What happened to a process that did not come to its end, in words."""
    if outcome.happened == "time":
        return f"Was stopped after {limits.seconds:g} seconds: is there a loop that does not end?"
    if outcome.happened == "memory":
        return f"Asks for more than {limits.megabytes:,} MB of memory."
    if outcome.happened == "ended":
        return f"Ended Python ({outcome.told})."
    return outcome.told.removeprefix("Unreadable: ")


def marks_of(number: int, path: str, skipped: int) -> Iterator[str | Mark]:
    """The marks of a file's functions but the first ones; before each the function's name.

    Raises
    ------
    Unreadable
    """
    chapter = CHAPTERS[number - 1]
    there = functions(Path(path), chapter.functions)
    for name in list(chapter.functions)[skipped:]:
        yield name
        written = there.get(name)
        if written is None:
            told = [f"Is not there: write def {name}({chapter.functions[name]})."]
            yield Mark(name, "unwritten", Path(path).name, told, told)
        elif not written.written:
            yield Mark(name, "unwritten", written.place)
        else:
            try:
                yield chapter.marking[name](written)
            except CannotCall as error:
                yield Mark.stuck(error.trouble, written.place)
