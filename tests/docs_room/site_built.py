"""The site, built once for all tests that look at it, whichever worker they are in.

Whether its pages are true is not asked by this build: test_snippets.py asks it of each page.
"""

from __future__ import annotations

import fcntl
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from loaded import ROOT

DOCS = ROOT / "docs"
SECONDS = 540  # after which the build is given up; on two free cores it takes 25


def built(folder: Path) -> tuple[Path, str]:
    """The folder of the site, and what the build complained of.

    Parameters
    ----------
    folder : which all workers share
    """
    site, said = folder / "docs-site", folder / "docs-site.txt"
    with open(folder / "docs-site.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not said.exists():
            options = ["--fresh-env", "--quiet", "--no-color", "--define", "pages_are_asked=0"]
            command = [sys.executable, "-m", "sphinx", *options, str(DOCS), str(site)]
            done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
            code = f"ended with {done.returncode}\n" if done.returncode else ""
            said.write_text(code + done.stderr + done.stdout, encoding="utf-8")
    return site, said.read_text(encoding="utf-8")


class Page(HTMLParser):
    """The anchors and the links of a page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take down what an element brings."""
        found: dict[str, Any] = dict(attrs)
        if found.get("id"):
            self.anchors.add(found["id"])
        if tag == "a" and found.get("href"):
            self.links.append(found["href"])
        if tag == "link" and found.get("rel") in ("stylesheet", "icon", "preload"):
            self.loaded.append(found["href"])
        if tag in ("script", "img", "iframe") and found.get("src"):
            self.loaded.append(found["src"])


def outside(link: str) -> bool:
    """Whether a link leaves the site."""
    return re.match(r"[a-z]+:", link) is not None
