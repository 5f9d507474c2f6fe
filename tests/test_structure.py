"""The house: imports point down, rooms have doors, files and functions are small."""

from __future__ import annotations

import ast
import graphlib
import re
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import chainrule as cr
from loaded import ROOT, script

MAX_FILE, MAX_MEDIAN, MAX_FUNCTION, MAX_LOOSE = 400, 150, 40, 9

ROOMS = script("scripts/rooms.py")
FILES: dict[str, Path] = ROOMS.modules()


def tree(name: str) -> ast.Module:
    syntax: ast.Module = ROOMS.tree(FILES[name])
    return syntax


LINES = {
    path.relative_to(ROOMS.SOURCE).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
    for path in FILES.values()
}


def _excepted() -> set[str]:
    """The files and functions that the design page names as larger, each with its reason."""
    page = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
    part = page.partition("\n## What is larger")[2].partition("\n## ")[0]
    return set(re.findall(r"^- `([^`]+)`: \w", part, re.M))


def _circle(graph: dict[str, set[str]]) -> str:
    try:
        list(graphlib.TopologicalSorter(graph).static_order())
    except graphlib.CycleError as error:
        return " imports ".join(reversed(error.args[1]))
    return ""


def test_a_circle_would_be_found() -> None:
    assert _circle({"a": {"b"}, "b": {"c"}, "c": {"a"}}) in (
        "a imports b imports c imports a", "b imports c imports a imports b", "c imports a imports b imports c",
    )  # fmt: skip
    assert "chainrule.trace" in ROOMS.imports()["chainrule.network"]  # which it does within a function
    assert "chainrule.training.history" in ROOMS.imports()["chainrule.network"]  # and this for type checkers


def test_no_circle_of_files() -> None:
    assert _circle(ROOMS.imports()) == ""


def test_no_circle_of_rooms() -> None:
    assert _circle(ROOMS.rooms()) == ""


def test_nothing_below_the_command_line_imports_the_package_as_a_whole() -> None:
    whole = {ROOMS.room(name) for name, imports in ROOMS.imports().items() if "chainrule" in imports}
    assert whole <= {"cli", "bench"}


def test_the_reader_of_pages_shares_nothing_with_their_writer() -> None:
    """It is what tests that a page is true, so it imports nothing of the package; and one way within itself."""
    graph: dict[str, set[str]] = {}
    for path in sorted((ROOT / "tests" / "reader").glob("[a-z]*.py")):
        read = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        graph[f"reader.{path.stem}"] = {
            name
            for node in read
            for name in (
                [alias.name for alias in node.names] if isinstance(node, ast.Import)
                else [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            )
        }  # fmt: skip
    assert len(graph) > 10
    assert {name.partition(".")[0] for of in graph.values() for name in of} <= {
        "reader",
        "numpy",
        *sys.stdlib_module_names,
    }
    assert _circle(graph) == ""


def test_a_file_imports_no_door_behind_which_it_stands() -> None:
    assert [
        f"{name} imports {door}"
        for name, imports in ROOMS.imports().items()
        for door in imports
        if name.startswith(f"{door}.") and door != "chainrule"
    ] == []


def test_files_are_small() -> None:
    assert statistics.median(LINES.values()) <= MAX_MEDIAN
    assert {name for name, lines in LINES.items() if lines > MAX_FILE} <= _excepted()


def _functions(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Each function with the lines of its body, without its docstring."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) is not None else node.body
            last = node.end_lineno
            assert last is not None
            yield node.name, last - body[0].lineno + 1 if body else 0


def _large_functions() -> dict[str, int]:
    return {
        f"{FILES[name].relative_to(ROOMS.SOURCE).as_posix()}: {function}": lines
        for name in FILES
        for function, lines in _functions(tree(name))
        if lines > MAX_FUNCTION
    }


def test_a_function_fits_a_screen() -> None:
    assert set(_large_functions()) <= _excepted()


def test_what_is_excepted_is_there_and_larger() -> None:
    large = {name for name, lines in LINES.items() if lines > MAX_FILE} | set(_large_functions())
    assert _excepted() <= large


def test_few_files_are_loose() -> None:
    assert len([name for name in LINES if "/" not in name]) <= MAX_LOOSE


@pytest.mark.parametrize("name", sorted(name for name, path in FILES.items() if path.name == "__init__.py"))
def test_a_door_says_in_a_sentence_what_its_room_does(name: str) -> None:
    first = (ast.get_docstring(tree(name)) or "").split("\n\n")[0]
    assert first.endswith("."), name


def test_the_picture_shows_every_room() -> None:
    picture = (ROOT / "docs" / "images" / "rooms.svg").read_text(encoding="utf-8")
    shown = set(re.findall(r">([\w]+)</text>", picture))
    assert shown == set(ROOMS.rooms())


def test_an_arrow_that_follows_from_others_is_left_out() -> None:
    graph = {"a": {"b", "c"}, "b": {"c"}, "c": set()}
    assert ROOMS.reduced(graph) == {"a": {"b"}, "b": {"c"}, "c": set()}
    assert ROOMS.levels(graph) == {"a": 2, "b": 1, "c": 0}


def test_the_face_of_a_network_has_what_users_ask_for() -> None:
    net = cr.Network([2, 3, 2])
    assert {name for name in dir(net) if name[0] != "_"} == {
        "answers", "buffers", "check", "classes", "classify", "code", "constants", "decisions", "diagnose", "dtype",
        "evaluate",
        "export",
        "features", "fit",
        "freeze", "frozen", "gradients", "input_dtype", "inputs", "layers", "loss", "loss_part", "metadata", "outputs",
        "paired_loss", "parameters", "penalty", "play", "predict", "program", "reset", "save", "scale_target",
        "steps",
        "threshold", "title", "trace", "trained", "unfreeze", "weights",
    }  # fmt: skip
