"""The page in a notebook: Jupyter, marimo, Colab, by way of anywidget."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from chainrule.errors import FileError, MissingPackage
from chainrule.page.session import Session

STATIC = Path(__file__).parent / "static"


def widget(session: Session) -> Any:
    """A page that shows itself in a notebook's cell, on a session.

    Raises
    ------
    MissingPackage : without anywidget
    FileError : where the page's own files are not there
    """
    try:
        import anywidget
    except ImportError:
        raise MissingPackage("anywidget", "the page in a notebook") from None

    class PageWidget(anywidget.AnyWidget):
        """The page, whose messages go to a session."""

        _esm = _static("page.js")
        _css = _static("page.css")

        def __init__(self) -> None:
            super().__init__()
            self.session = session
            self.on_msg(self._answer)

        def _answer(self, _: Any, message: Any, buffers: list[Any]) -> None:
            header, answers = self.session.handle(message, [bytes(buffer) for buffer in buffers])
            self.send(header, [bytes(answer) for answer in answers])

    return PageWidget()


def _static(name: str) -> str:
    try:
        return (STATIC / name).read_text(encoding="utf-8")
    except OSError as error:
        raise FileError(
            f"{STATIC / name} can't be read: {error.strerror}. Install chainrule again."
        ) from error
