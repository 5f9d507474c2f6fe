"""Brings Python and NumPy for the browser onto this computer: ``make page-runtime``.

They come by npm and pip, from packages that hold Pyodide's own files; each must have the SHA-256 that
``src/chainrule/page/runtime.json`` names. Where there is no npm, they are downloaded from Pyodide's site.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from chainrule.errors import ChainruleError
from chainrule.page import packing, runtime


def main() -> int:
    """Fetch what is missing, then pack the engine, so that the first page is written at once."""
    try:
        for fetch in (_by_npm, _by_pip):
            if runtime.missing():
                _keep_what_is_needed(fetch)
        engine = packing.packed()  # what is still missing is downloaded
    except ChainruleError as error:
        print(error, file=sys.stderr)
        return 1
    size = sum(map(len, engine.values())) / 1e6
    print(f"the page's engine is in {runtime.folder()}: {size:.1f} MB packed")
    return 0


def _keep_what_is_needed(fetch: Callable[[Path, set[str]], Iterator[tuple[str, bytes]]]) -> None:
    needed = {file.name: file for file in runtime.missing()}
    with tempfile.TemporaryDirectory() as folder:
        try:
            for name, content in fetch(Path(folder), set(needed)):
                runtime.keep(needed[name], content)
        except (OSError, subprocess.CalledProcessError) as error:
            print(
                f"{fetch.__name__.removeprefix('_by_')} did not bring the page's engine: {error}",
                file=sys.stderr,
            )


def _by_npm(folder: Path, needed: set[str]) -> Iterator[tuple[str, bytes]]:
    npm = shutil.which("npm")
    if npm is None or all(name.endswith(".whl") for name in needed):
        return
    command = [npm, "pack", "--silent", "--fetch-retries=1", runtime.described()["packages"]["npm"]]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        for entry in archive:
            name = entry.name.rpartition("/")[2]
            if name in needed and (file := archive.extractfile(entry)) is not None:
                yield name, file.read()


def _by_pip(folder: Path, needed: set[str]) -> Iterator[tuple[str, bytes]]:
    if not any(name.endswith(".whl") for name in needed):
        return
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--retries=1"]
    package = runtime.described()["packages"]["pip"]
    subprocess.run([*pip, "--no-deps", "--dest", str(folder), package], check=True)
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as archive:
        for entry in archive.namelist():
            name = entry.rpartition("/")[2]
            if name in needed:  # of the wheels that lie in it; nothing of the package itself
                yield name, archive.read(entry)


if __name__ == "__main__":
    sys.exit(main())
