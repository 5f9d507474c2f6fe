"""The snippets of a page, run in order: by the build, which shows what comes, and by the tests."""

from __future__ import annotations

import ast
import contextlib
import io
import re
import shlex
import shutil
import subprocess
import tempfile
import traceback
import warnings
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

FENCE = re.compile(r"^(`{3,})([^\n`]*)\n(.*?)^\1[ \t]*$", re.DOTALL | re.MULTILINE)


class SnippetFailed(Exception):
    """A snippet that stopped working; the message names its page and its line."""


class Block(NamedTuple):
    """A fenced block of a page: its language, its text, and the number of its first line."""

    language: str
    text: str
    line: int


class Shown(NamedTuple):
    """What a snippet printed, and what its last line gives."""

    printed: str
    value: Any


def blocks(page: Path) -> Iterator[Block]:
    """The fenced blocks of a page, in order."""
    text = page.read_text(encoding="utf-8")
    for match in FENCE.finditer(text):
        yield Block(match[2].strip(), match[3], text.count("\n", 0, match.start(3)) + 1)


class Snippets:
    """Snippets that share one folder and one namespace, in which nothing is that a reader's would not have.

    Parameters
    ----------
    page : what the page is called where one of its snippets fails
    """

    def __init__(self, page: str) -> None:
        self.page = page
        self._last = ("", 1)
        self.printed = ""  # by all that was run
        self.space: dict[str, Any] = {"__name__": "snippet"}
        self._folder = tempfile.mkdtemp()
        weakref.finalize(self, shutil.rmtree, self._folder, True)

    def run(self, text: str, line: int) -> Shown:
        """Run Python, or commands that begin with ``$``; its first line is that line of the page.

        Raises
        ------
        SnippetFailed
        """
        printed = io.TextIOWrapper(io.BytesIO(), "utf-8", newline="\n", write_through=True)
        with contextlib.chdir(self._folder), _into(printed), warnings.catch_warnings():
            warnings.simplefilter("error")
            warnings.filterwarnings("ignore", "Stochastic Optimizer")  # scikit-learn's, which is a peer here
            try:
                value = self._commands(text) if text.startswith("$ ") else self._python(text, line)
            except SnippetFailed:
                raise
            except (Exception, SystemExit) as error:
                at = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == self.page]
                place = f"{self.page}:{at[-1] if at else line}"
                raise SnippetFailed(f"{place}: {type(error).__name__}: {error}") from error
        came = printed.buffer.getvalue().decode()
        self.printed += came
        return Shown(came, value)

    def again(self) -> None:
        """Run the last statement of the last block once more."""
        self.run(*self._last)

    def read(self, text: str, line: int) -> ast.Module:
        """Python's syntax, with the page's lines.

        Raises
        ------
        SnippetFailed
        """
        try:
            return ast.parse("\n" * (line - 1) + text, self.page)
        except SyntaxError as error:
            raise SnippetFailed(f"{self.page}:{error.lineno}: SyntaxError: {error}") from error

    def _python(self, text: str, line: int) -> Any:
        tree = self.read(text, line)
        self._last = (
            ast.get_source_segment("\n" * (line - 1) + text, tree.body[-1]) or "",
            tree.body[-1].lineno,
        )
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, self.page, "exec", dont_inherit=True), self.space)
        if last is None:
            return None
        return eval(compile(ast.Expression(last.value), self.page, "eval", dont_inherit=True), self.space)

    def _commands(self, text: str) -> None:
        from chainrule.cli import run

        for command in filter(str.strip, text.splitlines()):
            words = shlex.split(command.removeprefix("$ "), comments=True)
            if words[0] != "chainrule":
                print(subprocess.run(words, capture_output=True, text=True, check=True).stdout, end="")
            elif (code := run(words[1:])) not in (0, 1):  # 1: a check that found something
                raise RuntimeError(f"{command!r} ended with {code}")


@contextlib.contextmanager
def _into(printed: io.TextIOWrapper) -> Iterator[None]:
    """What a terminal shows, of both streams, goes there."""
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        yield
