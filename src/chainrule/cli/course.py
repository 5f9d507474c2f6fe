"""chainrule course: files with gaps to write a network in; and how `chainrule check` marks them."""

from __future__ import annotations

import json
import os
from typing import Any

import typer

import chainrule.cli.options as o
from chainrule.cli.output import deliver, plain_if_needed, show, width
from chainrule.errors import InputError

FOLDER = "course"
INDENT = 8


def command(folder: o.CourseFolder = None, solutions: o.Solutions = None) -> None:
    """Write a folder of small files, in which you write a network yourself; chainrule check marks them.

    Nine files, from the forward pass to a network that reads digits. Each has functions with a docstring and a gap.
    Nothing is overwritten.

    \b
    Examples:
      chainrule course
      chainrule course mine
      chainrule check course
      chainrule check course/04_gradients.py --hint
      chainrule course --solutions solutions
    """
    from chainrule.course import write_course, write_solutions

    if folder is not None or solutions is None:
        folder = FOLDER if folder is None else folder
        written = write_course(folder)
        show(
            f"{folder}: {len(written) - 1} files to write in. {written[0]} tells the way; begin with {written[1]}."
        )
    if solutions is not None:
        write_solutions(solutions)
        show(f"{solutions}: the same files, all written.")


def has_any(files: list[str]) -> bool:
    """Whether files of the course, or a folder of them, are to be checked."""
    folders = [file for file in files if os.path.isdir(file)]
    if not folders and not any(file.lower().endswith(".py") for file in files):
        return False
    from chainrule.course import is_course

    for folder in folders:
        if not is_course(folder):
            raise InputError(
                f"{folder} holds no file of the course: chainrule course writes a folder of them."
            )
    return any(map(is_course, files))


def check(context: typer.Context, files: list[str], hint: bool, format: str | None, out: str | None) -> None:
    """Mark files of the course, or a folder of them, and end with the exit code of the first that is not done."""
    from chainrule.course import found, mark_file

    _check_alone(context)
    for file in files:
        if not found(file):
            raise InputError(f"{file} is no file of the course: check it by itself.")
    given = sorted((pair for file in files for pair in found(file)), key=lambda pair: pair[0].number)
    marked = [mark_file(chapter, path) for chapter, path in given]
    behind = [each for each in marked if each.exit_code]
    code = behind[0].exit_code if behind else 0
    if format == "json":
        deliver(json.dumps(_as_dict(marked), ensure_ascii=False, indent=2), out)
    else:
        lines = [] if len(marked) == 1 else _overview(marked)
        lines += [] if not behind and len(marked) > 1 else _details((behind or marked)[0], hint)
        text = "\n".join(line.rstrip() for line in lines)
        deliver(plain_if_needed(text, _stdout()) if out is None else text, out)
    raise typer.Exit(code)


def _stdout() -> Any:
    import sys

    return sys.stdout


def _check_alone(context: typer.Context) -> None:
    """Raise InputError where an option is given that says nothing of a file of the course."""
    mine = {"files", "hint", "format", "out"}
    given = [
        parameter.opts[0] for parameter in context.command.params
        if parameter.name not in mine
        and str(getattr(context.get_parameter_source(str(parameter.name)), "name", "")) == "COMMANDLINE"
    ]  # fmt: skip
    if given:
        raise InputError(f"{', '.join(given)}: a file of the course is checked by itself, without that.")


def _overview(marked: list[Any]) -> list[str]:
    wide = max(len(each.path.name) for each in marked)
    lines = [f"{each.path.name:<{wide}}  {_state(each)}" for each in marked]
    done = sum(not each.exit_code for each in marked)
    lines.append("")
    if done == len(marked):
        return [*lines, f"All {done} are right: the network is yours."]
    return [*lines, f"{done} of {len(marked)} are done. The next one:", ""]


def _state(each: Any) -> str:
    if each.unreadable:
        return "can't be read"
    count = f"{each.right} of {len(each.marks)}"
    wrong = [mark.function for mark in each.marks if mark.state == "wrong"]
    if wrong:
        return f"{count}, {wrong[0]} is wrong"
    return "right" if not each.exit_code else f"{count}" if each.right else "not written yet"


def _details(each: Any, hint: bool) -> list[str]:
    """A file, function by function; of the first that is wrong all that there is to say."""
    from chainrule.check import wrapped

    if each.unreadable:
        first, *rest = each.unreadable.splitlines()
        return [
            *wrapped(f"{each.path.name} can't be read: {first}", width()),
            *(f"    {line}" for line in rest),
        ]
    lines = [f"{each.path.name}: {each.right} of {len(each.marks)} right", ""]
    wide = max(len(mark.function) for mark in each.marks)
    for mark in each.marks:
        place = f"  ({mark.place})" if mark.state == "wrong" else ""
        state = "not written yet" if mark.state == "unwritten" else mark.state
        lines.append(f"  {mark.function:<{wide}}  {state}{place}")
        told = mark.hint if hint and mark.state == "wrong" else mark.told
        for line in told:
            lines += [f"{'':{INDENT}}{part}" for part in wrapped(line, max(width() - INDENT, 20))]
        lines += [""] if mark.state == "wrong" else []
    return lines


def _as_dict(marked: list[Any]) -> list[dict[str, Any]]:
    return [
        {
            "file": str(each.path),
            "chapter": each.chapter.title,
            "unreadable": each.unreadable or None,
            "functions": [
                {
                    "function": mark.function,
                    "state": mark.state,
                    "place": mark.place,
                    "told": mark.told,
                    "hint": mark.hint,
                    "mistakes": mark.mistakes,
                }
                for mark in each.marks
            ],
        }
        for each in marked
    ]
