"""Python and NumPy for the browser, as Pyodide builds them: where they are on this computer, and how they get there.

The files are named in ``runtime.json``, each with its SHA-256; none of them comes with chainrule.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from chainrule.errors import FileError, MissingPackage
from chainrule.utils.files import replacing

FOLDER = "CHAINRULE_RUNTIME"  # a folder to take the files from, and to keep them in
SITE = "CHAINRULE_RUNTIME_URL"  # the address of a folder to download them from, instead of Pyodide's own
TIMEOUT = 30.0  # seconds without an answer, after which the next site is tried


@dataclass(frozen=True)
class RuntimeFile:
    """One file: its name, its SHA-256, and the folders on the network that have it."""

    name: str
    sha256: str
    sites: tuple[str, ...]

    def is_right(self, content: bytes) -> bool:
        """Whether these are its bytes."""
        return hashlib.sha256(content).hexdigest() == self.sha256


@cache
def described() -> dict[str, Any]:
    """What ``runtime.json`` says."""
    found: dict[str, Any] = json.loads(Path(__file__).with_name("runtime.json").read_text(encoding="utf-8"))
    return found


def listed() -> list[RuntimeFile]:
    """Every file that the engine needs, in the order in which it needs them."""
    sites = described()["sites"]
    return [
        RuntimeFile(file["name"], file["sha256"], tuple(sites[file["site"]])) for file in described()["files"]
    ]


def folder() -> Path:
    """Where the files are kept: the folder named by CHAINRULE_RUNTIME, or one in the user's cache."""
    if named := os.environ.get(FOLDER):
        return Path(named).expanduser()
    try:
        import pooch
    except ImportError:
        raise MissingPackage("pooch", "Downloading the page's engine") from None
    return Path(pooch.os_cache("chainrule")) / f"pyodide-{described()['pyodide']}"


def kept(file: RuntimeFile) -> bytes | None:
    """A file's bytes; None where it is not there, or is another than it should be."""
    try:
        content = (folder() / file.name).read_bytes()
    except OSError:
        return None
    return content if file.is_right(content) else None


def keep(file: RuntimeFile, content: bytes) -> None:
    """Put a file into its folder, where its bytes are right.

    Raises
    ------
    FileError : they are not, or the folder can't be written
    """
    if not file.is_right(content):
        raise FileError(f"{file.name} is not the file that chainrule's page needs: its SHA-256 is another.")
    try:
        folder().mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(f"{folder()} can't be made: {error.strerror}. Name another with {FOLDER}.") from error
    with replacing(folder() / file.name) as place:
        place.write(content)


def missing() -> list[RuntimeFile]:
    """The files that have to be got first."""
    return [file for file in listed() if kept(file) is None]


def files(site: str | None = None) -> dict[str, bytes]:
    """Every file by its name; what is not on this computer is downloaded, once.

    Parameters
    ----------
    site : the address of a folder that has them all, instead of that named by CHAINRULE_RUNTIME_URL or, without
        such a name, Pyodide's own site

    Raises
    ------
    FileError : a file is neither here nor to be had
    MissingPackage : it has to be downloaded, and pooch is not installed
    """
    chosen = site or os.environ.get(SITE)
    found = {}
    for file in listed():
        content = kept(file)
        if content is None:
            content = _download(file, (chosen,) if chosen else file.sites)
            keep(file, content)
        found[file.name] = content
    return found


def _download(file: RuntimeFile, sites: Sequence[str]) -> bytes:
    failures = []
    for site in sites:
        address = f"{site.rstrip('/')}/{file.name}"
        try:
            content = _fetched(address)
        except OSError as error:  # of requests, too
            answer = getattr(getattr(error, "response", None), "status_code", None)
            failures.append(f"{address} {f'answered {answer}' if answer else 'could not be reached'}")
            continue
        if file.is_right(content):
            return content
        failures.append(f"{address} has a wrong SHA-256")
    names = ", ".join(file.name for file in missing())
    raise FileError(
        f"the page's engine is not on this computer and could not be downloaded ({'; '.join(failures)}). Run "
        f"'make page-runtime' in a checkout of chainrule, or put {names} into {folder()}; another folder can be named "
        f"with the variable {FOLDER}, another site with {SITE}."
    )


def _fetched(address: str) -> bytes:
    import tempfile

    try:
        import pooch
        import requests  # noqa: F401  # which pooch itself imports no earlier
    except ImportError:
        raise MissingPackage("pooch", "Downloading the page's engine") from None
    with tempfile.TemporaryDirectory() as beside:
        path = Path(beside) / "file"
        # not streamed: a refused stream leaves its socket open
        pooch.HTTPDownloader(timeout=TIMEOUT, stream=False)(address, str(path), None)
        return path.read_bytes()
