"""A LaTeX document as PDF, by pdflatex, which is a program of its own."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from chainrule.errors import FileError, InputError

SECONDS = 120  # after which it is taken to hang
COMMAND = ("-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "page.tex")


def pdf(latex: str) -> bytes:
    """A document as PDF.

    Raises
    ------
    InputError : where pdflatex is not installed
    FileError : where it fails
    """
    program = shutil.which("pdflatex")
    if program is None:
        raise InputError(
            "a PDF needs the program pdflatex, which is not installed: install TeX Live or MiKTeX; or write LaTeX, "
            "which can be compiled elsewhere."
        )
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "page.tex").write_text(latex, encoding="utf-8")
        try:
            ended = subprocess.run(
                [program, *COMMAND],
                cwd=folder,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=SECONDS,
            )
        except subprocess.TimeoutExpired:
            raise FileError(
                f"pdflatex did not end within {SECONDS} seconds: write LaTeX, and compile it."
            ) from None
        if ended.returncode:
            said = next(
                (line for line in ended.stdout.splitlines() if line.startswith("!")), "it gives no reason"
            )
            raise FileError(f"pdflatex failed: {said.removeprefix('! ')} Write LaTeX, and compile it.")
        return Path(folder, "page.pdf").read_bytes()
