"""The engine as a page carries it: Python, NumPy and chainrule in six files, without what the page never runs."""

from __future__ import annotations

import gzip
import hashlib
import importlib.metadata
import importlib.util
import io
import json
import shutil
import subprocess
import tarfile
import tempfile
import zipfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from chainrule.errors import MissingPackage
from chainrule.page import runtime
from chainrule.utils.files import replacing

HERE = Path(__file__).parent
Files = dict[str, bytes]

NODE_SECONDS = 120  # after which the bytecode is given up
KEPT = 4  # packed engines that stay in the cache: one for each checkout that is worked on

# Of the standard library: debuggers, mail, servers, other processes, and encodings that no table comes in.
UNUSED = (
    "_pydatetime.py", "_pydecimal.py", "_pyio.py", "_pyrepl/", "argparse.py", "bdb.py", "cProfile.py",
    "concurrent/futures/process.py", "ctypes/macholib/", "curses/", "dbm/", "doctest.py", "encodings/cp0",
    "encodings/cp10", "encodings/cp11", "encodings/cp2", "encodings/cp42", "encodings/cp5", "encodings/cp7",
    "encodings/cp8", "encodings/cp9", "encodings/mac_", "ensurepip/", "ftplib.py", "http/cookie", "http/server.py",
    "imaplib.py", "logging/config.py", "logging/handlers.py", "mailbox.py", "multiprocessing/", "optparse.py",
    "pdb.py", "pickletools.py", "poplib.py", "profile.py", "pstats.py", "pydoc.py", "pydoc_data/", "smtplib.py",
    "sqlite3/", "statistics.py", "tkinter/", "turtle", "unittest/", "venv/", "wsgiref/", "xml/dom/", "xmlrpc/",
)  # fmt: skip
UNUSED_NUMPY = (  # lapack_lite is imported by NumPy's own tests alone
    "numpy/_pyinstaller/", "numpy/conftest.py", "numpy/f2py/", "numpy/linalg/lapack_lite.", "numpy/polynomial/",
    "numpy/testing/",
)  # fmt: skip
QUOTED = "chainrule/expressions/"  # sources that stay: the NumPy script quotes functions of theirs
# Of chainrule: what needs a terminal, or a library, and what the page doesn't ask.
ROOMS_LEFT_OUT = (
    "bench",
    "check",
    "cli",
    "course",
    "diagnosis",
    "exchange",
    "plots",
    "sklearn",
    "worksheets",
)
ABOUT = {
    "chainrule": "MIT",
    "Pyodide": "Mozilla Public License 2.0; its source is at https://github.com/pyodide/pyodide. Here without its "
    "package list; its binary also holds Emscripten's runtime and musl (MIT), zlib, bzip2, xz, zstd, libffi and SQLite",
    "Python": "Python Software Foundation License 2. Here without modules that the page never runs, others as bytecode",
    "latex2mathml": "MIT",
    "client": "libraries that the page draws with",
}


def packed() -> Files:
    """Every file of the engine by its name, packed by gzip; kept, so that the next page is written at once.

    Raises
    ------
    FileError : the runtime is neither on this computer nor to be had
    """
    sources = _sources()
    place = runtime.folder() / f"engine-{_digest(sources)[:16]}.tar"
    if place.is_file():
        return _untarred(place.read_bytes())
    made = {name: gzip.compress(content, 9, mtime=0) for name, content in _contents(sources).items()}
    with replacing(place) as file:
        file.write(_tarred(made.items()))
    kept = sorted(place.parent.glob("engine-*.tar"), key=lambda path: path.stat().st_mtime)
    for old in kept[:-KEPT]:
        with suppress(OSError):
            old.unlink()
    return made


def licences() -> str:
    """The licences of all that a packed engine, and a page around it, is made of."""
    texts = {name: (HERE / "licences" / f"{name}.txt").read_text(encoding="utf-8") for name in ABOUT}
    about = dict(ABOUT)
    wheel = _numpy()
    for name in sorted(wheel):
        if "/licenses/" in name:
            title = f"NumPy: {name.partition('/licenses/')[2]}"
            texts[title], about[title] = wheel[name].decode(), "without its tests, headers and types"
    return "\n\n".join(f"{name} ({about[name]})\n{'=' * 80}\n\n{text}" for name, text in texts.items())


