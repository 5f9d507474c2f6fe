"""Every snippet of the pages runs; one that stops working names its page and line."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import matplotlib
import pytest
from site_built import DOCS

from loaded import ROOT, script
from pages_told import pages

snippets: Any = script("docs/_ext/snippets.py")
alike = pages.alike

MOST_LINES = 15  # of a job's snippet
OUTPUT = re.compile(r"^```(text|console)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
COMMAND = re.compile(r"^(\$ .*\n)((?:(?!\$ ).*\n)*)", re.MULTILINE)  # and what is shown below it
JOBS = [
    (path, block)
    for path in sorted((DOCS / "cookbook").glob("*.md"))
    for block in snippets.blocks(path)
    if block.language == "python"
]


@pytest.fixture(autouse=True)
def quiet_figures() -> Any:
    matplotlib.use("agg")
    yield
    from matplotlib import pyplot as plt

    plt.close("all")


@pytest.mark.some(16)
@pytest.mark.parametrize(("path", "block"), JOBS, ids=[f"{path.stem}-{block.line}" for path, block in JOBS])
def test_a_job_of_the_cookbook_runs_and_prints_what_it_shows(path: Path, block: Any) -> None:
    assert sum(bool(line.strip()) for line in block.text.splitlines()) <= MOST_LINES
    shown = snippets.Snippets(f"docs/cookbook/{path.name}")
    printed = shown.run(block.text, block.line).printed
    below = OUTPUT.findall(section(path, block))
    assert ("print(" in block.text) == any(language == "text" for language, _ in below)
    for language, text in below:
        if language == "text":
            assert alike(text, printed), printed
        for command, output in COMMAND.findall(text) if language == "console" else ():
            came = shown.run(command, block.line).printed
            assert alike(output, came), f"{command}\n{came}"
    if block.text.count("Starlette("):
        _ask(shown.space["app"])


def section(path: Path, block: Any) -> str:
    """The recipe that a block stands in, from its title to the next one."""
    before, _, after = path.read_text(encoding="utf-8").partition(block.text)
    return before.rpartition("\n## ")[2] + block.text + after.partition("\n## ")[0]


def test_outputs_are_compared_word_by_word_and_number_by_number() -> None:
    assert alike("loss 0.51  of [1,000 2]\n", "loss 0.512 of [1,010  2]")
    for other in ("loss 0.57 of [1,000 2]", "lost 0.51 of [1,000 2]", "loss 0.51 of [1,000]", ""):
        assert not alike("loss 0.51 of [1,000 2]", other)


@pytest.mark.parametrize("path", sorted({path for path, _ in JOBS}), ids=lambda path: path.stem)
def test_a_job_says_what_it_needs_beside_the_package(path: Path) -> None:
    """The extra, for modules that `pip install chainrule` does not bring."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    there = {"chainrule", "sklearn", *map(distribution, project["dependencies"])}
    for block in (block for each, block in JOBS if each == path):
        told = re.findall(r"^Needs (.*?)\.$", section(path, block), re.MULTILINE | re.DOTALL)
        wanted = set(re.findall(r"^(?:import|from) (\w+)", block.text, re.MULTILINE))
        for name in wanted - there - set(sys.stdlib_module_names):
            brought = [extra for extra in extras if name in map(distribution, extras[extra])]
            users = [f"chainrule[{extra}]" for extra in brought if extra not in ("bench", "test")]
            assert told, f"{path.name}:{block.line} needs {name}"
            assert any(word in told[0] for word in users or [name]), (name, told)
        if "chainrule.sklearn" in block.text:
            assert told == ["`chainrule[sklearn]`"], block.line


def distribution(requirement: str) -> str:
    """The name alone of what is required."""
    return re.split(r"[\[>=<]", requirement)[0]


PAGES = [
    path for path in sorted(DOCS.rglob("*.md")) if path.name != "design.md"
]  # which quotes its contracts


