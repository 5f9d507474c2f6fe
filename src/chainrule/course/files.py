"""The folder of a course: written, and found again by the first line of each file."""

from __future__ import annotations

import os
from pathlib import Path

from chainrule.course.chapters import CHAPTERS, MARKER, Chapter
from chainrule.errors import FileError
from chainrule.utils.files import as_path, files_in, replacing

README = Path(__file__).parent / "solutions" / "README.md"


def write_course(folder: str | Path) -> list[Path]:
    """Write the files with gaps, and a README that tells the way.

    Raises
    ------
    FileError : where one of them is there already, or can't be written
    """
    texts = {chapter.file: chapter.blank for chapter in CHAPTERS}
    return _write(as_path(folder), {"README.md": README.read_text(encoding="utf-8"), **texts})


def write_solutions(folder: str | Path) -> list[Path]:
    """Write the same files with all functions written.

    Raises
    ------
    FileError : where one of them is there already, or can't be written
    """
    return _write(as_path(folder), {chapter.file: chapter.solution for chapter in CHAPTERS})


def _write(folder: Path, texts: dict[str, str]) -> list[Path]:
    there = [name for name in texts if os.path.exists(folder / name)]
    if there:
        raise FileError(
            f"{folder / there[0]} is there already, and nothing is overwritten: give the name of a new folder."
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(f"{folder} can't be made: {error.strerror or error}.") from None
    for name, text in texts.items():
        with replacing(folder / name) as file:
            file.write(text.encode())
    return [folder / name for name in texts]


def is_course(path: str | Path) -> bool:
    """Whether it is a file of the course, or a folder with one."""
    return bool(found(path))


def found(path: str | Path) -> list[tuple[Chapter, Path]]:
    """The files of the course at a path, with their chapters, in order; a folder's, or itself."""
    path = as_path(path)
    try:
        paths = files_in(path, ".py") if os.path.isdir(path) else [path] if path.suffix == ".py" else []
        known = [(chapter, each) for each in paths if (chapter := _chapter(each)) is not None]
    except FileError:
        return []
    return sorted(known, key=lambda pair: pair[0].number)


def _chapter(path: Path) -> Chapter | None:
    """The chapter that a file's first line names."""
    try:
        with path.open("rb") as file:
            first = file.readline(200).decode("utf-8-sig").strip()
    except (OSError, UnicodeDecodeError):
        return None
    title = first.removeprefix(MARKER.strip()).strip()
    return next((each for each in CHAPTERS if first.startswith(MARKER.strip()) and each.title == title), None)
