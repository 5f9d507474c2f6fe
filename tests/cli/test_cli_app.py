"""What all commands have in common: help, examples, errors, exit codes."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

import chainrule as cr
from chainrule.cli import explain
from chainrule.errors import UnknownName
from chainrule.parts.contract import Optimizer

COMMANDS = ("compare", "explain", "why", "code", "train", "predict", "info")


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
        result = chainrule(*words[1:])
        assert result.code == 0, (line, result.err)
        written = words[words.index("--out") + 1] if "--out" in words else ""
        assert (folder / written).stat().st_size > 0
        assert result.out or f"written to {written}\n" in result.err


@pytest.mark.parametrize("command", COMMANDS)
def test_help_is_ascii_apart_from_its_frames(command, chainrule):
    # so that it can be shown where nothing else can be
    assert {c for c in chainrule(command, "--help").out if not c.isascii()} <= set("╭╮╰╯─│")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nope"], "No such command 'nope'. See: chainrule --help"),
        (["explian"], "No such command 'explian'. Did you mean 'explain'? See: chainrule --help"),
        (["why"], "Missing argument 'NUMBER'. See: chainrule why --help"),
        (["train"], "Missing argument 'DATA'. See: chainrule train --help"),
        (["info"], "Missing argument 'MODEL'. See: chainrule info --help"),
        (
            ["train", "iris.csv", "--epochs", "1.5"],
            "Invalid value for '--epochs': '1.5' is no whole number. See: chainrule train --help",
        ),
        (
            ["train", "iris.csv", "--epochs", "0"],
            "Invalid value for '--epochs': 0 is too small, it must be at least 1. See: chainrule train --help",
        ),
        (
            ["train", "iris.csv", "--batch-size", "-3"],
            "Invalid value for '--batch-size': -3 is too small, it must be at least 1. See: chainrule train --help",
        ),
        (
            ["code", "--seed", "-1"],
            "Invalid value for '--seed': -1 is too small, it must be at least 0. See: chainrule code --help",
        ),
        (
            ["explain", "--lr", "abc"],
            "Invalid value for '--lr': 'abc' is no number. See: chainrule explain --help",
        ),
        (["explain", "--lr", "-1"], "--lr -1.0 is out of range: it must be at least 0."),
        (["explain", "--lr", "nan"], "--lr nan is out of range: it must be at least 0."),
        (
            ["code", "--optimizer", "adm"],
            str(UnknownName("optimizer", "adm", list(Optimizer.known()))),
        ),
    ],
)
def test_wrong_words_and_numbers_are_one_line(refused, arguments, message):
    assert refused(*arguments) == message


def test_an_unknown_option_is_named(refused):
    # what it could have been is typer's to say, and differs between its versions
    said = refused("explain", "--bogus")
    assert said.startswith("No such option: --bogus")
    assert said.endswith("See: chainrule explain --help")


def break_explain(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def broken(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(cr.Network, "trace", broken)


def test_a_bug_asks_to_be_reported(chainrule, monkeypatch):
    break_explain(monkeypatch, AssertionError("two and two\nare five"))
    result = chainrule("explain")
    assert (result.code, result.out) == (3, "")
    assert result.err == (
        "chainrule: this is a bug in chainrule, not in what you gave it (AssertionError: two and two are five). "
        "Please report it, with the command and with what it prints when the variable CHAINRULE_DEBUG=1 is set.\n"
    )


def test_the_variable_for_debugging_shows_the_traceback(chainrule, monkeypatch):
    break_explain(monkeypatch, AssertionError("five"))
    monkeypatch.setenv("CHAINRULE_DEBUG", "1")
    result = chainrule("explain")
    assert result.code == 3
    assert result.err.startswith("Traceback (most recent call last):\n")
    assert "AssertionError: five\nchainrule: this is a bug" in result.err
    assert "Traceback" in chainrule("info", "nope").err


def test_a_file_that_fails_unforeseen_is_a_bug_too(chainrule, monkeypatch):
    break_explain(monkeypatch, PermissionError(13, "Permission denied", "some/file"))
    assert chainrule("explain").code == 3


def test_too_little_memory_says_what_helps(chainrule, monkeypatch):
    break_explain(monkeypatch, MemoryError())
    result = chainrule("explain")
    assert result.code == 2
    assert result.err == (
        "chainrule: there is not enough memory for this: take fewer samples or smaller layers.\n"
    )


def test_ctrl_c_is_no_error(chainrule, monkeypatch):
    break_explain(monkeypatch, KeyboardInterrupt())
    result = chainrule("explain")
    assert (result.code, result.out, result.err) == (130, "", "")


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