def test_what_a_reader_copies_from_the_top_down_has_its_names(tmp_path: Path) -> None:
    """By ruff, of the Python that each page shows: F821 is a name that nothing before it defines."""
    for path in PAGES:
        file = tmp_path / path.relative_to(DOCS).with_suffix(".py")
        file.parent.mkdir(exist_ok=True)
        file.write_text("\n".join([*shown_python(path), ""]), encoding="utf-8")
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "--quiet"]
    command += ["--select", "F821", "--output-format", "concise", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.stdout + done.stderr == ""


def shown_python(path: Path) -> list[str]:
    """The Python that a page shows, each line where it stands on the page."""
    lines: list[str] = []
    for block in snippets.blocks(path):
        options = "".join(re.findall(r"\A(?::\w+:.*\n)+", block.text))
        code = block.text.removeprefix(options)
        shown = block.language == "{chainrule-run}" and ":hidden:" not in options and code[0] != "$"
        if block.language == "python" or shown:
            first = block.line + options.count("\n")
            lines += [""] * (first - 1 - len(lines)) + code.splitlines()
    return lines


RUN_ELSEWHERE = (
    "adding", "checkpoints", "columns", "diagnosis", "evaluation", "exchange", "exercises", "export", "grading",
    "proofread", "python", "scale", "sklearn", "tables",
)  # by tests of their own  # fmt: skip
NOT_RUN_HERE = {DOCS / f"{name}.md" for name in RUN_ELSEWHERE} | {
    path for folder in ("cookbook", "own") for path in (DOCS / folder).glob("*.md")
}


@pytest.mark.parametrize(
    "path", sorted(set(DOCS.rglob("*.md")) - NOT_RUN_HERE), ids=lambda path: path.relative_to(DOCS).as_posix()
)
def test_a_page_prints_what_it_shows(path: Path) -> None:
    pages.told(path)


def test_what_is_not_run_here_is_run_by_a_test_of_its_own() -> None:
    texts = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    for name in RUN_ELSEWHERE:
        told = f'told("{name}.md")', f'("{name}.md", ', f'snippets.Snippets("docs/{name}.md")'
        assert any(each in texts for each in told), name


@pytest.mark.parametrize(
    "path", sorted(DOCS.rglob("*.md")), ids=lambda path: path.relative_to(DOCS).as_posix()
)
def test_the_commands_of_a_page_are_there(path: Path) -> None:
    pages.check_commands(path)


def _ask(app: Any) -> None:
    """The service answers, also to nonsense."""
    import threading

    import uvicorn

    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        assert len(_posted(port, b'{"rows": [[1, 2], [3, 4]]}')["probabilities"]) == 2
        assert "error" in _posted(port, b'{"rows": [[1, 2, 3]]}')
    finally:
        server.should_exit = True
        thread.join(10)


def _posted(port: int, body: bytes) -> Any:
    import http.client
    import json

    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("POST", "/predict", body)
    answer = json.loads(connection.getresponse().read())
    connection.close()
    return answer


def test_the_first_page_of_python_runs_from_top_to_bottom() -> None:
    page = snippets.Snippets("docs/python.md")
    found = [block for block in snippets.blocks(DOCS / "python.md") if block.language == "python"]
    printed = "".join(page.run(block.text, block.line).printed for block in found)
    assert [block.language for block in snippets.blocks(DOCS / "python.md")].count("text") == 0
    assert len(found) == 2
    assert "L = -Σ y ⊙ log a2 = -(0×(-0.154402) + 1×(-1.944402)) = 1.944402" in printed
    assert "1{z1 > 0}" in printed


def test_each_job_says_what_it_is_called_elsewhere() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in sorted((DOCS / "cookbook").glob("*.md")))
    assert text.count("\n## ") == text.count("\n\nElsewhere: `") == len(JOBS) >= 30


