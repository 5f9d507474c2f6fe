"""Our solutions: their examples run, their numbers are a step's, and each is marked right."""

from __future__ import annotations

import ast
import doctest
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from learner import marked

import chainrule as cr
from chainrule.course import CHAPTERS, found, write_course, write_solutions
from chainrule.course.chapters import SOLUTIONS

TITLES = [
    "forward", "softmax", "loss", "gradients", "update", "training", "adam", "batch normalization", "digits",
]  # fmt: skip


def space(number: int) -> dict[str, Any]:
    """What a solution defines."""
    names: dict[str, Any] = {"__name__": "solution"}
    exec(compile(CHAPTERS[number - 1].solution, CHAPTERS[number - 1].file, "exec"), names)
    return names


def test_the_chapters_and_their_files() -> None:
    assert [chapter.title for chapter in CHAPTERS] == TITLES
    assert [chapter.number for chapter in CHAPTERS] == list(range(1, 10))
    for chapter in CHAPTERS:
        assert chapter.solution.splitlines()[0] == f"# chainrule course: {chapter.title}"
        assert list(chapter.functions) == list(chapter.marking), chapter.title


@pytest.mark.parametrize("number", range(1, 9))
def test_the_examples_in_their_docstrings_run(number: int) -> None:
    names = space(number)
    runner = doctest.DocTestRunner(verbose=False)
    for name in CHAPTERS[number - 1].functions:
        tests = doctest.DocTestFinder().find(names[name], name, module=False, globs=names)
        assert sum(len(test.examples) for test in tests) > 0, name
        for test in tests:
            runner.run(test)
    assert runner.summarize(verbose=False).failed == 0


@pytest.mark.parametrize("number", range(1, 10))
def test_they_are_marked_right_and_no_convention_is_told(number: int, tmp_path: Path) -> None:
    write_solutions(tmp_path / "all")
    marks = marked(number, CHAPTERS[number - 1].solution, tmp_path / "all")
    assert {name: mark.state for name, mark in marks.items()} == dict.fromkeys(
        CHAPTERS[number - 1].functions, "right"
    )
    told = {name: mark.told for name, mark in marks.items() if mark.told}
    assert set(told) == ({"predict"} if number == 9 else set())


def test_a_step_by_them_is_the_trace() -> None:
    rng = np.random.default_rng(2)
    X, labels = rng.normal(size=(9, 4)), rng.integers(0, 3, 9)
    net = cr.Network([4, 6, 3], seed=3)
    net.parameters["b1"][...] = rng.normal(size=6)
    trace = net.trace(X, labels, cr.SGD(0.1))
    q: dict[str, Any] = {"x": X, **net.parameters, "y": space(3)["one_hot"](labels, 3)}
    one, two, four = space(1), space(2), space(4)
    for names, of in ((one, ("z1", "a1", "z2")), (four, tuple(CHAPTERS[3].functions))):
        for name in of:
            wanted = [each.arg for each in ast.parse(f"def f({_arguments(name)}): 0").body[0].args.args]  # type: ignore[attr-defined]
            q[name] = names[name](*(q[each] for each in wanted))
        if names is one:
            q["a2"] = two["softmax"](q["z2"])
    q["L"] = space(3)["loss"](q["a2"], q["y"])
    q["W1_new"] = space(5)["sgd"](q["W1"], q["dW1"], 0.1)
    for name in ("z1", "a1", "z2", "a2", "L", *CHAPTERS[3].functions, "W1_new"):
        np.testing.assert_allclose(q[name], trace[name], rtol=1e-12, atol=1e-14, err_msg=name)


def _arguments(name: str) -> str:
    return next(chapter.functions[name] for chapter in CHAPTERS if name in chapter.functions)


def test_training_by_them_is_fit() -> None:
    rng = np.random.default_rng(5)
    X, labels = rng.normal(size=(11, 4)), rng.integers(0, 3, 11)
    net = cr.Network([4, 6, 3], seed=3)
    start = {name: value.copy() for name, value in net.parameters.items()}
    other = cr.Network([4, 6, 3], seed=8)

    def step(x: Any, y: Any, parameters: Any) -> Any:
        for name, value in other.parameters.items():
            value[...] = parameters[name]
        return other.loss(x, y), other.gradients(x, y)

    y = np.eye(3)[labels]
    trained, losses = space(6)["train"](X, y, start, step, epochs=3, batch_size=4, lr=0.2, seed=6)
    history = net.fit(X, labels, epochs=3, batch_size=4, optimizer=cr.SGD(0.2), seed=6, engine="numpy")
    for name, value in net.parameters.items():
        np.testing.assert_allclose(trained[name], value, rtol=1e-12, err_msg=name)
    np.testing.assert_allclose(losses, history.loss, rtol=1e-12)


def test_adam_by_them_is_ours_for_several_steps() -> None:
    rng = np.random.default_rng(5)
    X, labels = rng.normal(size=(7, 4)), rng.integers(0, 3, 7)
    net, optimizer = cr.Network([4, 6, 3], seed=3), cr.Adam(0.01)
    w, m, v = net.parameters["W1"].copy(), np.zeros((4, 6)), np.zeros((4, 6))
    for t, trace in enumerate(net.steps(X, labels, epochs=4, optimizer=optimizer), 1):
        w, m, v = space(7)["adam"](w, trace["dW1"], m, v, t, 0.01, 0.9, 0.999, optimizer.epsilon)
        np.testing.assert_allclose(w, trace["W1_new"], rtol=1e-12)


def test_a_gap_is_all_that_is_left_of_a_function(tmp_path: Path) -> None:
    write_course(tmp_path)
    for chapter, path in found(tmp_path):
        text = path.read_text(encoding="utf-8")
        assert text == chapter.blank
        for node in ast.parse(text).body:
            if isinstance(node, ast.FunctionDef):
                assert ast.unparse(node.body[1]) == "raise NotImplementedError"
                assert len(node.body) == 2
        assert ast.get_docstring(ast.parse(text)) == ast.get_docstring(ast.parse(chapter.solution))


def test_the_page_names_every_function() -> None:
    page = (Path(__file__).parents[2] / "docs" / "course.md").read_text(encoding="utf-8")
    readme = (Path(SOLUTIONS) / "README.md").read_text(encoding="utf-8")
    for chapter in CHAPTERS:
        assert f"| `{chapter.file}` | {', '.join(chapter.functions)} |" in page
        assert f"| `{chapter.file}` | " in readme
