"""What all commands have in common: help, examples, errors, exit codes."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import chainrule as cr
from chainrule.cli import explain
from chainrule.cli.app import NAMES, Commands

COMMANDS = ("compare", "explain", "why", "code", "train", "diagnose", "predict", "evaluate", "info")


def examples(help_text: str) -> list[str]:
    lines = [line.strip() for line in help_text.splitlines()]
    start = next(i for i, line in enumerate(lines) if line in ("Example:", "Examples:"))
    found = []
    for line in lines[start + 1 :]:
        if not line.startswith("chainrule "):
            break
        found.append(line)
    return found


def test_alone_it_shows_its_help(chainrule):
    alone, asked = chainrule(), chainrule("--help")
    assert alone.code == asked.code == 0
    assert alone.err == asked.err == ""
    assert alone.out == asked.out
    for command in COMMANDS:
        assert f"│ {command} " in alone.out


def test_version(chainrule):
    assert chainrule("--version").out == f"chainrule {cr.__version__}\n"


def test_every_file_with_a_command_is_listed() -> None:
    files = {
        path.stem
        for path in Path(explain.__file__).parent.glob("*.py")
        if "\ndef command(" in path.read_text(encoding="utf-8")
    }
    assert files == set(NAMES) == set(Commands())
    assert len(Commands()) == len(NAMES)


def test_a_command_starts_without_the_others() -> None:
    script = (
        "import sys; from chainrule.cli import run; code = run(['info', '--engine']); "
        "print(code, *(name for name in sys.modules if name.startswith('chainrule.cli.')))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    code, *modules = done.stdout.splitlines()[-1].split()
    assert code == "0"
    assert {name.rpartition(".")[2] for name in modules} & set(NAMES) == {"info"}


@pytest.mark.some(2)
@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_shows_examples_on_one_line_each_and_they_run(command, chainrule, folder, request, monkeypatch):
    shown = chainrule(*command.split(), "--help")
    assert shown.code == 0
    assert max(map(len, shown.out.splitlines())) <= 80
    found = examples(shown.out)
    assert found
    for line in found:
        if "mnist" in line:
            monkeypatch.setenv("CHAINRULE_DATA", str(request.getfixturevalue("mnist_folder")))
        words = shlex.split(line)
        if words[1] == "play":
            continue  # it runs until Ctrl-C: test_cli_play has its examples
        result = chainrule(*words[1:])
        assert result.code == 0, (line, result.err)
        written = words[words.index("--out") + 1] if "--out" in words else ""
        assert result.out.strip() or f"written to {written}\n" in result.err, line
        if written:
            assert len((folder / written).read_bytes()) > 20, line


@pytest.mark.parametrize("command", COMMANDS)
def test_help_is_ascii_apart_from_its_frames(command, chainrule):
    # so that it can be shown where nothing else can be
    assert {c for c in chainrule(command, "--help").out if not c.isascii()} <= set("╭╮╰╯─│")


MODELS = {
    "no such file": None,
    "a folder": "folder",
    "empty": b"",
    "noise": bytes(range(256)),
    "a table": b"a,b\n1,2\n",
}


@pytest.mark.parametrize("command", [["info"], ["explain"], ["why"], ["code"], ["predict"]])
@pytest.mark.parametrize("case", MODELS)
def test_a_bad_model_file_is_said_as_the_library_says_it(refused, folder, command, case):
    content = MODELS[case]
    path = Path("bad.safetensors")
    if content == "folder":
        path.mkdir()
    elif isinstance(content, bytes):
        path.write_bytes(content)
    with pytest.raises(cr.ChainruleError) as raised:
        cr.load(path)
    extra = {"why": ["dW1", "0", "1"], "predict": ["new.csv"]}.get(command[0], [])
    expected = str(raised.value).replace("net.save wrote", "chainrule train --out wrote")
    assert refused(*command, str(path), *extra) == expected
    assert str(path) in expected


@pytest.mark.parametrize("damage", ["cut", "flipped"])
def test_a_damaged_model_is_refused(refused, folder, damage):
    path = folder / "model.safetensors"
    content = bytearray(path.read_bytes())
    if damage == "cut":
        content = content[:-40]
    else:
        content[-20] ^= 0xFF
    path.write_bytes(content)
    assert "damaged" in refused("info", "model.safetensors")


def test_the_hint_after_the_worked_example_runs(chainrule):
    for line in explain.NEXT.removeprefix("\n\nnext: ").split("    "):
        assert chainrule(*shlex.split(line)[1:]).code == 0
