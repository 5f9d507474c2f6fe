"""What a page carries: the whole of what runs, nothing that does not, and the licence of each part."""

from __future__ import annotations

import gzip
import io
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import latex2mathml
import numpy as np
import pytest

import chainrule
from chainrule.page import packing, runtime

SOURCE = Path(chainrule.__file__).parent


def tar_names(packed: bytes) -> set[str]:
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(packed))) as archive:
        return set(archive.getnames())


def as_sources(names: set[str]) -> set[str]:
    return {name.removesuffix("c") if name.endswith(".pyc") else name for name in names}


def test_it_is_small_enough_to_be_sent(engine: packing.Files) -> None:
    assert list(engine) == [
        "pyodide.mjs", "pyodide.asm.mjs", "pyodide-lock.json", "python_stdlib.zip", "pyodide.asm.wasm", "numpy.tar",
        "chainrule.tar",
    ]  # fmt: skip
    assert sum(map(len, engine.values())) < 9.2e6


def test_pyodides_own_files_are_as_they_came(engine: packing.Files) -> None:
    came = runtime.files()
    for name in ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm"):
        assert gzip.decompress(engine[name]) == came[name]


def test_of_the_library_only_the_unused_is_left_out(engine: packing.Files) -> None:
    with zipfile.ZipFile(io.BytesIO(runtime.files()["python_stdlib.zip"])) as archive:
        came = {name for name in archive.namelist() if not name.endswith("/")}
    with zipfile.ZipFile(io.BytesIO(gzip.decompress(engine["python_stdlib.zip"]))) as archive:
        packed = as_sources(set(archive.namelist()))
    assert packed <= came
    for name in (
        "os.py",
        "json/decoder.py",
        "encodings/utf_8.py",
        "encodings/cp1252.py",
        "encodings/cp437.py",
        "csv.py",
    ):
        assert name in packed
    for name in ("pdb.py", "encodings/mac_roman.py", "unittest/case.py"):
        assert name in came - packed


def test_numpy_has_each_of_its_libraries_and_no_test(engine: packing.Files) -> None:
    wheel = next(content for name, content in runtime.files().items() if name.endswith(".whl"))
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        libraries = {name for name in archive.namelist() if name.endswith(".so") and "tests" not in name}
    packed = tar_names(engine["numpy.tar"])
    assert libraries - packed == {name for name in libraries if "lapack_lite" in name}
    assert not [name for name in packed if "/tests/" in name or not name.endswith((".so", ".py", ".pyc"))]


def test_chainrule_is_there_as_it_runs_here(engine: packing.Files) -> None:
    packed = as_sources(tar_names(engine["chainrule.tar"]))
    here = {path.relative_to(SOURCE.parent).as_posix() for path in SOURCE.rglob("*.py")}
    left_out = {name for name in here if name.split("/")[1] in packing.ROOMS_LEFT_OUT}
    assert {name for name in packed if name.startswith("chainrule/")} == here - left_out
    assert "latex2mathml/unimathsymbols.txt" in packed
    assert "chainrule/expressions/special.py" in tar_names(engine["chainrule.tar"])


def test_what_the_start_imports_is_bytecode(engine: packing.Files) -> None:
    if shutil.which("node") is None:
        pytest.fail("there is no Node, which compiles: apt-get install nodejs")
    with zipfile.ZipFile(io.BytesIO(gzip.decompress(engine["python_stdlib.zip"]))) as archive:
        assert {"enum.pyc", "json/decoder.pyc", "asyncio/events.pyc"} < set(archive.namelist())
    assert {"numpy/__init__.pyc", "numpy/_core/numeric.pyc"} < tar_names(engine["numpy.tar"])
    for module in ("chainrule/page/session", "chainrule/model/model", "latex2mathml/converter"):
        assert f"{module}.pyc" in tar_names(engine["chainrule.tar"])


def test_a_change_of_the_package_is_packed_anew(engine: packing.Files) -> None:
    sources = packing._sources()
    before = packing._digest(sources)
    name = "chainrule/errors.py"
    assert packing._digest({**sources, name: sources[name] + b"\n"}) != before


def test_without_node_the_sources_go_along(monkeypatch: pytest.MonkeyPatch) -> None:
    for node in (None, "/bin/false", "/there/is/none"):
        monkeypatch.setattr("shutil.which", lambda name, node=node: node)
        assert packing._compiled({"numpy.tar": b""}) == {}
    assert packing._with({"a.py": b"x = 1"}, {}, "site") == {"a.py": b"x = 1"}
    compiled = {"site/a.py" + "c": b"code", "stdlib/b.pyc": b"other"}
    assert packing._with({"a.py": b"x = 1", "b.py": b""}, compiled, "site") == {"a.pyc": b"code", "b.py": b""}


def test_each_part_has_its_licence(engine: packing.Files) -> None:
    text = packing.licences()
    for stands in (
        "chainrule (MIT)", "Copyright (c) 2026 The chainrule developers",
        "Mozilla Public License Version 2.0", "https://github.com/pyodide/pyodide",
        "PYTHON SOFTWARE FOUNDATION LICENSE VERSION 2",
        "Copyright (c) 2016 Ronie Martinez",
        "Copyright (c) 2005-2025, NumPy Developers.",
        "Copyright (c) 2017 Google LLC", "Copyright (c) 2022-present Preact Team", "Mike Bostock",
    ):  # fmt: skip
        assert stands in text


ALONE = """
from chainrule.page.session import Session

session = Session()
for request in (
    {"do": "open", "settings": {"data": {"name": "spiral"}}, "want": {"values": True, "plane": 8, "confusion": True}},
    {"do": "advance", "by": "epoch", "count": 1},
    {"do": "lines"},
    {"do": "line", "name": "z1"},
    {"do": "why", "entry": "dW1[0, 1]", "depth": 1},
    {"do": "what_if", "changes": {"a1[0, 1]": 0}},
):
    header, _ = session.handle({"id": 1, **request})
    assert "error" not in header, header
print("done")
"""


def test_a_session_needs_numpy_and_latex2mathml_alone(tmp_path: Path) -> None:
    """As in the browser, which has neither the other libraries nor the rooms that are left out."""
    for module in (np, latex2mathml):
        folder = Path(str(module.__file__)).parent
        for place in (folder, folder.with_name(f"{folder.name}.libs")):
            if place.exists():
                (tmp_path / place.name).symlink_to(place)
    about = tmp_path / "latex2mathml-0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: latex2mathml\nVersion: 0\n")
    (tmp_path / "chainrule").mkdir()
    for path in SOURCE.iterdir():
        if path.name not in packing.ROOMS_LEFT_OUT:
            (tmp_path / "chainrule" / path.name).symlink_to(path)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        [sys.executable, "-S", "-c", ALONE], capture_output=True, text=True, env=environment, cwd=tmp_path
    )
    assert done.stderr == ""
    assert done.stdout == "done\n"
