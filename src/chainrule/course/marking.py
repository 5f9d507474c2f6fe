"""A learner's file marked, function by function, in a process of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from chainrule.check.limited import Limits, Outcome, run_limited
from chainrule.check.probing import CannotCall
from chainrule.course.chapters import CHAPTERS, Chapter
from chainrule.course.marks import Mark, settled
from chainrule.course.written import functions, untouched

RIGHT, WRONG, UNREADABLE, UNWRITTEN = 0, 1, 2, 3  # how the command ends
TOGETHER = "="  # said of a file whose functions make a right step together


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
    if untouched(path, chapter.functions):
        return Marked(chapter, path, [Mark(name, "unwritten", path.name) for name in chapter.functions])
    limits = Limits(chapter.seconds, megabytes)
    marks: list[Mark] = []
    while True:
        outcome = run_limited(marks_of, chapter.number, str(path), len(marks), limits=limits)
        given = [each for each in outcome.values if isinstance(each, Mark)]
        started = [each for each in outcome.values if isinstance(each, str) and each != TOGETHER]
        marks += given
        if outcome.happened == "done" or len(marks) == len(chapter.functions):
            return Marked(chapter, path, settled(marks, TOGETHER in outcome.values))
        if not started:
            return Marked(chapter, path, [], _stopped(outcome, limits))
        if len(given) < len(started):
            told = [_stopped(outcome, limits)]
            marks.append(Mark(started[-1], "wrong", path.name, told, told))


def _stopped(outcome: Outcome, limits: Limits) -> str:
    """What happened to a process that did not come to its end, in words."""
    if outcome.happened == "time":
        return f"Was stopped after {limits.seconds:g} seconds: is there a loop that does not end?"
    if outcome.happened == "memory":
        return f"Asks for more than {limits.megabytes:,} MB of memory."
    if outcome.happened == "ended":
        return f"Ended Python ({outcome.told})."
    told = outcome.told.removeprefix("Unreadable: ")
    return told if told != outcome.told else f"Can't be judged: {told}."


def marks_of(number: int, path: str, skipped: int = 0) -> Iterator[str | Mark]:
    """The marks of a file's functions but the first ones, before each the function's name; at the end, where factors
    are at odds that go together, `TOGETHER`.

    Raises
    ------
    Unreadable
    """
    chapter = CHAPTERS[number - 1]
    there, by_factor = functions(Path(path), chapter.functions), False
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
                mark = chapter.mark(written)
            except CannotCall as error:
                mark = Mark.stuck(error.trouble, written.place)
            by_factor = by_factor or mark.by_factor
            yield mark
    if by_factor and chapter.together({name: each for name, each in there.items() if each.written}):
        yield TOGETHER
