"""The engine's files: named with their hashes, downloaded where they lack, refused where they are others."""

from __future__ import annotations

import hashlib
import io
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from chainrule.errors import FileError
from chainrule.page import runtime
from chainrule.page.runtime import RuntimeFile
from loaded import script

CONTENTS = {"python.wasm": b"\0asm and more", "numpy.whl": b"PK and more"}


class Site:
    """A web site on this computer: what its folder holds is served, and what was asked for is written down."""

    def __init__(self, folder: Path) -> None:
        asked = self.asked = list[str]()

        class Handler(SimpleHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                asked.append(self.path)

        self.folder = folder
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
        self.url = f"http://127.0.0.1:{self.server.server_port}/full/"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    (tmp_path / "site" / "full").mkdir(parents=True)
    for name, content in CONTENTS.items():
        (tmp_path / "site" / "full" / name).write_bytes(content)
    site = Site(tmp_path / "site")
    thread = threading.Thread(target=site.server.serve_forever)
    thread.start()
    yield site
    site.server.shutdown()
    thread.join()
    site.server.server_close()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, and a list of two small files that nobody has."""
    nowhere = ("http://127.0.0.1:9/one/", "http://127.0.0.1:9/two/")
    files = [
        RuntimeFile(name, hashlib.sha256(content).hexdigest(), nowhere) for name, content in CONTENTS.items()
    ]
    monkeypatch.setattr(runtime, "listed", lambda: files)
    monkeypatch.delenv("CHAINRULE_RUNTIME_URL", raising=False)
    monkeypatch.setenv("CHAINRULE_RUNTIME", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_the_list_names_what_pyodide_needs() -> None:
    files = runtime.listed()
    assert [file.name.partition("-")[0] for file in files] == [
        "pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip", "numpy",
    ]  # fmt: skip
    for file in files:
        assert len(bytes.fromhex(file.sha256)) == 32
        assert all(site.startswith("https://") and site.endswith("/") for site in file.sites)


def test_the_cache_is_the_users_own_unless_a_folder_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    monkeypatch.delenv("CHAINRULE_RUNTIME", raising=False)
    assert runtime.folder().name == f"pyodide-{runtime.described()['pyodide']}"
    assert "chainrule" in runtime.folder().parts
    monkeypatch.setenv("CHAINRULE_RUNTIME", "~/engine")
    assert runtime.folder() == Path.home() / "engine"


def test_what_lacks_is_downloaded_once(folder: Path, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [file.name for file in runtime.missing()] == list(CONTENTS)
    assert runtime.files(site.url) == CONTENTS
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == CONTENTS
    assert site.asked == ["/full/python.wasm", "/full/numpy.whl"]
    assert runtime.missing() == []
    monkeypatch.setenv("CHAINRULE_RUNTIME_URL", site.url)
    assert runtime.files() == CONTENTS
    assert len(site.asked) == 2


def test_a_damaged_file_is_downloaded_anew(folder: Path, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.mkdir()
    (folder / "python.wasm").write_bytes(CONTENTS["python.wasm"])
    (folder / "numpy.whl").write_bytes(b"half of i")
    monkeypatch.setenv("CHAINRULE_RUNTIME_URL", site.url.rstrip("/"))
    assert runtime.files() == CONTENTS
    assert site.asked == ["/full/numpy.whl"]


def test_another_file_than_the_right_one_is_refused(folder: Path, site: Site) -> None:
    (site.folder / "full" / "numpy.whl").write_bytes(b"another")
    with pytest.raises(FileError) as refused:
        runtime.files(site.url)
    assert str(refused.value) == (
        "the page's engine is not on this computer and could not be downloaded "
        f"({site.url}numpy.whl has a wrong SHA-256). Run 'make page-runtime' in a checkout of chainrule, or put "
        f"numpy.whl into {folder}; another folder can be named with the variable CHAINRULE_RUNTIME, another site with "
        "CHAINRULE_RUNTIME_URL."
    )
    assert [path.name for path in folder.iterdir()] == ["python.wasm"]


def test_each_site_is_tried_and_its_answer_told(folder: Path, site: Site) -> None:
    with pytest.raises(FileError) as refused:
        runtime.files()
    assert (
        "(http://127.0.0.1:9/one/python.wasm could not be reached; http://127.0.0.1:9/two/python.wasm could not be "
        "reached)" in str(refused.value)
    )
    assert f"put python.wasm, numpy.whl into {folder}" in str(refused.value)
    (site.folder / "full" / "python.wasm").unlink()
    with pytest.raises(FileError, match=r"/full/python\.wasm answered 404"):
        runtime.files(site.url)


def test_a_folder_that_cannot_be_made_is_told(
    folder: Path, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("CHAINRULE_RUNTIME", str(tmp_path / "file" / "below"))
    with pytest.raises(FileError, match=r"below can't be made: .*\. Name another with CHAINRULE_RUNTIME\."):
        runtime.files(site.url)


def test_npm_and_pip_bring_the_files_out_of_their_packages(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = []

    def run(command: list[str], cwd: Path | None = None, **_: object) -> None:
        asked.append(command[-1])
        if cwd is not None:
            with tarfile.open(cwd / "pyodide.tgz", "w:gz") as archive:
                for name in ("README.md", "python.wasm"):
                    entry = tarfile.TarInfo(f"package/{name}")
                    entry.size = len(CONTENTS["python.wasm"])
                    archive.addfile(entry, io.BytesIO(CONTENTS["python.wasm"]))
        else:
            place = Path(command[command.index("--dest") + 1])
            with zipfile.ZipFile(place / "other.whl", "w") as archive:
                archive.writestr("other/app.py", "import app")
                archive.writestr("other/pyodide/numpy.whl", CONTENTS["numpy.whl"])

    page_runtime = script("scripts/page_runtime.py")
    monkeypatch.setattr(page_runtime.shutil, "which", lambda name: name)
    monkeypatch.setattr(page_runtime.subprocess, "run", run)
    monkeypatch.setattr(page_runtime.packing, "packed", lambda: {"numpy.tar": b"x" * 1_500_000})
    assert page_runtime.main() == 0
    assert asked == [runtime.described()["packages"]["npm"], runtime.described()["packages"]["pip"]]
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == CONTENTS
    assert capsys.readouterr().out == f"the page's engine is in {folder}: 1.5 MB packed\n"


def test_no_foreign_file_is_kept(folder: Path) -> None:
    with pytest.raises(FileError, match=r"^numpy\.whl is not the file that chainrule's page needs"):
        runtime.keep(runtime.listed()[1], b"another")
    assert not folder.exists()