def test_a_snippet_that_fails_names_its_page_and_line(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Page\n\n```python\nx = 1\n\nx + unknown\n```\n\n````text\n```python\n```\n````\n")
    found = list(snippets.blocks(page))
    assert [(block.language, block.line) for block in found] == [("python", 4), ("text", 10)]
    for text, said in [
        (found[0].text, "docs/page.md:6: NameError: name 'unknown' is not defined"),
        ("x = (\n", "docs/page.md:4: SyntaxError: '(' was never closed (page.md, line 4)"),
        ("import warnings\nwarnings.warn('old')\n", "docs/page.md:5: UserWarning: old"),
        ("raise SystemExit(3)", "docs/page.md:4: SystemExit: 3"),
        ("$ chainrule explain dW9", "docs/page.md:4: RuntimeError: '$ chainrule explain dW9' ended with 2"),
    ]:
        with pytest.raises(snippets.SnippetFailed) as error:
            snippets.Snippets("docs/page.md").run(text, 4)
        assert str(error.value) == said


PRINTS = "```python\nprint(1)\nprint(2)\n```\n\n```text\n1\n3\n```"
UNTRUE = {  # after three lines more: the line that is named, and what is said of it
    "fails": ("```python\nx = 1\nx + unknown\n```", 6, "NameError: name 'unknown' is not defined"),
    "reads": ("```python\n\nx = (\n```", 6, "SyntaxError: '(' was never closed (reads.md, line 6)"),
    "prints": (PRINTS, 11, "printed is '2', and the page shows '3'"),
    "command": (
        "```console\n$ ls\n$ chainrule fit | cat\n```",
        6,
        "chainrule fit: there is no command 'fit'",
    ),
    "option": ("```console\n$ chainrule why --hant\n```", 5, "chainrule why --hant: No such option: --hant"),
    "prose": ("So `chainrule why dW1\n--all` does.", 4, "chainrule why dW1 --all …: No such option: --all"),
}


def test_what_is_not_true_of_any_page_fails_the_build_and_names_page_and_line(tmp_path: Path) -> None:
    said = []
    for name, (block, line, error) in UNTRUE.items():
        (tmp_path / f"{name}.md").write_text(f"---\norphan: true\n---\n{block}\n")
        said.append(f"ERROR: {name}.md:{line}: {error}")
    (tmp_path / "index.md").write_text("# Page\n\n```python\nimport chainrule as cr\n```\n")
    done = built_of(tmp_path, "told")
    assert done.returncode == 1
    assert sorted(line for line in done.stderr.splitlines() if line.startswith("ERROR")) == sorted(said)


def test_of_the_cookbooks_output_numbers_may_be_a_little_off(tmp_path: Path) -> None:
    (tmp_path / "cookbook").mkdir()
    text = "```python\nprint('loss', 0.512)\n```\n\n```text\nloss {}\n```\n"
    places = [tmp_path / "cookbook" / "training.md", tmp_path / "other.md"]
    for path, shown, right in [(places[0], 0.51, True), (places[0], 0.57, False), (places[1], 0.51, False)]:
        path.write_text(text.format(shown), encoding="utf-8")
        if right:
            assert pages.told(path).printed == "loss 0.512\n"
            continue
        with pytest.raises(pages.SnippetFailed) as error:
            pages.told(path)
        assert str(error.value).startswith(f"{path.name}:6: printed is 'loss 0.512")


def test_a_page_whose_package_is_not_here_is_named_and_fails_nothing(tmp_path: Path) -> None:
    (tmp_path / "index.md").write_text("# Page\n\n```python\nimport no_such_package\n```\n")
    done = built_of(tmp_path, "told")
    assert done.returncode == 0
    assert done.stderr == (
        "from there on not run, for want of a package: index.md:4: ModuleNotFoundError: "
        "No module named 'no_such_package'\n"
    )


def built_of(folder: Path, extension: str) -> subprocess.CompletedProcess[str]:
    """A site of the pages in a folder, with one of our extensions."""
    (folder / "conf.py").write_text(
        f"import sys; sys.path.insert(0, {str(DOCS / '_ext')!r}); extensions = ['myst_parser', {extension!r}]"
    )
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "--no-color"]
    return subprocess.run(
        [*command, str(folder), str(folder / "site")],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
        cwd=ROOT,
    )


def test_so_does_one_that_the_build_runs(tmp_path: Path) -> None:
    said = []
    for name, options in [("index", ""), ("one", ":hidden:\n"), ("two", ":hidden:\n:silent:\n\n")]:
        text = f"---\norphan: true\n---\n# Page\n\nText.\n\n```{{chainrule-run}}\n{options}x = 1\nx + unknown\n```\n"
        (tmp_path / f"{name}.md").write_text(text)
        line = text.splitlines().index("x + unknown") + 1
        said.append(f"ERROR: docs/{name}.md:{line}: NameError: name 'unknown' is not defined")
    done = built_of(tmp_path, "running")
    assert done.returncode == 1
    for each in said:
        assert each in done.stderr
