"""Whether pages are true: their Python runs and prints the text below it, and the commands that they name are there.

``python docs/_ext/told.py`` asks it of every page, or of those that are named; the build does, too, beside its own
work, and so do the tests of single pages. The blocks of a page are run in order, in one namespace, as by a reader who
types them all; the jobs of the cookbook each alone. Those train, so their numbers may be a little off on other
machines.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from itertools import zip_longest
from math import isclose
from pathlib import Path
from typing import Any

from snippets import FENCE, Block, SnippetFailed, Snippets, blocks
from sphinx.application import Sphinx
from sphinx.util import logging

logger = logging.getLogger(__name__)

DOCS = Path(__file__).parents[1]
EXCERPTS = (
    "class Dense(Layer):",
    "delta = error * out",
)  # how Python begins that only shows something, and is only read
PROSE = re.compile(r"`(chainrule [^`]+)`")
NUMBER = re.compile(r"(\d[\d,]*(?:\.\d*)?(?:e[-+]?\d+)?)")
JOINTS = {"|", "&&", ">"}  # between the commands of a line


def told(page: Path) -> Snippets:
    """Run a page's Python, and compare what it prints with what the page shows.

    Returns
    -------
    what the last of it left behind

    Raises
    ------
    SnippetFailed
    """
    name, alone = named(page), page.parent.name == "cookbook"
    ran, printed, before = Snippets(name), "", ""
    for block in blocks(page):
        if block.language == "python" and block.text.startswith(EXCERPTS):
            ran.read(block.text, block.line)
        elif block.language == "python":
            ran = Snippets(name) if alone else ran
            printed = ran.run(block.text, block.line).printed
        elif block.language == "text" and before == "python":
            (_compare_nearly if alone else _compare)(name, block, printed)
        before = block.language
    return ran


def named(page: Path) -> str:
    """What a page is called: its way from the project's folder, where it lies in docs/."""
    return page.relative_to(DOCS.parent).as_posix() if page.is_relative_to(DOCS) else page.name


def _compare(name: str, block: Block, printed: str) -> None:
    """Line by line, but for spaces at the ends, and the place of the page's own lines: it is another for a reader."""
    mine = re.compile(rf"\((?:{re.escape(Path(name).name)}|mine\.py), line \d+")
    came, shown = (
        [mine.sub("(…", line.rstrip()) for line in text.strip("\n").splitlines()]
        for text in (printed.rstrip(), block.text.rstrip())
    )
    for number, (one, other) in enumerate(zip_longest(came, shown)):
        if one != other:
            raise SnippetFailed(
                f"{name}:{block.line + number}: printed is {one!r}, and the page shows {other!r}"
            )


def _compare_nearly(name: str, block: Block, printed: str) -> None:
    if not alike(block.text, printed):
        raise SnippetFailed(f"{name}:{block.line}: printed is {printed!r}, and the page shows {block.text!r}")


def alike(shown: str, printed: str) -> bool:
    """Whether words are the same, and numbers as near as trainings on two machines are."""
    ours, theirs = (NUMBER.split(" ".join(text.split())) for text in (shown, printed))
    return ours[::2] == theirs[::2] and all(
        isclose(float(a.replace(",", "")), float(b.replace(",", "")), rel_tol=0.05, abs_tol=0.02)
        for a, b in zip(ours[1::2], theirs[1::2], strict=True)
    )


def commands(page: Path) -> Iterator[tuple[int, list[str]]]:
    """chainrule's commands that a page names, in blocks and in its prose: line, and words after ``chainrule``."""
    text = page.read_text(encoding="utf-8")
    for block in blocks(page):
        for number, line in enumerate(block.text.splitlines()):
            if line.startswith("$ ") and block.language in ("console", "{chainrule-run}"):
                yield from ((block.line + number, words) for words in _each(line[2:]))
    prose = FENCE.sub(lambda found: "\n" * found[0].count("\n"), text)
    for found in PROSE.finditer(prose):
        line = prose.count("\n", 0, found.start()) + 1
        yield from ((line, [*words, "…"]) for words in _each(found[1]))  # values are often left out there


def _each(line: str) -> Iterator[list[str]]:
    words: list[str] = []
    for word in [*shlex.split(line, comments=True), "|"]:
        if word not in JOINTS:
            words.append(word)
            continue
        if words[:1] == ["chainrule"]:
            yield words[1:]
        words = []


def check_commands(page: Path) -> None:
    """Raises SnippetFailed where a page names a command or an option that there isn't."""
    from typer.main import get_command

    from chainrule.cli.app import app

    known: Any = get_command(app)
    for line, words in commands(page):
        name = words[0] if words and not words[0].startswith(("-", "…")) else None
        if name is not None and name.isupper():  # stands for any
            continue
        command, given = (known, words) if name is None else (known.commands.get(name), words[1:])
        place = f"{named(page)}:{line}: chainrule {' '.join(words)}"
        if command is None:
            raise SnippetFailed(f"{place}: there is no command {name!r}")
        try:
            command.make_parser(command.context_class(command, info_name=name)).parse_args(list(given))
        except Exception as error:
            raise SnippetFailed(f"{place}: {error}") from error


def problems(pages: list[Path]) -> Iterator[str]:
    """What is not true, the first of each page; what could not be run is told on stderr."""
    for page in pages:
        for ask in (check_commands, told):
            try:
                ask(page)
            except SnippetFailed as error:
                if _is_missing(error.__cause__):
                    print(f"from there on not run, for want of a package: {error}", file=sys.stderr)
                else:
                    yield str(error)


def _is_missing(error: BaseException | None) -> bool:
    """Whether a package is not installed that only some pages are about."""
    if isinstance(error, ModuleNotFoundError):
        return not (error.name or "").startswith("chainrule")
    return type(error).__name__ == "MissingPackage"


def main() -> int:
    """Print what is not true."""
    import matplotlib

    matplotlib.use("agg")
    asked = [Path(word).resolve() for word in sys.argv[1:]] or [DOCS]
    pages = [page for place in asked for page in (sorted(place.rglob("*.md")) if place.is_dir() else [place])]
    found = list(problems(pages))
    print("\n".join(found))
    return bool(found)


def begun(app: Sphinx) -> None:
    """Ask it of all pages, in a process of its own, which the build doesn't wait for."""
    if not app.config.pages_are_asked:
        return
    asking = subprocess.Popen([sys.executable, __file__, app.srcdir], stdout=subprocess.PIPE, text=True)
    app.connect("build-finished", lambda *_: ended(asking))


def ended(asking: subprocess.Popen[str]) -> None:
    """What is not true fails the build."""
    said, _ = asking.communicate()
    for problem in filter(None, said.splitlines()):
        logger.error(problem)
    if asking.returncode not in (0, 1):
        logger.error(f"{Path(__file__).name} ended with {asking.returncode}")


def setup(app: Sphinx) -> dict[str, Any]:
    """What Sphinx asks of an extension."""
    app.add_config_value("pages_are_asked", True, "", bool)
    app.connect("builder-inited", begun)
    return {"parallel_read_safe": True}


if __name__ == "__main__":
    sys.exit(main())