def _sources() -> Files:
    """chainrule itself, as it runs here, and what it needs beside NumPy."""
    found = importlib.util.find_spec("latex2mathml")
    if found is None or found.origin is None:
        raise MissingPackage("latex2mathml", "Writing a page with its engine")
    version = importlib.metadata.version("latex2mathml")  # which it asks for when it is imported
    about = f"Metadata-Version: 2.1\nName: latex2mathml\nVersion: {version}\n"
    files = {f"latex2mathml-{version}.dist-info/METADATA": about.encode()}
    for folder, endings in ((HERE.parent, {".py"}), (Path(found.origin).parent, {".py", ".txt"})):
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder.parent)
            if (
                path.suffix in endings
                and name.parts[1] not in ROOMS_LEFT_OUT
                and "licences" not in name.parts
            ):
                files[name.as_posix()] = path.read_bytes()
    return files


def _digest(sources: Files) -> str:
    digest = hashlib.sha256(b"node" if shutil.which("node") else b"")
    for path in (HERE / "runtime.json", HERE / "precompile.mjs"):
        digest.update(path.read_bytes())
    for name, content in sources.items():
        digest.update(f"{name} {len(content)} ".encode() + content)
    return digest.hexdigest()


def _contents(sources: Files) -> Files:
    files = runtime.files()
    lock = json.dumps(runtime.described()["lock"]).encode()
    numpy = {
        name: content
        for name, content in _numpy().items()
        if name.endswith((".py", ".so")) and "/tests/" not in name and not name.startswith(UNUSED_NUMPY)
    }
    stdlib = {
        name: content
        for name, content in _unzipped(files["python_stdlib.zip"]).items()
        if not name.startswith(UNUSED)
    }
    compiled = _compiled({
        "pyodide-lock.json": lock, "numpy.tar": _tarred(numpy.items()), "chainrule.tar": _tarred(sources.items()),
    })  # fmt: skip
    return {
        "pyodide.mjs": files["pyodide.mjs"],
        "pyodide.asm.mjs": files["pyodide.asm.mjs"],
        "pyodide-lock.json": lock,
        "python_stdlib.zip": _zipped(_with(stdlib, compiled, "stdlib")),
        "pyodide.asm.wasm": files["pyodide.asm.wasm"],
        "numpy.tar": _tarred(sorted(_with(numpy, compiled, "site").items(), key=_suffix)),
        "chainrule.tar": _tarred(_with(sources, compiled, "site").items()),
    }


def _compiled(archives: Files) -> Files:
    """Bytecode of all that is imported at the start; none where there is no Node that could run the engine."""
    node = shutil.which("node")
    if node is None:
        return {}
    with tempfile.TemporaryDirectory() as folder:
        for name, content in archives.items():
            (Path(folder) / name).write_bytes(content)
        command = [node, str(HERE / "precompile.mjs"), f"{runtime.folder()}/", folder]
        try:
            subprocess.run(command, capture_output=True, timeout=NODE_SECONDS, check=True)
        except (OSError, subprocess.SubprocessError):  # too old a Node, say: then the browser compiles
            return {}
        return _untarred((Path(folder) / "compiled.tar").read_bytes())


def _with(sources: Files, compiled: Files, place: str) -> Files:
    """Bytecode in the place of its source, which nobody reads, but for what is quoted."""
    files = {}
    for name, content in sources.items():
        code = None if name.startswith(QUOTED) else compiled.get(f"{place}/{name}c")
        files[name if code is None else f"{name}c"] = content if code is None else code
    return files


def _suffix(file: tuple[str, bytes]) -> str:
    """Files of a kind stand together: gzip looks back 32 kB, and finds what is alike."""
    return Path(file[0]).suffix


def _numpy() -> Files:
    wheels = [content for name, content in runtime.files().items() if name.endswith(".whl")]
    return _unzipped(wheels[0])


def _unzipped(archive: bytes) -> Files:
    with zipfile.ZipFile(io.BytesIO(archive)) as file:
        return {name: file.read(name) for name in sorted(file.namelist()) if not name.endswith("/")}


def _zipped(files: Files) -> bytes:
    """Not packed: gzip does better over the whole, and Python reads it faster."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        for name, content in files.items():
            file.writestr(zipfile.ZipInfo(name), content)
    return archive.getvalue()


def _tarred(files: Iterable[tuple[str, bytes]]) -> bytes:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as file:
        for name, content in files:
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            file.addfile(entry, io.BytesIO(content))
    return archive.getvalue()


def _untarred(archive: bytes) -> Files:
    with tarfile.open(fileobj=io.BytesIO(archive)) as file:
        return {
            entry.name: member.read() for entry in file if (member := file.extractfile(entry)) is not None
        }
