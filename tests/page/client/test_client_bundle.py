"""What is bundled is what the sources give, and names no host."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest
from shown_page import STATIC

CLIENT = Path(__file__).parents[3] / "client"
BUNDLE = json.loads((STATIC / "bundle.json").read_text(encoding="utf-8"))


def test_the_bundle_is_of_these_sources() -> None:
    found = {path.relative_to(CLIENT).as_posix() for path in (CLIENT / "src").rglob("*") if path.is_file()}
    assert set(BUNDLE["sources"]) == found | {"build.mjs", "package.json", "package-lock.json"}
    for name, digest in BUNDLE["sources"].items():
        told = f"{name} has changed since the page was bundled: make client"
        assert sha256((CLIENT / name).read_bytes()).hexdigest() == digest, told


def test_what_is_shipped_is_what_was_bundled() -> None:
    for name, digest in BUNDLE["outputs"].items():
        assert sha256((STATIC / name).read_bytes()).hexdigest() == digest, name


def test_bundling_anew_gives_the_same_bytes(tmp_path: Path) -> None:
    if shutil.which("node") is None or not (CLIENT / "node_modules/esbuild").is_dir():
        pytest.skip("needs Node and client/node_modules: make client")
    subprocess.run(["node", str(CLIENT / "build.mjs"), str(tmp_path)], check=True, timeout=120)
    for name in [*BUNDLE["outputs"], "bundle.json"]:
        assert (tmp_path / name).read_bytes() == (STATIC / name).read_bytes(), name


def test_no_file_of_the_client_names_a_host() -> None:
    harmless = r"www\.w3\.org|.*\.invalid"  # names of standards, and what no host can be called
    for path in [*(CLIENT / "src").rglob("*"), *STATIC.glob("*"), CLIENT / "build.mjs", CLIENT / ".npmrc"]:
        if path.suffix in (".js", ".css", ".html", ".mjs", ".json", ""):
            hosts = (
                set(re.findall(r"https?://([\w.-]+\.\w+)", path.read_text(encoding="utf-8")))
                if path.is_file()
                else set()
            )
            assert {host for host in hosts if not re.fullmatch(harmless, host)} == set(), path
