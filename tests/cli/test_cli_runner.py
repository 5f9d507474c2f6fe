"""A run ends with an exit code, and errors are one line on stderr."""

from __future__ import annotations

import pytest

import chainrule as cr


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
    assert (result.code, result.out) == (130, "")  # with a line where a signal came: test_cli_signals
