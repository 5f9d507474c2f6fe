"""The formulas of Markdown, read by KaTeX and MathJax themselves, which pages and notebooks show them with."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import platformdirs
import pytest
from test_markdown import check, check_tree
from trees import derivations, of_parts

from pages import GROUPS, pages

PACKAGES = ("katex@0.19.1", "mathjax-full@3.2.2")
READER = Path(__file__).parent / "read_formulas.mjs"
UNREACHED = re.compile(
    r"ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|E403|ENOTCACHED"
)


@pytest.fixture(scope="session")
def readers() -> Path:
    """The folder with KaTeX and MathJax, fetched once and kept in the user's cache."""
    missing = [name for name in ("node", "npm") if shutil.which(name) is None]
    if missing:
        pytest.skip(f"needs {' and '.join(missing)}: apt install nodejs npm")
    cache = Path(platformdirs.user_cache_dir("chainrule-tests"))
    folder = cache / "-".join(PACKAGES).replace("@", "-")
    if not folder.is_dir():
        _fetch(cache, folder)
    return folder


def _fetch(cache: Path, folder: Path) -> None:
    """Install into a folder of one's own, which takes its name when it is whole: several tests may do so at once."""
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as own:
        whole = Path(own) / "whole"
        whole.mkdir()
        (whole / "package.json").write_text('{"private": true}', encoding="utf-8")
        command = [
            "npm",
            "install",
            "--no-audit",
            "--no-fund",
            "--ignore-scripts",
            "--fetch-retries=1",
            *PACKAGES,
        ]
        done = subprocess.run(command, cwd=whole, capture_output=True, text=True, timeout=240)
        if done.returncode != 0 and UNREACHED.search(done.stderr):
            pytest.skip(f"needs {' and '.join(PACKAGES)}: npm can't reach its registry")
        assert done.returncode == 0, done.stderr
        try:
            whole.rename(folder)
        except OSError:
            assert folder.is_dir(), "another test has been faster"


def refused(folder: Path, formulas: list[str]) -> list[dict[str, str]]:
    """The formulas that KaTeX or MathJax doesn't take, and why."""
    done = subprocess.run(
        ["node", str(READER)], input=json.dumps({"folder": str(folder), "formulas": formulas}),
        capture_output=True, text=True, timeout=280, encoding="utf-8",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found: list[dict[str, str]] = json.loads(done.stdout)
    return found


def test_what_is_wrong_is_refused(readers: Path) -> None:
    right = r"\begin{aligned} {} &= W_{1} \cr &= \frac{a}{b} \end{aligned} \tag{5.1}"
    wrong = [r"W\sb{1}", r"\frac{a", "a_1_2", r"\begin{aligned} a"]
    said = refused(readers, [right, *wrong, r"\text{Σ y = 1}"])
    assert [(one["reader"], one["formula"]) for one in said] == [
        *(("KaTeX", formula) for formula in [*wrong, r"\text{Σ y = 1}"]),
        *(("MathJax", formula) for formula in wrong),
    ]


@pytest.mark.some(1)
@pytest.mark.parametrize("samples", [1, 3])
@pytest.mark.parametrize("group", GROUPS)
def test_every_formula_is_read(readers: Path, group: str, samples: int) -> None:
    found = [text for _, page in pages(group, samples, (None, 3)) for text in check(page.to_markdown())]
    trees = [*of_parts(group, samples), *derivations().items()]
    found += [text for _, why in trees for text in check_tree(why.to_markdown())]
    # Those that differ in the digits of fractions alone are read alike.
    distinct = sorted({re.sub(r"\d+\.\d+", "0.5", formula.strip("$")) for formula in found})
    assert len(found) >= len(distinct) > 40
    assert refused(readers, distinct) == []
